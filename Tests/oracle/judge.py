#!/usr/bin/env python3
"""Tests/oracle/judge.py SITE FACTS PLAN [HOST]: checks that a plan keeps the rules, from its JSON, the facts and the site alone.

SITE is a site file in JSON, FACTS what `numactl-plan facts` prints, PLAN what `numactl-plan plan --format json` prints. One line for
each rule that is broken, and status 1 if there are any; 3 when the site says something that is not known here.
"""
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from model import Unknown, cpus, read  # noqa: E402


class Judge:
    """One plan under judgement."""

    def __init__(self, host, guests, plan):
        self.host, self.wanted, self.plan = host, {guest.name: guest for guest in guests}, plan
        self.found = []
        self.placement = plan["placement"]
        self.placed = {}
        # By host CPU: who has it alone, or keeps it empty.
        self.owners, self.idle = {}, {}

    def object(self, text):
        self.found.append(text)

    def run(self):
        self.check_verdict()
        for entry in self.placement["guests"]:
            guest = self.wanted.get(entry["name"])
            if guest is None:
                self.object(f"{entry['name']}: no such guest in the site")
            elif self.check_shape(guest, entry):
                self.placed[guest.name] = (guest, entry)
        for guest, entry in self.placed.values():
            self.own_cpus(guest, entry)
        self.left = self.shared_left()
        for guest, entry in self.placed.values():
            self.check_threads(guest, entry)
            self.check_emulator(guest, entry)
            self.check_shared_pins(guest, entry)
            self.check_devices(guest, entry)
            self.check_pages(guest, entry)
        self.check_cells()
        self.check_whole_host()
        return self.found

    # Guests and their shape

    def check_verdict(self):
        names = [entry["name"] for entry in self.placement["guests"]]
        for name in {name for name in names if names.count(name) > 1}:
            self.object(f"{name}: placed twice")
        out = {entry["guest"] for entry in self.plan["unplaced"]}
        for name in sorted(out & set(names)):
            self.object(f"{name}: placed and unplaced")
        fits = self.plan["verdict"] in ("changes", "no_changes")
        if fits and out:
            self.object(f"{', '.join(sorted(out))}: unplaced though all fits")
        if fits:
            for name in sorted(set(self.wanted) - set(names)):
                self.object(f"{name}: not placed though all fits")
        elif self.plan["verdict"] == "infeasible" and not out:
            self.object("nobody is unplaced though it does not fit")
        code = {"infeasible": 10, "undecided": 16}.get(self.plan["verdict"])
        if code and self.plan["exit"]["code"] != code:
            self.object(f"{self.plan['verdict']} ends with {self.plan['exit']['code']}")

    def check_shape(self, guest, entry):
        """Whether the guest has the cells, vCPUs and memory that it asks for; nothing else is judged where not."""
        before = len(self.found)
        name = guest.name
        if entry["memory_kib"] != guest.ram:
            self.object(f"{name}: has {entry['memory_kib']} KiB instead of {guest.ram}")
        if len(entry["cells"]) != len(guest.cells):
            self.object(f"{name}: has {len(entry['cells'])} cells instead of {len(guest.cells)}")
            return False
        hosts = []
        for index, (cell, (vcpus, memory)) in enumerate(zip(entry["cells"], guest.cells)):
            where = f"{name}, cell {index}"
            if cell["id"] != index:
                self.object(f"{where}: is called {cell['id']}")
            if cpus(cell["vcpus"]) != vcpus:
                self.object(f"{where}: has vCPUs {cell['vcpus']}")
            if cell["memory_kib"] != memory:
                self.object(f"{where}: has {cell['memory_kib']} KiB instead of {memory}")
            if cell["host_cell"] not in self.host.by_id:
                self.object(f"{where}: there is no host cell {cell['host_cell']}")
            if guest.placement.get(index, cell["host_cell"]) != cell["host_cell"]:
                self.object(f"{where}: is not on host cell {guest.placement[index]}, where the site puts it")
            if set(map(int, cell["pins"])) != vcpus:
                self.object(f"{where}: pins of vCPUs {', '.join(cell['pins'])}")
            if cpus(cell["dedicated_vcpus"]) != vcpus & guest.dedicated:
                self.object(f"{where}: vCPUs {cell['dedicated_vcpus']} have CPUs of their own")
            hosts.append(cell["host_cell"])
        together = [host for host in set(hosts) if hosts.count(host) > 1]
        for host in together:
            on = [index for index, each in enumerate(hosts) if each == host]
            if any(guest.placement.get(index) != host for index in on):
                self.object(f"{name}: cells {on} share host cell {host}")
        return len(self.found) == before

    # CPUs that somebody has alone

    def take(self, cpu, who, cell):
        host = self.host
        if cpu not in cell.cpus:
            self.object(f"{who}: CPU {cpu} is not on host cell {cell.id}")
        if cpu in host.taken:
            self.object(f"{who}: a foreign domain has CPU {cpu}")
        elif cpu in host.crowded:
            self.object(f"{who}: foreign domains share CPU {cpu}")
        elif cpu not in host.dedicated:
            self.object(f"{who}: CPU {cpu} is none for dedicated vCPUs")
        if cpu in self.owners:
            self.object(f"{who}: CPU {cpu} belongs to {self.owners[cpu]}")
        self.owners[cpu] = who

    def own_cpus(self, guest, entry):
        for cell in entry["cells"]:
            home = self.host.by_id[cell["host_cell"]]
            for vcpu in sorted(cpus(cell["dedicated_vcpus"])):
                pins = cpus(cell["pins"][str(vcpu)])
                if len(pins) != 1:
                    self.object(f"{guest.name}, vCPU {vcpu}: dedicated and pinned to '{cell['pins'][str(vcpu)]}'")
                for cpu in pins:
                    self.take(cpu, f"{guest.name}, vCPU {vcpu}", home)
        if guest.emulator == "isolate":
            pins = cpus(entry["emulator_cpus"])
            if len(pins) != 1:
                self.object(f"{guest.name}: its isolated emulator is on '{entry['emulator_cpus']}'")
            for cpu in pins:
                self.take(cpu, f"{guest.name}, emulator", self.host.by_id[entry["cells"][0]["host_cell"]])

    def shared_left(self):
        """By host cell: CPUs that are left for shared use. Siblings of `isolate` are nobody's."""
        for guest, entry in self.placed.values():
            if guest.threads != "isolate":
                continue
            for cell in entry["cells"]:
                for vcpu in cpus(cell["dedicated_vcpus"]):
                    for cpu in cpus(cell["pins"][str(vcpu)]):
                        for sibling in self.host.core_of(cpu) - {cpu}:
                            self.idle[sibling] = f"{guest.name}, vCPU {vcpu}"
        for cpu, who in sorted(self.idle.items()):
            if cpu in self.owners:
                self.object(f"{self.owners[cpu]}: CPU {cpu} is on the isolated core of {who}")
            if cpu in self.host.taken | self.host.crowded:
                self.object(f"{who}: its isolated core has foreign threads on CPU {cpu}")
        gone = set(self.owners) | set(self.idle)
        return {cell.id: (self.host.shared & cell.cpus) - gone for cell in self.host.cells}

    def check_threads(self, guest, entry):
        for cell in entry["cells"]:
            own = [cpu for vcpu in cpus(cell["dedicated_vcpus"]) for cpu in cpus(cell["pins"][str(vcpu)])]
            cores = {}
            for cpu in own:
                cores.setdefault(min(self.host.core_of(cpu)), []).append(cpu)
            where = f"{guest.name}, cell {cell['id']}"
            if guest.threads == "isolate":
                for threads in cores.values():
                    if len(threads) > 1:
                        self.object(f"{where}: two isolated vCPUs on one core, CPUs {threads}")
            if guest.threads == "require" and own:
                if not self.host.by_id[cell["host_cell"]].has_smt:
                    self.object(f"{where}: requires siblings on a host cell without any")
                alone = [threads for threads in cores.values() if len(threads) == 1]
                if len(alone) > 1:
                    self.object(f"{where}: requires siblings and has single threads {sum(alone, [])}")

    def check_emulator(self, guest, entry):
        pins, where = cpus(entry["emulator_cpus"]), f"{guest.name}, emulator"
        if not entry["cells"]:
            return
        all_left = set().union(*self.left.values())
        beside = set().union(*(cpus(pin) for cell in entry["cells"] for vcpu, pin in cell["pins"].items() if int(vcpu) not in guest.realtime))
        if guest.emulator == "share" and (all_left or not beside):
            if pins and pins - all_left:
                self.object(f"{where}: on CPUs {entry['emulator_cpus']}, which are not for sharing")
            if not all_left and guest.realtime == set(range(guest.vcpus)):
                self.object(f"{where}: nowhere to run beside real-time vCPUs")
        elif guest.emulator in (None, "share") and pins != beside:
            self.object(f"{where}: on CPUs {entry['emulator_cpus']}, not where its vCPUs run")

    # Shared CPUs

    def check_shared_pins(self, guest, entry):
        if not entry["cells"]:
            left = set().union(*self.left.values())
            floating = entry["floating_cpus"]
            if floating is not None and cpus(floating) != left:
                self.object(f"{guest.name}: floats over CPUs {floating}")
            if floating is None and (self.owners or self.idle or left != self.host.guest_cpus):
                self.object(f"{guest.name}: floats over CPUs that are not for sharing")
            return
        for cell in entry["cells"]:
            shared = cpus(cell["vcpus"]) - cpus(cell["dedicated_vcpus"])
            left = self.left[cell["host_cell"]]
            for vcpu in sorted(shared):
                if cpus(cell["pins"][str(vcpu)]) != left:
                    self.object(f"{guest.name}, vCPU {vcpu}: shares and is pinned to '{cell['pins'][str(vcpu)]}'")
            if len(shared) > len(left):
                self.object(f"{guest.name}, cell {cell['id']}: {len(shared)} shared vCPUs, {len(left)} CPUs")

    # Devices, pages

    def check_devices(self, guest, entry):
        if not entry["cells"]:
            return
        hosts = {cell["host_cell"] for cell in entry["cells"]}
        for address in guest.devices:
            if address not in self.host.devices:
                self.object(f"{guest.name}: there is no device {address}")
                continue
            near = self.host.near(guest, address)
            if near is not None and not near & hosts:
                self.object(f"{guest.name}: not near device {address}")

    def check_pages(self, guest, entry):
        sizes = guest.page_sizes(self.host)
        for cell in entry["cells"]:
            where = f"{guest.name}, cell {cell['id']}"
            size = cell["page_kib"]
            if size not in sizes:
                self.object(f"{where}: has pages of {size} KiB")
            elif cell["memory_kib"] % size:
                self.object(f"{where}: {cell['memory_kib']} KiB are not whole pages of {size} KiB")
            parts = cell.get("memory_from")
            if parts is not None:
                if guest.numa_policy != "preferred":
                    self.object(f"{where}: strict memory comes from elsewhere")
                if sum(part["memory_kib"] for part in parts) != cell["memory_kib"]:
                    self.object(f"{where}: its parts do not add up to {cell['memory_kib']} KiB")

    # Sums over a host cell

    def memory(self):
        """By host cell: pages by size, ordinary memory that must be there, that which may be promised twice, QEMU's, the largest."""
        sums = {cell.id: {"pages": {}, "firm": 0, "soft": 0, "overhead": 0, "largest": 0} for cell in self.host.cells}
        base = self.host.base_page
        for guest, entry in self.placed.values():
            own = {}
            for cell in entry["cells"]:
                size = cell["page_kib"]
                parts = cell.get("memory_from") or [{"host_cell": cell["host_cell"], "memory_kib": cell["memory_kib"]}]
                for part in parts:
                    if part["host_cell"] not in sums:
                        self.object(f"{guest.name}: memory from host cell {part['host_cell']}, which there is not")
                        continue
                    to = sums[part["host_cell"]]
                    if size != base:
                        to["pages"][size] = to["pages"].get(size, 0) + part["memory_kib"] // size
                        continue
                    to["soft" if guest.overcommits else "firm"] += part["memory_kib"]
                    if len(parts) == 1:
                        own[part["host_cell"]] = part["memory_kib"]
            ordinary = guest.ram if guest.page in (None, "small", "any") or entry["cells"] and all(
                cell["page_kib"] == base for cell in entry["cells"]) and guest.page != "large" else 0
            overhead = guest.overhead(self.host.overhead, ordinary)
            if entry["overhead_kib"] != overhead:
                self.object(f"{guest.name}: {entry['overhead_kib']} KiB for its QEMU instead of {overhead}")
            if entry["cells"]:
                home = next((cell["host_cell"] for cell in entry["cells"] if cell["memory_kib"]), entry["cells"][0]["host_cell"])
                sums[home]["soft" if guest.overcommits else "firm"] += overhead
                sums[home]["overhead"] += overhead
                if guest.overcommits and home in own:
                    own[home] += overhead
            if guest.overcommits:
                for cell, amount in own.items():
                    sums[cell]["largest"] = max(sums[cell]["largest"], amount)
        return sums

    def check_cells(self):
        reported = {cell["id"]: cell for cell in self.placement["cells"]}
        foreign_shared, foreign_memory = self.host.foreign_shared(), self.host.foreign_memory()
        sums = self.memory()
        self.room, self.grown = [], False
        for cell in self.host.cells:
            report = reported.get(cell.id)
            if report is None:
                self.object(f"host cell {cell.id}: not in the plan")
                continue
            self.check_cpu_sums(cell, report, foreign_shared.get(cell.id, 0))
            self.check_memory(cell, report, sums[cell.id], foreign_memory.get(cell.id, 0))

    def check_cpu_sums(self, cell, report, foreign):
        where, left = f"host cell {cell.id}", self.left[cell.id]
        used = {cpu for cpu in set(self.owners) | set(self.idle) if cpu in cell.cpus}
        if cpus(report["dedicated_used"]) - self.host.taken != used - self.host.taken:
            self.object(f"{where}: says that CPUs {report['dedicated_used']} are taken")
        if "shared_cpus" in report and cpus(report["shared_cpus"]) != left:
            self.object(f"{where}: says that CPUs {report['shared_cpus']} are shared")
        shared = sum(len(cpus(one["vcpus"]) - cpus(one["dedicated_vcpus"]))
                     for _, entry in self.placed.values() for one in entry["cells"] if one["host_cell"] == cell.id)
        if report["shared_vcpus"] < shared:
            self.object(f"{where}: says that {report['shared_vcpus']} vCPUs share, and {shared} do")
        allowed = len(left) * self.host.cpu_ratio // 1000
        if shared and shared + foreign > allowed:
            self.object(f"{where}: {shared + foreign} shared vCPUs where {allowed} may be")

    def check_memory(self, cell, report, sums, foreign):
        where = f"host cell {cell.id}"
        in_pools, grown = 0, False
        pools = {pool["page_kib"]: pool for pool in report["pools"]}
        for size in sorted(set(sums["pages"]) - set(cell.pools)):
            self.object(f"{where}: pages of {size} KiB, which it does not have")
        for size, pool in cell.pools.items():
            guests, others = sums["pages"].get(size, 0), cell.others.get(size, 0)
            planned = pools.get(size, {"wanted": 0, "guests": 0, "others": 0})
            if planned["guests"] != guests:
                self.object(f"{where}: says that guests have {planned['guests']} pages of {size} KiB, and they have {guests}")
            if planned["others"] < others:
                self.object(f"{where}: {planned['others']} pages of {size} KiB for others, who have {others}")
            wanted = guests + others
            if planned["wanted"] < wanted:
                self.object(f"{where}: {planned['wanted']} pages of {size} KiB where {wanted} are needed")
            if not self.host.manages and guests and wanted > pool["total"]:
                self.object(f"{where}: {wanted} pages of {size} KiB needed, and {pool['total']} are there")
            grown = grown or self.host.manages and wanted > pool["total"]
            in_pools += (max(wanted, pool["total"]) if self.host.manages else pool["total"]) * size
        self.grown = self.grown or grown and bool(sums["pages"])
        firm, soft = sums["firm"] + foreign, sums["soft"]
        if not cell.serves_memory:
            if sums["pages"] or sums["firm"] or soft:
                self.object(f"{where}: guests have memory of it, and may not")
            self.room.append((0, 0, soft, firm))
            return
        if (firm - foreign or soft or grown) and in_pools + firm > cell.memory:
            self.object(f"{where}: {in_pools} KiB in pools and {firm} KiB reserved of {cell.memory} KiB")
        ordinary = max(0, cell.memory - in_pools)
        capacity = max(0, ordinary - firm) * self.host.ram_ratio // 1000
        if soft > capacity:
            self.object(f"{where}: {soft} KiB of guests that share memory, {capacity} KiB may be")
        if sums["largest"] > ordinary:
            self.object(f"{where}: a guest of {sums['largest']} KiB in {ordinary} KiB")
        used = firm + soft
        if report["memory_used_kib"] + report["overhead_kib"] != used:
            self.object(f"{where}: says that {report['memory_used_kib']} + {report['overhead_kib']} KiB are used, not {used}")
        self.room.append((ordinary, capacity, soft, firm))

    def check_whole_host(self):
        """Guests without cells, and foreign domains that are anywhere, count against the sum of all cells."""
        floating = [guest for guest, entry in self.placed.values() if not entry["cells"]]
        left = sum(len(cpus_left) for cpus_left in self.left.values())
        shared = sum(len(cpus(one["vcpus"]) - cpus(one["dedicated_vcpus"]))
                     for _, entry in self.placed.values() for one in entry["cells"])
        foreign = self.host.foreign_shared()
        needed = shared + sum(guest.vcpus for guest in floating) + sum(foreign.values())
        allowed = left * self.host.cpu_ratio // 1000
        if (floating or foreign.get(None)) and shared + sum(guest.vcpus for guest in floating) and needed > allowed:
            self.object(f"host: {needed} shared vCPUs where {allowed} may be")
        anywhere = self.host.foreign_memory().get(None, 0)
        capacity = sum(room[1] for room in self.room)
        soft = sum(room[2] for room in self.room)
        own = 0
        for guest in floating:
            if guest.vcpus > left:
                self.object(f"{guest.name}: {guest.vcpus} shared vCPUs, {left} CPUs")
            memory = guest.ram + guest.overhead(self.host.overhead, guest.ram)
            own += memory
            if memory > sum(room[0] for room in self.room):
                self.object(f"{guest.name}: {memory} KiB on a host with less")
        takes = own or soft or self.grown or sum(room[3] for room in self.room) > sum(self.host.foreign_memory().values()) - anywhere
        if takes and own + soft + anywhere * self.host.ram_ratio // 1000 > capacity:
            self.object(f"host: {own + soft} KiB of guests that share memory and {anywhere} KiB of others, {capacity} KiB may be")


def judge(site, facts, plan, name=None):
    """One line for each rule that a plan breaks."""
    host, guests = read(site, facts, name)
    return Judge(host, guests, plan).run()


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    try:
        documents = [json.load(open(path, encoding="utf-8")) for path in sys.argv[1:4]]
        found = judge(*documents, *sys.argv[4:])
    except Unknown as error:
        print(f"judge: not known here: {error}", file=sys.stderr)
        sys.exit(3)
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
