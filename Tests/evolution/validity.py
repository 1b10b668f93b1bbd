"""Says what is wrong with a host's definitions, from the site file's text and libvirt's documents alone.

Written against the rules of the manual and not against the planner: it shares no code with it and never asks it.
"""
import xml.etree.ElementTree as ET
from machines import cpu_list

MARK = "{urn:numactl-plan:libvirt:1}guest"
UNITS = {"MiB": 1 << 10, "GiB": 1 << 20}


def kib(text):
    return int(text[:-3]) * UNITS[text[-3:]]


def page_of(text):
    return {"2MiB": 2048, "1GiB": 1048576}.get(text)


class Domain:
    """What a document says of CPUs, memory and cells."""

    def __init__(self, text):
        root = ET.fromstring(text)
        self.root = root
        self.mark = root.find(f"metadata/{MARK}")
        self.vcpus = int(root.findtext("vcpu"))
        self.floating = root.find("vcpu").get("cpuset")
        self.memory = int(root.findtext("memory"))
        self.pins = {int(p.get("vcpu")): cpu_list(p.get("cpuset")) for p in root.findall("cputune/vcpupin")}
        emulator = root.find("cputune/emulatorpin")
        self.emulator = None if emulator is None else cpu_list(emulator.get("cpuset"))
        self.nodes = {int(n.get("cellid")): cpu_list(n.get("nodeset")) for n in root.findall("numatune/memnode")}
        self.modes = {n.get("mode", "strict") for n in root.findall("numatune/memnode")}
        self.tuned = root.find("numatune/memory") is not None
        self.cells = {
            int(c.get("id")): (cpu_list(c.get("cpus")), int(c.get("memory"))) for c in root.findall("cpu/numa/cell")
        }
        self.pages = {}
        for page in root.findall("memoryBacking/hugepages/page"):
            for cell in cpu_list(page.get("nodeset")) or self.cells:
                self.pages[cell] = int(page.get("size"))
        topology = root.find("cpu/topology")
        self.topology = None if topology is None else {k: int(v) for k, v in topology.items()}


def problems(host, site, domains, strangers, live=None):
    """Everything that is wrong, as sentences. `domains` and `strangers` are documents by name; `live` are those of running domains
    whose settings are not pending."""
    return Checker(host, site, domains, strangers).run() + (live_problems(domains, live) if live else [])


class Checker:
    def __init__(self, host, site, domains, strangers):
        self.host, self.site = host, site
        self.domains = {name: Domain(text) for name, text in domains.items()}
        self.strangers = {name: Domain(text) for name, text in strangers.items()}
        self.policy = site["hosts"]["h"]
        self.wrong = []
        self.taken = {}
        self.kept_empty = set()
        self.shared = {cell["id"]: [] for cell in host.cells}
        self.memory = {cell["id"]: 0 for cell in host.cells}
        self.soft = {cell["id"]: 0 for cell in host.cells}
        self.pages = {}
        self.roaming = []

    def run(self):
        guests = {n: g for n, g in self.site["guests"].items() if g.get("state") != "absent"}
        for name, domain in self.domains.items():
            if name not in guests and domain.mark is not None:
                self.say(f"{name} carries the mark and is not in the site")
        for name, domain in self.strangers.items():
            if domain.mark is not None:
                self.say(f"the stranger {name} has got the mark")
            for cpus in domain.pins.values():
                if len(cpus) == 1:
                    self.take(cpus[0], name)
        for name, guest in guests.items():
            if name not in self.domains:
                self.say(f"{name} is not defined")
            else:
                self.guest(name, guest, self.domains[name])
        self.host_wide(guests)
        return self.wrong

    def say(self, what):
        self.wrong.append(what)

    def take(self, cpu, name):
        if cpu in self.taken:
            self.say(f"CPU {cpu} belongs to {self.taken[cpu]} and to {name}")
        self.taken[cpu] = name

    def guest(self, name, guest, domain):
        if domain.mark is None or domain.mark.get("site") != self.site["site"]:
            return self.say(f"{name} lacks the mark")
        for what, is_now, want in [("vCPUs", domain.vcpus, guest["vcpus"]), ("KiB", domain.memory, kib(guest["ram"]))]:
            if is_now != want:
                self.say(f"{name} has {is_now} {what} and not {want}")
        policy = guest.get("cpu_policy", "shared")
        page = guest.get("mem_page_size")
        bound = guest.get("numa_policy") != "none"
        count = guest.get("numa_nodes") or (1 if (policy != "shared" or page) else 0)
        if len(domain.cells) != count:
            return self.say(f"{name} has {len(domain.cells)} cells and not {count}")
        if count and domain.topology and product(domain.topology) != guest["vcpus"]:
            self.say(f"the topology of {name} is not of {guest['vcpus']} vCPUs: {domain.topology}")
        # What an entry of an adopted guest does not name stays as somebody made it.
        free = guest.get("adopt") and "mem_page_size" not in guest
        if not count and not free and domain.root.find("memoryBacking/hugepages") is not None:
            self.say(f"{name} has no cells and huge pages")
        if not count or not bound:
            if domain.nodes or domain.tuned or domain.pins:
                self.say(f"{name} is bound to nothing and has pins or memory bindings")
            self.roaming.append((name, guest, domain))
            return None
        return self.cells(name, guest, domain, policy, "any" if free else page)

    def cells(self, name, guest, domain, policy, page):
        places = []
        for cell, (vcpus, memory) in sorted(domain.cells.items()):
            if len(vcpus) * len(domain.cells) != guest["vcpus"] or memory * len(domain.cells) != kib(guest["ram"]):
                self.say(f"cell {cell} of {name} is not an even share")
            nodes = domain.nodes.get(cell, [])
            if len(nodes) != 1:
                return self.say(f"cell {cell} of {name} is bound to {nodes}")
            place = next((c for c in self.host.cells if c["id"] == nodes[0]), None)
            if place is None:
                return self.say(f"{name} is bound to a cell that is not there")
            places.append(place["id"])
            self.backing(name, cell, domain, page, place, memory, policy)
            self.vcpus(name, guest, domain, vcpus, place, policy)
        if len(set(places)) != len(places):
            self.say(f"cells of {name} share a host cell")
        if domain.modes != {guest.get("numa_policy", "strict")}:
            self.say(f"the memory of {name} is bound by {domain.modes}")
        self.emulator(name, guest, domain, places)
        return None

    def backing(self, name, cell, domain, page, place, memory, policy):
        has = domain.pages.get(cell)
        wanted = page_of(page) if page else None
        if page == "large" and has not in self.host.pages:
            self.say(f"cell {cell} of {name} has no large pages")
        if page not in ("large", "any") and has != wanted:
            self.say(f"cell {cell} of {name} has pages of {has} and not {wanted}")
        if has:
            if memory % has:
                self.say(f"the memory of cell {cell} of {name} is no whole number of pages")
            key = (place["id"], has)
            self.pages[key] = self.pages.get(key, 0) + memory // has
        elif page or policy != "shared":
            self.memory[place["id"]] += memory
        else:
            self.soft[place["id"]] += memory

    def vcpus(self, name, guest, domain, vcpus, place, policy):
        own = []
        for vcpu in vcpus:
            pin = domain.pins.get(vcpu)
            if pin is None:
                self.say(f"vCPU {vcpu} of {name} has no pin")
            elif policy == "dedicated":
                if len(pin) != 1 or pin[0] not in place["cpus"]:
                    self.say(f"vCPU {vcpu} of {name} is pinned to {pin} and not to one CPU of cell {place['id']}")
                else:
                    own.append(pin[0])
            else:
                self.shared[place["id"]].append((name, vcpu, pin))
        if policy == "shared" and vcpus:
            self.shared[place["id"]].append((name, None, len(vcpus)))
        allowed = self.policy.get("cpus", {}).get("dedicated")
        for cpu in own:
            self.take(cpu, name)
            if allowed and cpu not in cpu_list(allowed):
                self.say(f"{name} has CPU {cpu}, which is not for dedicated use")
        cores = [self.host.core(cpu) for cpu in own]
        threads = guest.get("cpu_thread_policy")
        if threads == "isolate":
            if len({tuple(core) for core in cores}) != len(cores):
                self.say(f"vCPUs of {name} share a core")
            self.kept_empty.update((other, name) for cpu in own for other in self.host.core(cpu) if other != cpu)
        if threads == "require" and len(own) > 1:
            single = [core for core in cores if cores.count(core) == 1]
            if len(single) > 1 or all(len(core) == 1 for core in cores):
                self.say(f"{name} has {len(single)} threads alone on their cores")

    def emulator(self, name, guest, domain, places):
        if not domain.emulator:
            return self.say(f"the emulator of {name} has no CPUs")
        if guest.get("emulator_threads_policy") == "isolate":
            if len(domain.emulator) != 1:
                return self.say(f"the emulator of {name} has {domain.emulator} and not one CPU")
            self.take(domain.emulator[0], f"{name}'s emulator")
            if domain.emulator[0] not in next(c for c in self.host.cells if c["id"] == places[0])["cpus"]:
                self.say(f"the emulator of {name} is not on the cell of the guest's first cell")
        return None

    # The host as a whole.

    def left(self, cell):
        """The CPUs of a cell that are left for shared use."""
        cpus = set(cell["cpus"])
        sets = self.policy.get("cpus")
        if sets:
            cpus &= set(cpu_list(sets.get("shared", "")))
        return sorted(cpus - set(self.taken) - {cpu for cpu, _ in self.kept_empty})

    def host_wide(self, guests):
        for cpu, name in self.kept_empty:
            if cpu in self.taken:
                self.say(f"CPU {cpu} is to be empty for {name} and belongs to {self.taken[cpu]}")
        ratio = self.policy.get("cpu_allocation_ratio", 4.0)
        everywhere, shared = [], 0
        for cell in self.host.cells:
            left = self.left(cell)
            everywhere += left
            for name, vcpu, value in self.shared[cell["id"]]:
                if vcpu is None:
                    shared += value
                    if value > len(left):
                        self.say(f"{name} has {value} shared vCPUs on cell {cell['id']}, which has {len(left)} CPUs left")
                elif value != left:
                    self.say(f"vCPU {vcpu} of {name} may use {value} and not {left}")
            count = sum(value for _, vcpu, value in self.shared[cell["id"]] if vcpu is None)
            if count > ratio * len(left):
                self.say(f"cell {cell['id']} has {count} shared vCPUs on {len(left)} CPUs")
            self.memory_of(cell)
        for name, guest, domain in self.roaming:
            shared += guest["vcpus"]
            if guest["vcpus"] > len(everywhere):
                self.say(f"{name} has {guest['vcpus']} vCPUs and the host {len(everywhere)} CPUs for them")
            wanted = None if len(everywhere) == len(self.host.cpus()) else everywhere
            floating = domain.floating and cpu_list(domain.floating)
            # Where an adopted guest may run its entry does not name.
            if guest.get("adopt"):
                continue
            if floating and floating != everywhere or not floating and wanted and self.needs_cpuset(guests):
                self.say(f"{name} may use {floating} and not {everywhere}")
        if shared > ratio * len(everywhere):
            self.say(f"the host has {shared} shared vCPUs on {len(everywhere)} CPUs")

    def needs_cpuset(self, guests):
        """Guests that roam keep off CPUs that others have for themselves."""
        return "shared" in self.policy.get("cpus", {}) or any(g.get("cpu_policy") == "dedicated" for g in guests.values())

    def memory_of(self, cell):
        in_pools = 0
        for page in self.host.pages:
            total = self.host.pool(cell["id"], page)
            label = {2048: "2MiB", 1048576: "1GiB"}[page]
            declared = self.policy.get("pools", {}).get(label, {}).get("cells", {}).get(cell["id"], 0)
            needed = self.pages.get((cell["id"], page), 0) + declared
            if total < needed:
                self.say(f"the {label} pool of cell {cell['id']} has {total} pages and needs {needed}")
            in_pools += total * page
        reserve = kib(self.policy.get("reserved", {}).get("memory", "256MiB"))
        used = in_pools + reserve + self.memory[cell["id"]] + self.soft[cell["id"]]
        if used > cell["memory"] and self.soft[cell["id"]] + self.memory[cell["id"]] > 0:
            self.say(f"cell {cell['id']} has {cell['memory']} KiB and {used} are given away")


def live_problems(domains, live):
    """Where a running domain without pending settings runs with other pins or cells than its definition has."""
    wrong = []
    for name, text in live.items():
        now, defined = Domain(text), Domain(domains[name])
        if defined.pins and now.pins != defined.pins:
            wrong.append(f"{name} runs with the pins {now.pins} and not {defined.pins}")
        if defined.emulator and now.emulator != defined.emulator:
            wrong.append(f"the emulator of {name} runs on {now.emulator} and not {defined.emulator}")
        if (now.cells, now.nodes, now.vcpus, now.memory) != (
            defined.cells, defined.nodes, defined.vcpus, defined.memory,
        ):
            wrong.append(f"{name} runs with other cells than it is defined with, and no restart is pending")
    return wrong


def product(topology):
    result = 1
    for value in topology.values():
        result *= value
    return result
