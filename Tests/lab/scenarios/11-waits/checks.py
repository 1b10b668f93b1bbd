"""A guest that runs and whose move waits for its restart is where it was: nobody is started into its memory until it has left."""

import lab

SIZE = 850 << 10


def moves():
    with lab.section("a move waits for the restart"):
        lab.tool("apply", "first.yaml")
        here = lab.guest({0: "0-3"}, "0-3", (SIZE, 0))
        lab.equal("the guest is on the first cell", lab.seen("first"), here)
        process = lab.Guest("first").pid
        lab.tool("apply", "moved.yaml", "--yes")
        lab.tool("plan", "moved.yaml", "--detailed-exitcode", status=3)
        lab.equal("it still runs", lab.Guest("first").pid, process)
        lab.equal("where it was, its threads as well: its memory has not moved", lab.seen("first"), here)
        defined = lab.virsh("dumpxml", "--inactive", "first")
        lab.contains("its definition says the second cell", defined, "<memory mode='strict' nodeset='1'/>")
    with lab.section("nobody is started into its memory"), lab.unchanged("the start that is refused"):
        for command in (("plan", "both.yaml"), ("apply", "both.yaml", "--yes")):
            refused = lab.tool(*command, status=15)
            lab.contains("it says who is in the way, where, and what helps", refused.all, "'first' still holds", "cell 0", "--restart first")
    with lab.section("once it has left there is room"):
        lab.tool("apply", "both.yaml", "--restart", "first", "--yes")
        lab.check("the first one was started anew", lab.Guest("first").pid != process)
        lab.equal("on the second cell", lab.seen("first"), lab.guest({0: "4-5"}, "4-5", (SIZE, 1)))
        lab.equal("and the second on the first", lab.seen("second"), lab.guest({0: "0-3"}, "0-3", (1000 << 10, 0)))
        lab.settled("both.yaml")


lab.main({"moves": moves})
