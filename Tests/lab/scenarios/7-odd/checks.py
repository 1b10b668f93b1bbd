"""Cells that are not alike: one of memory only, one of CPUs only, distances of every kind."""

import lab

CPUS = {0: "0-1", 1: "2-3", 2: "4-5", 3: "6-7", 4: ""}
DISTANCES = {
    0: [10, 40, 12, 25, 17],
    1: [40, 10, 31, 28, 33],
    2: [12, 31, 10, 35, 22],
    3: [25, 28, 35, 10, 14],
    4: [17, 33, 22, 14, 10],
}
NEAR = lab.guest({0: "0-1", 1: "0-1", 2: "4-5", 3: "4-5"}, "0-1,4-5", (256 << 10, 0), (256 << 10, 2))
HUGE = lab.guest({0: "2-3"}, "2-3", (256 << 10, 1, 2048))


def facts():
    kernel = lab.cells()
    with lab.section("the kernel's cells and the tool's"):
        found = {cell["id"]: cell for cell in lab.tool("facts", "--format", "json").json["cells"]}
        lab.equal("numbers", sorted(found), sorted(kernel))
        for number, cell in kernel.items():
            lab.equal(f"cell {number}: CPUs", found[number]["cpus"], CPUS[number])
            lab.equal(f"cell {number}: CPUs in the kernel", cell["cpus"], lab.ids(CPUS[number]))
            lab.equal(f"cell {number}: memory", found[number].get("memory_kib") or 0, cell["memory_kib"])
            wanted = {str(other): value for other, value in enumerate(DISTANCES[number])}
            lab.equal(f"cell {number}: distances", found[number]["distances"], wanted)
        lab.equal("the cell of CPUs has no memory", kernel[3]["memory_kib"], 0)
        for form in ("text", "nova", "svg"):
            lab.check(f"facts as {form} says something", lab.tool("facts", "--format", form).out)


def odd():
    facts()
    with lab.section("near cells are chosen"):
        document = lab.plan("site.yaml")
        lab.tool("apply", "site.yaml")
        lab.equal("all run", lab.domains(), dict.fromkeys(("floating", "huge", "near"), "running"))
        lab.placed(document, "near", NEAR)
        lab.placed(document, "huge", HUGE)
        lab.equal("pages on the one cell", {c: n for c, n in lab.pools().items() if n}, {1: 128})
        lab.equal("the one that floats may use every CPU", lab.Guest("floating").vcpus(), {0: "0-7"})
        lab.settled("site.yaml")
    with lab.section("what such cells cannot take is refused"), lab.unchanged("a refusal"):
        document = lab.tool("plan", "no-memory.yaml", "--format", "json", status=10).json
        lacking = {entry["guest"]: {(r["host_cell"], r["resource"]) for r in entry["reasons"]} for entry in document["unplaced"]}
        lab.equal("who", sorted(lacking), ["here", "there"])
        lab.check("CPUs without memory", (3, "memory_kib") in lacking["here"], lacking)
        lab.check("memory without CPUs", (4, "shared_cpus") in lacking["there"], lacking)
    with lab.section("every form of output"):
        for arguments in (("plan", "site.yaml", "--format", "markdown"), ("status", "site.yaml", "--map"),
                          ("plan", "site.yaml", "--format", "svg"), ("explain", "site.yaml", "near"),
                          ("status", "site.yaml"), ("render", "site.yaml")):
            lab.check(f"{' '.join(arguments)} says something", lab.tool(*arguments).out)
    with lab.section("a CPU that is switched off"):
        with open("/sys/devices/system/cpu/cpu5/online", "w") as file:
            file.write("0")
        found = {cell["id"]: cell for cell in lab.tool("facts", "--format", "json").json["cells"]}
        lab.equal("is not among those of its cell", found[2]["cpus"], "4")
        ended = lab.run("numactl-plan", "plan", "site.yaml", "--format", "json")
        lab.check("the plan is made without it", ended.status in (0, 10) and ended.json["verdict"], ended.all)
        pins = {cpus for guest in ended.json["placement"]["guests"] for cell in guest["cells"] for cpus in cell["pins"].values()}
        lab.check("and pins nobody to it", pins and not any(5 in lab.ids(cpus) for cpus in pins), pins)


lab.main({"odd": odd})
