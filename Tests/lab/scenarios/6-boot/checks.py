"""At boot: the unit reserves the pools before libvirtd starts, which then starts the guest in them."""

import shutil

import lab

EARLY = lab.guest({0: "0-3", 1: "0-3", 2: "4-5"}, "0-5", (384 << 10, 0, 2048), (128 << 10, 1, 2048))
POOLS = {0: 192, 1: 64, 2: 32}


def applied():
    with lab.section("applied"):
        lab.check("the unit is not enabled yet", not lab.exists("/lab/unit"))
        lab.tool("apply", "site.yaml")
        lab.equal("the pools", lab.pools(), POOLS)
        lab.equal("the guest", lab.seen("early"), EARLY)
        lab.check("the boot file is written", lab.exists("/etc/numactl-plan/boot.json"))
    shutil.copy("/lab/numactl-plan-hugepages.service", "/disk/unit.service")


def booted():
    with lab.section("booted"):
        told = lab.read("/lab/unit")
        lab.contains("the unit reserved the pages", told, "status 0", *(
            f"2MiB cell {cell}: asked {pages}, granted {pages}" for cell, pages in POOLS.items()))
        lab.equal("the pools", lab.pools(), POOLS)
        lab.until("libvirtd starts the guest", lambda: lab.domains() == {"early": "running"})
        lab.equal("it is in them", lab.seen("early"), EARLY)
        lab.equal("and in all of them", lab.pools(field="free_hugepages"), {0: 0, 1: 0, 2: 32})
        lab.tool("plan", "site.yaml", "--detailed-exitcode")
        lab.settled("site.yaml")


def off():
    with lab.section("turned off on the kernel's command line"):
        told = lab.read("/lab/unit")
        lab.check("the unit says so, and that is no failure", told.endswith("status 0"), told)
        lab.equal("no pool", lab.pools(), {0: 0, 1: 0, 2: 0})
        lab.equal("no guest without its pages", lab.domains(), {"early": "shut off"})
        plan = lab.tool("plan", "site.yaml", "--format", "json", "--detailed-exitcode", status=2).json
        wanted = ["guest/early"] + [f"pool/2MiB/cell/{cell}" for cell in POOLS]
        lab.equal("the plan makes up for it", [change["address"] for change in plan["changes"]], wanted)


lab.main({"applied": applied, "booted": booted, "off": off})
