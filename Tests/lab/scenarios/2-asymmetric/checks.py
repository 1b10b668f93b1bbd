"""Guest cells of different size on host cells of different size, and a guest that fits none of them."""

import lab

MIB = 1024
WIDE = lab.guest(
    {0: "2-5", 1: "2-5", 2: "2-5", 3: "2-5", 4: "6-7", 5: "6-7"}, "2-7", (1536 * MIB, 1), (768 * MIB, 2)
)
NARROW = lab.guest({0: "0-1", 1: "6-7", 2: "0-1"}, "0-1,6-7", (128 * MIB, 2), (256 * MIB, 0))
RESERVED = 256 * MIB


def fitting():
    with lab.section("guest cells go where they fit"):
        document = lab.plan("site.yaml")
        lab.tool("apply", "site.yaml")
        lab.equal("both run", lab.domains(), {"wide": "running", "narrow": "running"})
        lab.placed(document, "wide", WIDE)
        lab.placed(document, "narrow", NARROW)
        lab.settled("site.yaml")


def too_much():
    memory = {number: cell["memory_kib"] - RESERVED for number, cell in lab.cells().items()}
    taken = {0: 256 * MIB, 1: 1536 * MIB, 2: 896 * MIB}
    with lab.section("a guest that fits nowhere"), lab.unchanged("a refusal"):
        document = lab.tool("plan", "too-much.yaml", "--format", "json", status=10).json
        lab.equal("the verdict", document["verdict"], "infeasible")
        lab.equal("it is the one that does not fit", [entry["guest"] for entry in document["unplaced"]], ["big"])
        reasons = document["unplaced"][0]["reasons"]
        lab.equal("every cell lacks memory, and nothing else", [(r["host_cell"], r["resource"]) for r in reasons],
                  [(cell, "memory_kib") for cell in (0, 1, 2)])
        lab.equal("what it needs", {reason["needed"] for reason in reasons}, {1800 * MIB})
        lab.equal("what is free", {r["host_cell"]: r["free"] for r in reasons}, {c: memory[c] - taken[c] for c in memory})
        holders = {0: ["narrow"], 1: ["wide"], 2: ["narrow", "wide"]}
        lab.equal("who holds the rest", {r["host_cell"]: r["held_by"] for r in reasons}, holders)
        refused = lab.tool("apply", "too-much.yaml", status=10)
        lab.contains("apply says why", refused.all, "NP304", "big", "1.7 GiB")
    with lab.section("those that run"):
        lab.equal("wide is where it was", lab.seen("wide"), WIDE)
        lab.equal("narrow is where it was", lab.seen("narrow"), NARROW)


def tampered():
    """What libvirt does not know of: only the kernel tells that a thread and memory were moved."""
    guest = lab.Guest("narrow")
    with lab.section("a thread moved behind libvirt's back"):
        guest.confine(0, "6")
        lab.equal("it may use another CPU", lab.Guest("narrow").vcpus()[0], "6")
        lab.equal("the plan sees nothing", lab.plan("site.yaml")["empty"], True)
        ended = lab.tool("verify", "site.yaml", "--deep", "--settle", "0", status=2)
        lab.contains("verify does", ended.all, "narrow")
        guest.confine(0, "0-1")
        lab.tool("verify", "site.yaml", "--deep", "--settle", "0")
    with lab.section("memory moved behind libvirt's back"):
        lab.run("migratepages", str(guest.pid), "2", "0")
        lab.equal("it is on another cell", [cell["on"] for cell in lab.seen("narrow")["cells"]], [[0], [0]])
        ended = lab.tool("verify", "site.yaml", "--deep", "--settle", "0", status=2)
        lab.contains("verify tells", ended.all, "narrow")


def asymmetric():
    fitting()
    too_much()
    tampered()


lab.main({"asymmetric": asymmetric})
