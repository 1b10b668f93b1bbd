"""What the judge and the oracle know of hosts and guests, read from facts and site alone: nothing of it comes from the planner.

The site is in JSON, which is YAML too. A key whose meaning is not known here raises Unknown: what cannot be judged is not passed.
"""
import fnmatch
import re
import xml.etree.ElementTree as ElementTree

UNITS = {"B": 1 / 1024, "K": 1, "KiB": 1, "M": 1024, "MiB": 1024, "G": 1 << 20, "GiB": 1 << 20, "T": 1 << 30, "TiB": 1 << 30}
# Keys of a flavor or guest that say nothing about its place.
SILENT = {"flavor", "host", "state", "autostart", "count", "base", "disks", "interfaces", "kernel", "initrd", "cmdline", "console",
          "machine", "accelerator", "cpu_mode", "iothreads", "locked_memory", "mem_access", "current_vcpus", "current_ram",
          "cpu_topology", "cpu_sockets", "cpu_cores", "cpu_threads", "cpu_max_sockets", "cpu_max_cores", "cpu_max_threads"}
KNOWN = {"vcpus", "ram", "numa_nodes", "numa_cells", "numa_policy", "numa_placement", "cpu_policy", "cpu_dedicated_mask",
         "cpu_thread_policy", "cpu_kind", "emulator_threads_policy", "mem_page_size", "cpu_realtime", "cpu_realtime_mask",
         "host_devices", "pci_numa_affinity_policy"}
HOST_KEYS = {"connect", "cpus", "cpu_allocation_ratio", "ram_allocation_ratio", "reserved", "guest_overhead", "ignore_domains", "moves",
             "pools", "placement"}


class Unknown(Exception):
    """Something that is not known here."""


def cpus(text):
    """The numbers of a list such as 0-3,8 or 0-7,^2."""
    found = set()
    for part in str(text or "").split(","):
        part = part.strip()
        if not part:
            continue
        first, _, last = part.lstrip("^").partition("-")
        numbers = set(range(int(first), int(last or first) + 1))
        found = found - numbers if part.startswith("^") else found | numbers
    return found


def kib(text):
    """A size with a unit in KiB."""
    match = re.fullmatch(r"(\d+)([KMGT]i?B?|B)", str(text))
    if not match:
        raise Unknown(f"size {text!r}")
    return int(int(match[1]) * UNITS[match[2]])


def mask(text, vcpus):
    """The vCPUs of a mask: ^ at its head is all but these."""
    text = str(text)
    return set(range(vcpus)) - cpus(text[1:]) if text.startswith("^") else cpus(text)


class Guest:
    """A guest as the site asks for it."""

    def __init__(self, name, keys):
        unknown = set(keys) - SILENT - KNOWN
        if unknown:
            raise Unknown(f"guest {name}: {', '.join(sorted(unknown))}")
        self.name = name
        self.vcpus = keys["vcpus"]
        self.ram = kib(keys["ram"])
        self.policy = keys.get("cpu_policy", "shared")
        self.page = keys.get("mem_page_size")
        self.threads = keys.get("cpu_thread_policy", "prefer")
        self.kind = keys.get("cpu_kind", "performance")
        self.emulator = keys.get("emulator_threads_policy")
        self.numa_policy = keys.get("numa_policy", "strict")
        if self.numa_policy not in ("strict", "preferred"):
            raise Unknown(f"guest {name}: numa_policy {self.numa_policy}")
        everything = set(range(self.vcpus))
        self.realtime = set()
        if keys.get("cpu_realtime"):
            self.realtime = mask(keys["cpu_realtime_mask"], self.vcpus) if "cpu_realtime_mask" in keys else everything
        if self.policy == "dedicated":
            self.dedicated = everything
        elif self.policy == "mixed":
            self.dedicated = mask(keys["cpu_dedicated_mask"], self.vcpus) if "cpu_dedicated_mask" in keys else self.realtime
        else:
            self.dedicated = set()
        self.devices = list(keys.get("host_devices", []))
        self.device_policy = keys.get("pci_numa_affinity_policy", "legacy")
        self.placement = {int(cell): host for cell, host in keys.get("numa_placement", {}).items()}
        self.cells = self._cells(keys)
        # Memory that may be promised more than once: of guests without a CPU of their own and without a page size.
        self.overcommits = self.policy == "shared" and self.page is None

    def _cells(self, keys):
        if "numa_cells" in keys:
            return [(cpus(cell.get("cpus")), kib(cell["ram"])) for cell in keys["numa_cells"]]
        count = keys.get("numa_nodes")
        if count is None and self.page is None and self.policy == "shared":
            return []
        count = count or 1
        if self.vcpus % count or self.ram % (1024 * count):
            raise Unknown(f"guest {self.name}: an uneven split")
        width = self.vcpus // count
        return [(set(range(cell * width, cell * width + width)), self.ram // count) for cell in range(count)]

    def page_sizes(self, host):
        """The sizes in KiB that may back the guest's memory."""
        huge = [size for size in host.page_sizes if size != host.base_page]
        if self.page in (None, "small"):
            return [host.base_page]
        if self.page == "large":
            return huge
        if self.page == "any":
            return huge + [host.base_page]
        return [kib(self.page)]

    def overhead(self, rule, ordinary):
        """Ordinary memory for QEMU itself, with so much of the guest's memory in ordinary pages, in KiB."""
        if rule == "none":
            return 0
        if rule == "auto":
            return 32 * 1024 + 256 * self.vcpus + ordinary // 256
        return kib(rule)


class Foreign:
    """A domain that is not the site's."""

    def __init__(self, domain, ignored):
        tree = ElementTree.fromstring(domain["xml"])
        self.name = domain["name"]
        self.counts = domain.get("state") in ("running", "paused") or domain.get("autostart", False)
        vcpu = tree.find("vcpu")
        self.vcpus = int(vcpu.text)
        # By group: the CPUs that it may run on (None: any), and how many vCPUs it has.
        self.alone, self.groups = set(), []
        if tree.find("memoryBacking/hugepages") is not None:
            raise Unknown(f"domain {self.name}: huge pages")
        pins = {int(pin.get("vcpu")): cpus(pin.get("cpuset")) for pin in tree.findall("cputune/vcpupin")}
        default = cpus(vcpu.get("cpuset")) or None
        wishes = [pins.get(number, default) for number in range(self.vcpus)]
        others = [cpus(pin.get("cpuset")) for kind in ("emulatorpin", "iothreadpin") for pin in tree.findall(f"cputune/{kind}")]
        if any(fnmatch.fnmatchcase(self.name, pattern) for pattern in ignored):
            wishes, others = [], []
        for wish, count in [(wish, 1) for wish in wishes] + [(wish, 0) for wish in others]:
            if wish is not None and len(wish) == 1:
                self.alone |= wish
            else:
                self.groups.append((wish, count))
        memory = tree.find("memory")
        unit = {"KiB": 1, "MiB": 1024, "GiB": 1 << 20}[memory.get("unit", "KiB")]
        self.memory = int(memory.text) * unit
        bound = tree.find("numatune/memory")
        nodes = sorted(cpus(bound.get("nodeset"))) if bound is not None else []
        self.home = nodes[0] if len(nodes) == 1 else None


class Cell:
    """A cell of the host, with what guests may have of it."""

    def __init__(self, facts, keys):
        self.id = facts["id"]
        self.cpus = cpus(facts.get("cpus"))
        self.cores = [cpus(core) for core in facts.get("siblings") or []] or [{cpu} for cpu in sorted(self.cpus)]
        self.caches = [cpus(cache) for cache in facts.get("llc") or []]
        self.pools = {pool["page_kib"]: pool for pool in facts.get("pools") or []}
        self.distances = {int(cell): distance for cell, distance in (facts.get("distances") or {}).items()}
        self.socket = facts.get("socket")
        reserved = keys.get("reserved", {})
        by_cell = {int(cell): kib(entry["memory"]) for cell, entry in reserved.get("cells", {}).items()}
        reserve = by_cell.get(self.id, kib(reserved.get("memory", "256MiB")))
        self.reserve = min(reserve, facts.get("memory_kib") or 0)
        self.memory = (facts.get("memory_kib") or 0) - self.reserve
        # Whether guests may use that memory.
        self.serves_memory = True
        self.declared = {}
        for size, entry in keys.get("pools", {}).items():
            if size == "manage":
                continue
            count = {int(cell): pages for cell, pages in entry["cells"].items()}.get(self.id)
            if count:
                self.declared[kib(size)] = count
        # Pages in use, which nobody here holds, are first of all those that are declared.
        self.others = {size: max(self.declared.get(size, 0), pool["total"] - pool.get("free", pool["total"]))
                       for size, pool in self.pools.items()}

    @property
    def has_smt(self):
        return any(len(core) > 1 for core in self.cores)


class Host:
    """A host with the rules that the site has for it."""

    def __init__(self, facts, keys):
        unknown = set(keys) - HOST_KEYS
        if unknown:
            raise Unknown(f"host: {', '.join(sorted(unknown))}")
        self.cells = [Cell(cell, keys) for cell in facts["cells"]]
        self.by_id = {cell.id: cell for cell in self.cells}
        self.base_page = facts.get("host", {}).get("base_page_kib", 4)
        self.page_sizes = sorted({size for cell in self.cells for size in cell.pools} - {self.base_page}, reverse=True)
        information = facts.get("cpus", {})
        self.efficiency = cpus(information.get("efficiency"))
        online = set().union(*(cell.cpus for cell in self.cells))
        sets = keys.get("cpus")
        isolated = cpus(information.get("isolated"))
        self.has_sets = bool(sets) or bool(isolated)
        if sets:
            self.dedicated, self.shared = cpus(sets.get("dedicated")) & online, cpus(sets.get("shared")) & online
        elif isolated:
            self.dedicated, self.shared = isolated & online, online - isolated
        else:
            self.dedicated, self.shared = set(online), set(online)
        self.cpu_ratio = thousandths(keys.get("cpu_allocation_ratio", 4.0))
        self.ram_ratio = thousandths(keys.get("ram_allocation_ratio", 1.0))
        self.manages = keys.get("pools", {}).get("manage", True)
        self.overhead = keys.get("guest_overhead", "auto")
        self.devices = {device["address"]: device for device in facts.get("pci") or []}
        domains = [Foreign(domain, keys.get("ignore_domains", [])) for domain in facts.get("domains") or []]
        self.foreign = [domain for domain in domains if domain.counts]
        for domain in self.foreign:
            # A list of all CPUs that are online confines nothing.
            domain.groups = [(None if wish and len(wish) > 1 and online <= wish else wish, n) for wish, n in domain.groups]
        # What the control group of the guests shuts out is there for nobody.
        limits = facts.get("guest_limits") or {}
        self.guest_cpus = cpus(limits["cpus"]) & online if limits.get("cpus") is not None else online
        if limits.get("memory_cells") is not None:
            for cell in self.cells:
                cell.serves_memory = cell.id in cpus(limits["memory_cells"])
        self.dedicated, self.shared = self.dedicated & self.guest_cpus, self.shared & self.guest_cpus
        # CPUs that a foreign thread has alone are nobody else's; those that foreign threads share are nobody's alone.
        self.taken = set().union(*(domain.alone for domain in self.foreign))
        self.crowded = set().union(*(wish or set() for domain in self.foreign for wish, _ in domain.groups))
        self.dedicated = self.dedicated - self.taken - self.crowded
        self.shared = self.shared - self.taken

    def core_of(self, cpu):
        """All threads of a CPU's core."""
        return next((core for cell in self.cells for core in cell.cores if cpu in core), {cpu})

    def cell_of(self, cpu):
        return next((cell.id for cell in self.cells if cpu in cell.cpus), None)

    def foreign_shared(self):
        """Shared vCPUs of foreign domains by cell, and under None those that are on no single cell."""
        counts = {}
        for domain in self.foreign:
            for wish, count in domain.groups:
                homes = {self.cell_of(cpu) for cpu in wish} if wish else {cell.id for cell in self.cells}
                home = homes.pop() if len(homes) == 1 else None
                counts[home] = counts.get(home, 0) + count
        return counts

    def foreign_memory(self):
        """Ordinary memory of foreign domains in KiB, by cell; under None what is bound to no single one."""
        sums = {}
        for domain in self.foreign:
            own = 32 * 1024 + 256 * domain.vcpus + domain.memory // 256 if self.overhead == "auto" else 0
            home = domain.home if len(self.cells) > 1 else self.cells[0].id
            sums[home] = sums.get(home, 0) + domain.memory + own
        return sums

    def near(self, guest, address):
        """The cells that a device of a guest asks for; None where it may be anywhere."""
        device = self.devices.get(address)
        if device is None:
            return set()
        cell, policy = device.get("cell"), guest.device_policy
        if policy == "preferred":
            return None
        if policy == "socket":
            socket = device.get("socket")
            if socket is None and cell in self.by_id:
                socket = self.by_id[cell].socket
            return {one.id for one in self.cells if socket is not None and one.socket == socket}
        if policy == "legacy" and (cell not in self.by_id or not self.by_id[cell].cpus):
            return None
        return {cell} & set(self.by_id)


def thousandths(ratio):
    return round(float(ratio) * 1000)


def read(site, facts, name=None):
    """The host of a site that facts are of, and the guests that are to be on it."""
    hosts = site.get("hosts") or {"localhost": {}}
    name = name or (facts.get("host", {}).get("name") if facts.get("host", {}).get("name") in hosts else None)
    if name is None:
        if len(hosts) != 1:
            raise Unknown("which of the hosts")
        name = next(iter(hosts))
    guests = []
    for entry, keys in (site.get("guests") or {}).items():
        keys = {**site.get("flavors", {}).get(keys.get("flavor"), {}), **keys}
        if keys.get("state") == "absent" or keys.get("host", name) != name:
            continue
        count = keys.get("count")
        names = [entry] if count is None else [f"{entry}-{number}" for number in range(1, count + 1)]
        guests += [Guest(each, keys) for each in names]
    return Host(facts, hosts[name] or {}), guests
