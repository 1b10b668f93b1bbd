"""Pages of 1 GiB: a boot without them says what to boot with; booted with that, the guest has them."""

import lab

GIB = 1 << 20
LARGE = lab.guest({0: "0-3", 1: "4-5"}, "0-5", (GIB, 0, GIB), (GIB, 1, GIB))
ARGUMENTS = "hugepagesz=1G hugepages=0:1,1:1"


def without():
    with lab.section("booted without pages of 1 GiB"), lab.unchanged("asking for them"):
        lab.equal("there are none", lab.pools(GIB), {0: 0, 1: 0, 2: 0})
        plan = lab.tool("plan", "site.yaml")
        lab.contains("the plan warns, and says what to boot with", plan.all, "NP412", ARGUMENTS)
        ended = lab.tool("boot", "site.yaml", "--emit", "kernel-args")
        lab.equal("and so does boot", ended.out, ARGUMENTS + "\n")
    with open("/lab/kernel-arguments", "w") as file:
        file.write(ended.out)


def booted():
    with lab.section("booted with what was printed"):
        lab.contains("the kernel's command line", lab.read("/proc/cmdline"), ARGUMENTS)
        lab.equal("the kernel has reserved them", lab.pools(GIB), {0: 1, 1: 1, 2: 0})
        document = lab.plan("site.yaml")
        pools = [change["address"] for change in document["changes"] if change["address"].startswith("pool/")]
        lab.equal("no pool is to change", pools, [])
        lab.tool("apply", "site.yaml")
        lab.placed(document, "large", LARGE)
        lab.equal("pools as before", lab.pools(GIB), {0: 1, 1: 1, 2: 0})
        lab.equal("the guest uses them", lab.pools(GIB, "free_hugepages"), {0: 0, 1: 0, 2: 0})
        lab.equal("and no other pages", lab.pools(), {0: 0, 1: 0, 2: 0})
        lab.settled("site.yaml")


lab.main({"without": without, "with": booted})
