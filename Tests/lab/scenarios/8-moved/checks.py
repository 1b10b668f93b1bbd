"""A disk that was moved to a machine with other cells: what it holds is refused there, and said why."""

import shutil

import lab


def before():
    with lab.section("on the first machine"):
        lab.tool("apply", "site.yaml")
        lab.equal("the pools", lab.pools(), {0: 0, 1: 0, 2: 128})
        lab.equal("the guest", lab.seen("first"), lab.guest({0: "6-7", 1: "6-7"}, "6-7", (256 << 10, 2, 2048)))
        lab.settled("site.yaml")
        lab.tool("plan", "grown.yaml", "--out", "/disk/saved-plan")
    shutil.copy("/lab/numactl-plan-hugepages.service", "/disk/unit.service")


def after():
    with lab.section("on the other machine"), lab.unchanged("everything refused"):
        lab.equal("it has other cells", {c: cell["cpus"] for c, cell in lab.cells().items()}, {0: lab.ids("0-1"), 1: lab.ids("2-5")})
        told = lab.read("/lab/unit")
        lab.check("the unit refuses", told.endswith("status 10"), told)
        lab.contains("and says why", told, "NP4", "cell 0", "cell 2")
        lab.equal("no page was reserved", lab.pools(), {0: 0, 1: 0})
        lab.equal("the guest did not start without its pages", lab.domains(), {"first": "shut off", "second": "shut off"})
        boot = lab.tool("boot", status=10)
        lab.contains("so it is by hand", boot.err, "cell 0", "cell 2")
        plan = lab.tool("plan", "site.yaml", status=10)
        lab.contains("the site names a cell that is not here", plan.all, "guest 'first' does not fit", "names host cell 2; this host has 0-1")
        applied = lab.tool("apply", "site.yaml", "--yes", status=10)
        lab.contains("apply refuses, and says why", applied.all, "names host cell 2", "nothing would be changed")
        stale = lab.tool("apply", "/disk/saved-plan", "--yes", status=14)
        undone = lab.tool("rollback", "--yes", status=14)
        lab.contains("what was done there is not put back here, and why", undone.err, "NP712", "cell 2")
        lab.contains("a plan saved there is stale here, and says why", stale.err, "NP723", "cell 0 has CPUs 0-1, not 0-3", "cell 2 is gone")


lab.main({"before": before, "after": after})
