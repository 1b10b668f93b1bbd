"""The page: a machine of 4, 2 and 2 CPUs; guests with no topology, with one cell and with two; what was recorded; all gone again."""

import os

import lab

CPUS = {0: "0-3", 1: "4-5", 2: "6-7"}
GIB = 1 << 20


def facts():
    kernel = lab.cells()
    with lab.section("the kernel has the page's cells"):
        lab.equal("CPUs of the cells", {c: kernel[c]["cpus"] for c in kernel}, {c: lab.ids(l) for c, l in CPUS.items()})
        memory = [kernel[c]["memory_kib"] for c in sorted(kernel)]
        lab.check("about 4000, 2000 and 2000 MiB", all(0.94 < m / w / 1024 <= 1 for m, w in zip(memory, (4000, 2000, 2000))), memory)
    with lab.section("facts as JSON"):
        found = lab.tool("facts", "--format", "json").json
        lab.equal("three cells", [cell["id"] for cell in found["cells"]], [0, 1, 2])
        for cell in found["cells"]:
            number = cell["id"]
            lab.equal(f"cell {number}: CPUs", cell["cpus"], CPUS[number])
            lab.equal(f"cell {number}: memory", cell["memory_kib"], kernel[number]["memory_kib"])
            lab.equal(f"cell {number}: distances", cell["distances"], {str(o): 10 if o == number else 20 for o in CPUS})
            lab.equal(f"cell {number}: each CPU a core", cell["siblings"], [str(cpu) for cpu in sorted(lab.ids(CPUS[number]))])
        lab.equal("page sizes of a cell", [pool["page_kib"] for pool in found["cells"][0]["pools"]], [2048, GIB])
        lab.equal("no domains", found["domains"], [])
    with lab.section("facts as text"):
        text = lab.show("numactl-plan facts | head -n 20").out
        lab.contains("the cells' rows", text, "3 cells, 8 CPUs online", *CPUS.values())
    with lab.section("facts as Nova's document"):
        usage = host_usage()
        lab.equal("CPUs", {c: u["cpuset"] for c, u in usage.items()}, {c: sorted(lab.ids(l)) for c, l in CPUS.items()})
        lab.equal("memory", {c: u["memory"] for c, u in usage.items()}, {c: kernel[c]["memory_kib"] // 1024 for c in kernel})
        lab.equal("nothing is used", used(usage), {0: (0, 0), 1: (0, 0), 2: (0, 0)})


def host_usage():
    """The cells of Nova's NUMATopology, by number."""
    document = lab.tool("facts", "--format", "nova").json
    lab.equal("the document is a NUMATopology", document["nova_object.name"], "NUMATopology")
    return {cell["nova_object.data"]["id"]: cell["nova_object.data"] for cell in document["nova_object.data"]["cells"]}


def used(usage):
    """vCPUs and MiB in use on each cell."""
    return {cell: (data["cpu_usage"], data["memory_usage"]) for cell, data in usage.items()}


def no_topology():
    with lab.section("a guest without topology"):
        lab.tool("apply", "no-topology.yaml")
        lab.equal("it runs", lab.domains(), {"cirros1": "running"})
        lab.until("its memory is written to", lambda: sum(lab.Guest("cirros1").floating()["pages"].values()) >= 512 * 1024 // 16 - 256)
        guest = lab.Guest("cirros1")
        lab.equal("its vCPU may run on every CPU", guest.vcpus(), {0: "0-7"})
        lab.equal("and so may its other threads", guest.emulator(), "0-7")
        lab.equal("its memory is bound to nothing", guest.floating()["policy"], "default")
        lab.equal("it has no cells", guest.cells(), [])
        xml = lab.virsh("dumpxml", "--inactive", "cirros1")
        lab.contains("one vCPU, anywhere", xml, "<vcpu placement='static'>1</vcpu>")
        for element in ("<cputune", "<numatune", "<numa>"):
            lab.check(f"no {element} in its definition", element not in xml, xml)
        lab.settled("no-topology.yaml")


ONE_CELL = lab.guest({n: "0-3" for n in range(4)}, "0-3", (GIB, 0))
TWO_CELLS = lab.guest({0: "0-3", 1: "0-3", 2: "4-5", 3: "4-5"}, "0-5", (GIB // 2, 0), (GIB // 2, 1))


def cells():
    with lab.section("a guest of one cell and a guest of two"):
        document = lab.plan("page.yaml")
        lab.show("cat page.yaml")
        applied = lab.show("numactl-plan apply page.yaml")
        lab.contains("apply says what it did", applied.out, "started cirros2", "started cirros3")
        lab.equal("they run beside the first", lab.domains(), dict.fromkeys(("cirros1", "cirros2", "cirros3"), "running"))
        lab.placed(document, "cirros2", ONE_CELL)
        lab.placed(document, "cirros3", TWO_CELLS)
        lab.settled("page.yaml")
        lab.show("numactl-plan apply page.yaml")
        lab.show("grep -h Cpus_allowed_list /proc/$(cat /run/libvirt/qemu/cirros3.pid)/task/*/status | sort -u")
        lab.show("grep -o 'bind:.*' /proc/$(cat /run/libvirt/qemu/cirros3.pid)/numa_maps | sort | cut -d ' ' -f 1,5")
    with lab.section("the recorded topologies"):
        wanted = {"cirros2": [([0, 1, 2, 3], 1024)], "cirros3": [([0, 1], 512), ([2, 3], 512)]}
        for name, cells in wanted.items():
            document = lab.tool("status", "page.yaml", name, "--format", "nova").json
            lab.equal(f"{name}: the document is an InstanceNUMATopology", document["nova_object.name"], "InstanceNUMATopology")
            found = [cell["nova_object.data"] for cell in document["nova_object.data"]["cells"]]
            lab.equal(f"{name}: its cells", [(cell["cpuset"], cell["memory"]) for cell in found], cells)
            lab.equal(f"{name}: their numbers", [cell["id"] for cell in found], list(range(len(cells))))
    with lab.section("what the host has left"):
        open("/lab/facts.json", "w").write(lab.tool("facts", "--format", "json").out)
        lab.equal("vCPUs and MiB in use", used(host_usage()), {0: (6, 1536), 1: (2, 512), 2: (0, 0)})


def free_kib():
    """The free memory of the first two cells."""
    return [int(lab.read(f"{lab.NODES}/node{cell}/meminfo").split("MemFree:")[1].split()[0]) for cell in (0, 1)]


def deleted():
    with lab.section("deleted, and free again"):
        before = free_kib()
        refused = lab.tool("apply", "deleted.yaml", status=15)
        lab.contains("what needs consent is named", refused.err, "guest/cirros1 to guest/cirros3 (3)")
        lab.equal("and all still run", set(lab.domains().values()), {"running"})
        ended = lab.show("numactl-plan apply deleted.yaml --yes | tail -n 5")
        lab.equal("no domain is left", lab.domains(), {})
        lab.equal("no process is left", lab.run("pgrep", "-f", "guest=cirros").out, "")
        lab.contains("apply says so", ended.out, "shut down cirros1 to cirros3 (3)", "removed the definition of cirros1 to cirros3 (3)")
        gained = [after - then for after, then in zip(free_kib(), before)]
        lab.check("the memory is back on its cells", gained[0] > 1300 << 10 and gained[1] > 450 << 10, gained)
        lab.equal("nothing is in use", used(host_usage()), {0: (0, 0), 1: (0, 0), 2: (0, 0)})
        lab.equal("no definition is left", os.listdir("/etc/libvirt/qemu"), [])


def page():
    facts()
    no_topology()
    cells()
    deleted()


lab.main({"page": page})
