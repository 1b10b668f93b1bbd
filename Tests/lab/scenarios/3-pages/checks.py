"""Pages of 2 MiB: pools that grow cell by cell, memory in them, and a cell that cannot give as many as asked."""

import lab

HALF = 1 << 19
HUGE = lab.guest({0: "0-3", 1: "0-3", 2: "4-5", 3: "4-5"}, "0-5", (HALF, 0, 2048), (HALF, 1, 2048))
GREEDY = lab.guest({0: "6-7"}, "6-7", (1400 << 10, 2, 2048))


def grown():
    with lab.section("pools grow for the guest and for others"):
        lab.equal("no pages at first", lab.pools(), {0: 0, 1: 0, 2: 0})
        document = lab.plan("site.yaml")
        lab.tool("apply", "site.yaml")
        lab.equal("pages of each cell", lab.pools(), {0: 256, 1: 256, 2: 16})
        wanted = {cell["id"]: cell["pools"][0]["wanted"] for cell in document["placement"]["cells"]}
        lab.equal("as planned", lab.pools(), wanted)
        lab.equal("none beyond them", lab.pools(field="surplus_hugepages"), {0: 0, 1: 0, 2: 0})
        lab.placed(document, "huge", HUGE)
        lab.equal("the guest uses its pages", lab.pools(field="free_hugepages"), {0: 0, 1: 0, 2: 16})
        lab.settled("site.yaml")


def short():
    process = lab.Guest("huge").pid
    with lab.section("a cell that cannot give enough"), lab.hog(2, 1000):
        with lab.unchanged("a short grant"):
            ended = lab.tool("apply", "greedy.yaml", "--grow-timeout", str(15 * lab.PATIENCE), "--format", "json", status=11)
            document = ended.json
            lab.equal("the outcome", document["exit"], {"code": 11, "name": "pools_short"})
            pools = document["short_pools"]
            lab.equal("the pool that is short", [(pool["cell"], pool["page_kib"]) for pool in pools], [(2, 2048)])
            lab.equal("asked", [pool["asked"] for pool in pools], [716])
            lab.check("granted, by far less", all(16 <= pool["granted"] < 600 for pool in pools), pools)
        text = lab.tool("apply", "greedy.yaml", "--grow-timeout", str(15 * lab.PATIENCE), status=11)
        lab.contains("asked and granted are reported", text.out, "asked  granted", "716")
        lab.equal("pools as before", lab.pools(), {0: 256, 1: 256, 2: 16})
        lab.equal("the guest that ran goes on running", (lab.domains(), lab.Guest("huge").pid), ({"huge": "running"}, process))
        lab.equal("and has its memory where it was", lab.seen("huge"), HUGE)


def enough():
    with lab.section("once the memory is free again"):
        document = lab.plan("greedy.yaml")
        lab.tool("apply", "greedy.yaml")
        lab.equal("pages of each cell", lab.pools(), {0: 256, 1: 256, 2: 716})
        lab.placed(document, "greedy", GREEDY)
        lab.equal("the other guest is where it was", lab.seen("huge"), HUGE)


def pages():
    grown()
    short()
    enough()


lab.main({"pages": pages})
