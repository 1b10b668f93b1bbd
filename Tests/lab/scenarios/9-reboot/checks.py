"""Applied, rebooted, planned: nothing is to do, and every guest is where it was."""

import json
import shutil

import lab

RUNNING = ("celled", "floating", "pinned")
STATES = {"celled": "running", "floating": "running", "pinned": "running", "resting": "shut off"}


def where():
    """Of each guest that runs the CPUs of its threads, and of those with cells where their memory is."""
    found = {name: lab.seen(name) for name in ("celled", "pinned")}
    return json.loads(json.dumps(found | {"floating": lab.Guest("floating").vcpus()}))


def before():
    with lab.section("applied"):
        document = lab.plan("site.yaml")
        lab.tool("apply", "site.yaml")
        lab.equal("the guests", lab.domains(), STATES)
        for name in ("celled", "pinned"):
            lab.equal(f"{name} is where the plan says", lab.seen(name), lab.planned(document, name))
        lab.equal("pages for one", sum(lab.pools().values()), 64)
        lab.settled("site.yaml")
    shutil.copy("/lab/numactl-plan-hugepages.service", "/disk/unit.service")
    with open("/lab/before.json", "w") as file:
        json.dump({"where": where(), "pools": list(lab.pools().values())}, file)


def after():
    with open("/lab/before.json") as file:
        wanted = json.load(file)
    with lab.section("booted again"):
        lab.until("libvirtd starts the guests", lambda: lab.domains() == STATES)
        lab.equal("the pools", list(lab.pools().values()), wanted["pools"])
        lab.equal("every guest is where it was", where(), wanted["where"])
        ended = lab.tool("plan", "site.yaml", "--detailed-exitcode", "--format", "json")
        lab.equal("the plan is empty", (ended.json["empty"], ended.json["changes"]), (True, []))
        lab.settled("site.yaml")


lab.main({"before": before, "after": after})
