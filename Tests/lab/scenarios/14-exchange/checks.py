"""Running guests that change places, and one in a page of 1 GiB that goes to another cell."""

import lab


def cells():
    with lab.section("two that change places, and a page of 1 GiB"):
        lab.tool("apply", "here.yaml")
        watch = lab.Watch(["one", "here", "there"])
        before = {"one": [([0], 1 << 20)], "here": [([0], 2048)], "there": [([1], 2048)]}
        after = {"one": [([1], 1 << 20)], "here": [([1], 2048)], "there": [([0], 2048)]}
        lab.equal("their memory", lab.places(*before), before)
        lab.tool("apply", "there.yaml", "--live", "--yes")
        lab.equal("their memory then", lab.places(*before), after)
        watch.fine()
        lab.settled("there.yaml")
        lab.tool("rollback", "--yes")
        lab.equal("and back", lab.places(*before), before)
        watch.fine()
        lab.settled("here.yaml")


lab.main({"cells": cells})
