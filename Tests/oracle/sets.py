"""Hosts and sets of guests made up from a seed: of every policy, cut from full hosts, pushed just over, or thrown together."""
import random

GIB = 1 << 20


def ranges(numbers):
    """A list such as 0-3,8."""
    parts, numbers = [], sorted(numbers)
    while numbers:
        last = 0
        while last + 1 < len(numbers) and numbers[last + 1] == numbers[last] + 1:
            last += 1
        parts.append(str(numbers[0]) if last == 0 else f"{numbers[0]}-{numbers[last]}")
        numbers = numbers[last + 1:]
    return ",".join(parts)


class Set:
    """A host and guests. `fits` is True where the guests were cut from the host and so fit for certain, else None."""

    # What is drawn from: numbers of cells and of cores a cell, GiB a cell, and the most guests where they are thrown together.
    CELLS, CORES, UNEVEN_CORES = [1, 2, 2, 2, 3, 4, 4, 6], [2, 3, 4, 4, 6, 8], [2, 4, 6]
    MEMORY, UNEVEN_MEMORY, MOST = [4, 8, 16, 32], [4, 8, 16], [6, 10, 16]

    def __init__(self, seed, name):
        self.dice, self.name, self.fits = random.Random(f"{seed}"), name, None
        self.make_host()
        kind = self.dice.choice(["cut", "cut", "over", "over", "random"])
        self.guests = {}
        if kind == "random":
            self.throw_together()
        else:
            self.fits = True
            self.cut()
            if kind == "over":
                self.push_over()
        self.prefer_more(random.Random(f"{self.name} preferred"))
        entries = list(self.guests.values())
        self.dice.shuffle(entries)
        self.guests = {f"{name}-g{number:02}": {**keys, "host": name} for number, keys in enumerate(entries)}

    # The host

    def make_host(self):
        dice = self.dice
        count = dice.choice(self.CELLS)
        smt = dice.choice([1, 2, 2, 2, 2, 4])
        interleaved = dice.random() < 0.3
        cores_of = [dice.choice(self.CORES)] * count
        if dice.random() < 0.2:
            cores_of = [dice.choice(self.UNEVEN_CORES) for _ in range(count)]
        memory = [dice.choice(self.MEMORY) * GIB] * count
        if dice.random() < 0.2:
            memory = [dice.choice(self.UNEVEN_MEMORY) * GIB for _ in range(count)]
        total = sum(cores_of)
        self.cells, number = [], 0
        for cell, cores in enumerate(cores_of):
            siblings = []
            for core in range(number, number + cores):
                siblings.append([core + thread * total for thread in range(smt)] if interleaved
                                else [core * smt + thread for thread in range(smt)])
            number += cores
            if smt > 1 and dice.random() < 0.15:
                # Some threads are offline.
                for core in siblings:
                    if dice.random() < 0.4:
                        del core[dice.randrange(1, smt):]
            width = dice.choice([cores, cores, max(1, cores // 2)])
            caches = [sum(siblings[first:first + width], []) for first in range(0, cores, width)]
            self.cells.append({"siblings": siblings, "caches": caches, "memory": memory[cell], "id": cell})
        self.sizes = dice.choice([[2048, GIB], [2048, GIB], [2048], []])
        self.make_rules(dice)
        self.make_limits(random.Random(f"{self.name} limits"))
        self.make_pools(dice)
        self.make_foreign(dice)

    def make_rules(self, dice):
        keys = self.keys = {"reserved": {"memory": "0MiB"} if dice.random() < 0.6 else {"memory": "256MiB"}}
        self.reserve = 0 if keys["reserved"]["memory"] == "0MiB" else 256 * 1024
        keys["guest_overhead"] = dice.choice(["none", "none", "none", "64MiB", "auto"])
        online = sorted(sum((sum(cell["siblings"], []) for cell in self.cells), []))
        self.dedicated, self.shared, self.overlap = set(online), set(online), True
        style = dice.choice(["none", "none", "cores", "cores", "threads", "dedicated"])
        if style != "none":
            self.overlap, shared = False, set()
            for cell in self.cells:
                if style == "cores":
                    for core in cell["siblings"][:dice.randint(0, max(1, len(cell["siblings"]) // 3))]:
                        shared |= set(core)
                elif style == "threads":
                    for core in cell["siblings"]:
                        if len(core) > 1 and dice.random() < 0.5:
                            shared.add(core[-1])
            self.shared, self.dedicated = shared, set(online) - shared
            if not self.dedicated:
                self.shared, self.dedicated, self.overlap = set(online), set(online), True
            else:
                keys["cpus"] = {"dedicated": ranges(self.dedicated)}
                if shared:
                    keys["cpus"]["shared"] = ranges(shared)
        self.cpu_ratio = dice.choice([4.0, 4.0, 1.0, 1.5])
        keys["cpu_allocation_ratio"] = self.cpu_ratio
        self.ram_ratio = dice.choice([1.0, 1.0, 1.0, 1.25])
        keys["ram_allocation_ratio"] = self.ram_ratio
        if dice.random() < 0.3:
            keys["placement"] = "pack"

    def make_limits(self, dice):
        """What the control group of the guests leaves them: dice of their own, so that the other sets stay what they are."""
        self.limits = None
        for cell in self.cells:
            cell["serves"] = True
        if dice.random() > 0.2:
            return
        self.limits = {"source": "/sys/fs/cgroup/machine.slice"}
        style = dice.choice(["cpus", "cells", "cells", "both"])
        if style != "cells":
            online = sorted(sum((sum(cell["siblings"], []) for cell in self.cells), []))
            share = dice.choice([0.6, 0.9])
            allowed = {cpu for cpu in online if dice.random() < share} or set(online[:1])
            self.limits["cpus"] = ranges(allowed)
            self.dedicated, self.shared = self.dedicated & allowed, self.shared & allowed
        if style != "cpus":
            for cell in self.cells:
                cell["serves"] = dice.random() < 0.7
            if not any(cell["serves"] for cell in self.cells):
                self.cells[0]["serves"] = True
            self.limits["memory_cells"] = ranges([cell["id"] for cell in self.cells if cell["serves"]])

    def make_pools(self, dice):
        self.manages = dice.random() > 0.15
        pools = {}
        for cell in self.cells:
            cell["pools"] = {}
            for size in self.sizes:
                room = (cell["memory"] - self.reserve) // size
                total = dice.choice([0, 0, 0, room // 4]) if self.manages else dice.choice([0, room // 4, room // 3])
                cell["pools"][size] = total
                if total and dice.random() < 0.2:
                    declared = dice.randint(0, total)
                    pools.setdefault(size, {})[cell["id"]] = declared
        self.declared = pools
        entry = {("1GiB" if size == GIB else "2MiB"): {"cells": {str(cell): pages for cell, pages in cells.items()}}
                 for size, cells in pools.items()}
        if not self.manages:
            entry["manage"] = False
        if entry:
            self.keys["pools"] = entry

    def make_foreign(self, dice):
        self.domains = []
        if dice.random() > 0.2:
            return
        for number in range(dice.randint(1, 2)):
            cell = dice.choice(self.cells)
            cpus = sorted(sum(cell["siblings"], []))
            vcpus = dice.randint(1, 2)
            memory = dice.choice([256, 512, 1024, 2048])
            style = dice.choice(["alone", "alone", "several", "anywhere"])
            pins = "" if style == "anywhere" else "".join(
                f"<vcpupin vcpu='{vcpu}' cpuset='{dice.choice(cpus) if style == 'alone' else ranges(dice.sample(cpus, min(2, len(cpus))))}'/>"
                for vcpu in range(vcpus))
            bound = f"<numatune><memory mode='strict' nodeset='{cell['id']}'/></numatune>" if dice.random() < 0.6 else ""
            self.domains.append({
                "name": f"{self.name}-foreign{number}", "uuid": f"00000000-0000-0000-0000-{number:012}", "state": "running",
                "xml": f"<domain type='kvm'><name>{self.name}-foreign{number}</name><uuid>00000000-0000-0000-0000-{number:012}</uuid>"
                       f"<memory unit='MiB'>{memory}</memory><vcpu placement='static'>{vcpus}</vcpu>"
                       f"<cputune>{pins}</cputune>{bound}<os><type arch='x86_64'>hvm</type></os></domain>"})

    def facts(self):
        cells = [{"id": cell["id"], "cpus": ranges(sum(cell["siblings"], [])), "memory_kib": cell["memory"],
                  "siblings": [ranges(core) for core in cell["siblings"]], "llc": [ranges(cache) for cache in cell["caches"]],
                  "pools": [{"page_kib": size, "total": total, "free": total, "surplus": 0} for size, total in cell["pools"].items()]}
                 for cell in self.cells]
        limits = {"guest_limits": self.limits} if self.limits else {}
        return {"kind": "numactl-plan/facts", "format_version": "1.0", "time": "2026-02-11T09:00:00Z",
                "host": {"name": self.name, "arch": "x86_64", "base_page_kib": 4}, "cells": cells, "domains": self.domains, **limits}

    # Guests

    def page(self, kib, huge=0.5):
        """A page size to ask for that divides the memory of each cell."""
        sizes = [size for size in self.sizes if kib % size == 0]
        if not self.manages or not sizes or self.dice.random() > huge:
            return self.dice.choice([None, None, "small"])
        words = ["2MiB" if size == 2048 else "1GiB" for size in sizes]
        return self.dice.choice(words + ["large", "any"])

    def cut(self):
        """Cuts each cell into pieces by cores and memory, and sews pieces of a kind on several cells together to guests."""
        dice, pieces = self.dice, []
        # What others have is not cut. Where little is known to be left, less is taken.
        if self.domains:
            self.fits = None
        for cell in self.cells:
            if not cell["serves"]:
                continue
            held = sum(pages * size for size, pages in cell["pools"].items())
            units = (cell["memory"] - self.reserve - held) // (512 * 1024)
            cores = [core for core in cell["siblings"]]
            dice.shuffle(cores)
            while cores and units > 0:
                count = min(len(cores), dice.randint(1, 3))
                mine, cores = cores[:count], cores[count:]
                size = max(1, min(units, dice.randint(1, max(1, 2 * units * count // (count + len(cores))))) if cores else units)
                units -= size
                pieces.append(self.piece(cell, mine, size * 512 * 1024))
        dice.shuffle(pieces)
        number = 0
        while pieces:
            first = pieces.pop()
            group = [first]
            limit = dice.choice([1, 1, 1, 2, 2, 3, 4])
            for other in list(pieces):
                if len(group) < limit and other["kind"] == first["kind"] and other["cell"] not in [one["cell"] for one in group]:
                    group.append(other)
                    pieces.remove(other)
            guest = self.sew(group)
            if guest:
                self.guests[f"g{number}"] = guest
                number += 1

    def piece(self, cell, cores, memory):
        dice = self.dice
        dedicated = [[cpu for cpu in core if cpu in self.dedicated] for core in cores]
        usable = sum(len(core) for core in dedicated)
        kinds = ["prefer", "prefer", "isolate"]
        if any(len(core) >= 2 for core in dedicated):
            kinds.append("require")
        if self.overlap:
            kinds.append("shared")
        kind = dice.choice(kinds) if usable else "nothing"
        if kind == "isolate":
            vcpus = sum(1 for core in dedicated if core)
        elif kind == "require":
            vcpus = sum(len(core) for core in dedicated if len(core) >= 2)
            if dice.random() < 0.3:
                vcpus -= vcpus > 2
        elif kind == "shared":
            vcpus = dice.randint(1, usable)
        else:
            vcpus = usable
        return {"cell": cell["id"], "kind": kind, "vcpus": vcpus, "memory": memory}

    def sew(self, group):
        dice, kind = self.dice, group[0]["kind"]
        if kind == "nothing" or any(piece["vcpus"] <= 0 for piece in group):
            return None
        vcpus = sum(piece["vcpus"] for piece in group)
        overhead = {"none": 0, "64MiB": 64, "auto": 32 + vcpus}[self.keys["guest_overhead"]]
        memory = [piece["memory"] for piece in group]
        if self.keys["guest_overhead"] == "auto":
            overhead += sum(memory) // 256 // 1024 + 1
        # Whole 2 MiB are left after QEMU's own memory.
        memory[0] -= (overhead + 1) // 2 * 2 * 1024
        if min(memory) < 2048:
            return None
        guest = {"vcpus": vcpus, "ram": f"{sum(memory) // 1024}MiB", "cells": []}
        first = 0
        for piece, size in zip(group, memory):
            guest["cells"].append({"cpus": ranges(range(first, first + piece["vcpus"])), "ram": f"{size // 1024}MiB"})
            first += piece["vcpus"]
        guest["numa_cells"] = guest.pop("cells")
        page = None
        common = [size for size in self.sizes if all(one % size == 0 for one in memory)]
        if self.manages and common and dice.random() < 0.5:
            page = dice.choice((["2MiB"] if 2048 in common else []) + (["1GiB"] if GIB in common else []) + ["large", "any"])
        elif dice.random() < 0.3:
            page = "small"
        if self.keys["guest_overhead"] == "auto" and page == "any":
            page = "large"
        if page:
            guest["mem_page_size"] = page
        if kind != "shared":
            guest["cpu_policy"] = "dedicated"
            guest["cpu_thread_policy"] = kind
            if self.cut_emulator(kind, group, guest):
                guest["emulator_threads_policy"] = "isolate"
        if dice.random() < 0.1 and self.ram_ratio == 1.0 and page in (None, "small", "2MiB"):
            guest["numa_policy"] = "preferred"
        return guest

    def cut_emulator(self, kind, group, guest):
        """Gives one vCPU of a `prefer` guest's first cell up for its emulator, sometimes."""
        if kind != "prefer" or group[0]["vcpus"] < 2 or self.dice.random() > 0.2:
            return False
        lists, first = guest["numa_cells"], 0
        for index, piece in enumerate(group):
            count = piece["vcpus"] - (1 if index == 0 else 0)
            lists[index]["cpus"] = ranges(range(first, first + count))
            first += count
        guest["vcpus"] = first
        return True

    def prefer_more(self, dice):
        """Has guests with a choice of page sizes prefer their cells: dice of their own, so that the other guests stay what they are."""
        if self.ram_ratio != 1.0:
            return
        for _, guest in sorted(self.guests.items()):
            page, cells = guest.get("mem_page_size"), guest.get("numa_nodes", len(guest.get("numa_cells", [])))
            # Pools that cannot grow are where sizes matter most.
            if not self.manages and self.keys["guest_overhead"] != "auto" and page in (None, "2MiB"):
                page = "any"
            if page in ("large", "any") and cells == 1 and "numa_placement" not in guest and dice.random() < 0.4:
                guest |= {"mem_page_size": page, "numa_policy": "preferred"}

    def push_over(self):
        """Asks for a little more than was cut: whether that still fits is not known."""
        self.fits = None
        dice = self.dice
        for _ in range(dice.randint(1, 2)):
            self.guests[f"over{len(self.guests)}"] = self.small_guest()
        if self.guests and dice.random() < 0.3:
            del self.guests[dice.choice(sorted(self.guests))]

    def small_guest(self):
        dice = self.dice
        guest = {"vcpus": dice.randint(1, 2), "ram": f"{dice.choice([64, 256, 512, 1024])}MiB"}
        style = dice.choice(["float", "shared", "dedicated", "mixed"])
        if style == "shared":
            guest["numa_nodes"] = 1
        elif style == "dedicated":
            guest |= {"cpu_policy": "dedicated", "cpu_thread_policy": dice.choice(["prefer", "isolate", "require"])}
        elif style == "mixed":
            guest |= {"vcpus": 2, "cpu_policy": "mixed", "cpu_dedicated_mask": "1"}
        return guest

    def throw_together(self):
        """Guests of all kinds, so many that the host is about full."""
        dice = self.dice
        cpus = len(self.dedicated) * dice.choice([0.6, 0.9, 1.0, 1.1])
        memory = sum(cell["memory"] - self.reserve for cell in self.cells if cell["serves"]) * dice.choice([0.6, 0.9, 1.0, 1.1])
        number, most = 0, dice.choice(self.MOST)
        while number < most and cpus > 0 and memory > 0:
            guest, taken = self.random_guest(cpus, memory / max(1, (most - number)))
            cpus -= taken[0]
            memory -= taken[1]
            self.guests[f"g{number}"] = guest
            number += 1

    def random_guest(self, cpus, memory):
        dice = self.dice
        nodes = dice.choice([1, 1, 1, 2, 2, 3, 4])
        nodes = min(nodes, len(self.cells) + (dice.random() < 0.02))
        policy = dice.choice(["shared", "float", "dedicated", "dedicated", "dedicated", "mixed"])
        vcpus = dice.randint(1, 4) * nodes if nodes > 1 else dice.randint(1, 8)
        size = max(64, int(memory / 1024 * dice.uniform(0.3, 1.7) / nodes) // 64 * 64) * 1024
        if dice.random() < 0.3:
            size = max(1, size // GIB) * GIB
        guest = {"vcpus": vcpus, "ram": f"{size * nodes // 1024}MiB"}
        if policy == "float":
            return guest, (vcpus / self.cpu_ratio if self.overlap else 0, size * nodes)
        if policy == "mixed" and vcpus < 2:
            policy = "dedicated"
        guest["numa_nodes"] = nodes
        page = self.page(size, 0.5)
        if not self.manages and self.sizes and dice.random() < 0.3:
            page = "2MiB"
        if page and not (page == "any" and self.keys["guest_overhead"] == "auto"):
            guest["mem_page_size"] = page
        if policy in ("dedicated", "mixed"):
            guest["cpu_policy"] = policy
            guest["cpu_thread_policy"] = dice.choice(["prefer", "isolate", "require"])
            if policy == "mixed":
                guest["cpu_dedicated_mask"] = ranges(dice.sample(range(vcpus), dice.randint(1, vcpus - 1)))
            guest |= dice.choice([{}, {}, {"emulator_threads_policy": "isolate"}, {"emulator_threads_policy": "share"}])
        if dice.random() < 0.15:
            cells = dice.sample(range(len(self.cells)), min(nodes, len(self.cells)))
            guest["numa_placement"] = {str(index): cell for index, cell in enumerate(cells) if dice.random() < 0.6}
            if not guest["numa_placement"]:
                del guest["numa_placement"]
        elif dice.random() < 0.15 and self.ram_ratio == 1.0 and guest.get("mem_page_size") in (None, "small", "2MiB"):
            guest["numa_policy"] = "preferred"
        wide = 2 if guest.get("cpu_thread_policy") == "isolate" else 1
        return guest, (vcpus * wide if policy != "shared" else vcpus / self.cpu_ratio, size * nodes)


class WideSet(Set):
    """The same of hosts with many cells: what takes a search longest."""

    CELLS, CORES, UNEVEN_CORES = [8, 8, 10, 12, 16], [4, 6, 8, 12], [4, 6, 8, 12]
    MEMORY, UNEVEN_MEMORY, MOST = [32, 64, 96], [16, 32, 64], [24, 40, 64]


def site(sets):
    """One site of many hosts."""
    guests = {}
    for one in sets:
        guests.update(one.guests)
    return {"site": "oracle", "hosts": {one.name: one.keys for one in sets}, "guests": guests}
