"""CPUs of one's own on a machine with two threads a core, in every thread policy; those that share keep off them."""

import itertools

import lab

DEDICATED = ("emulator", "isolate", "prefer", "require")


def shared():
    with lab.section("guests that share"):
        lab.equal("the machine's cores", lab.siblings(), {frozenset((cpu, cpu + 1)) for cpu in range(0, 12, 2)})
        cells = lab.tool("facts", "--format", "json").json["cells"]
        lab.equal("as the facts have them", [cell["siblings"] for cell in cells], [["0-1", "2-3", "4-5"], ["6-7", "8-9", "10-11"]])
        lab.tool("apply", "shared.yaml")
        lab.equal("the one that floats may use every CPU", lab.Guest("floating").vcpus(), {0: "0-11"})
        lab.equal("the other those of its cell", lab.Guest("bound").vcpus(), {0: "6-11"})


def own(name):
    """The CPUs of a guest's vCPUs, each of which must have one."""
    cpus = {vcpu: lab.ids(cpus) for vcpu, cpus in lab.Guest(name).vcpus().items()}
    lab.check(f"{name}: each vCPU has a CPU of its own", cpus and all(len(c) == 1 for c in cpus.values()), cpus)
    return set().union(*cpus.values())


def sibling(cpu):
    return next(core - {cpu} for core in lab.siblings() if cpu in core)


def dedicated():
    processes = {name: lab.Guest(name).pid for name in ("floating", "bound")}
    with lab.section("guests with CPUs of their own"):
        document = lab.plan("dedicated.yaml")
        lab.tool("apply", "dedicated.yaml")
        lab.equal("all run", lab.domains(), dict.fromkeys(("floating", "bound") + DEDICATED, "running"))
        for name in DEDICATED:
            lab.equal(f"{name} is where the plan says", lab.seen(name), lab.planned(document, name))
    taken = {name: own(name) for name in DEDICATED}
    emulator = lab.ids(lab.Guest("emulator").emulator())
    with lab.section("no two share a CPU"):
        lab.equal("vCPUs", {name: len(cpus) for name, cpus in taken.items()}, {"emulator": 1, "isolate": 2, "prefer": 2, "require": 2})
        for (one, first), (other, second) in itertools.combinations(taken.items(), 2):
            lab.check(f"{one} and {other}", not first & second, (first, second))
        lab.equal("the emulator's threads have one CPU", len(emulator), 1)
        lab.check("which is nobody else's", not emulator & set().union(*taken.values()), (emulator, taken))
    with lab.section("the threads of a core"):
        lab.check("prefer has a whole core", taken["prefer"] in lab.siblings(), taken)
        lab.check("require has a whole core", taken["require"] in lab.siblings(), taken)
        idle = set().union(*(sibling(cpu) for cpu in taken["isolate"]))
        lab.equal("isolate has one thread of each of two cores", len(idle | taken["isolate"]), 4)
        others = set().union(*(cpus for name, cpus in taken.items() if name != "isolate")) | emulator
        lab.check("whose other threads nobody has", not idle & others, (idle, others))
    with lab.section("those that share keep off them"):
        busy = set().union(*taken.values()) | emulator | idle
        lab.equal("they still run, unrestarted", {name: lab.Guest(name).pid for name in processes}, processes)
        for name in processes:
            guest = lab.Guest(name)
            for whose, cpus in (("its vCPU", guest.vcpus()[0]), ("its emulator", guest.emulator())):
                lab.check(f"{name}: {whose} has CPUs, and none of theirs", lab.ids(cpus) and not lab.ids(cpus) & busy, (cpus, busy))
        lab.equal("the one that is bound stays on its cell", lab.ids(lab.Guest("bound").vcpus()[0]) - lab.ids("6-11"), set())
        lab.settled("dedicated.yaml")


def threads():
    shared()
    dedicated()


lab.main({"threads": threads})
