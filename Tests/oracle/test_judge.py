#!/usr/bin/env python3
"""Spoils a right plan, the facts or the site in one way after the other: the judge must object each time, and to the right thing.

The folder right/ has a plan that is right, of guests of every policy on a host of two cells; `numactl-plan plan right/site.json
--facts right/facts.json --format json` makes it, and `make oracle` sees that it does so still.
"""
import copy
import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from judge import judge  # noqa: E402
from model import Unknown  # noqa: E402


def load(name):
    with open(os.path.join(HERE, "right", name + ".json"), encoding="utf-8") as file:
        return json.load(file)


class Case:
    """Three documents to spoil."""

    def __init__(self):
        self.site, self.facts, self.plan = load("site"), load("facts"), load("plan")

    def guest(self, name):
        return next(guest for guest in self.plan["placement"]["guests"] if guest["name"] == name)

    def cell(self, name, number=0):
        return self.guest(name)["cells"][number]

    def host(self, number):
        return self.plan["placement"]["cells"][number]

    def pool(self, cell, size):
        return next(pool for pool in self.host(cell)["pools"] if pool["page_kib"] == size)

    def wish(self, name):
        return self.site["guests"][name]

    def rules(self):
        return self.site["hosts"]["hv"]

    def objections(self):
        return judge(self.site, self.facts, self.plan)


def pin(name, vcpu, cpus, cell=0):
    def spoil(case):
        case.cell(name, cell)["pins"][str(vcpu)] = cpus
    return spoil


def put(select, key, value):
    def spoil(case):
        select(case)[key] = value
    return spoil


def without(name):
    def spoil(case):
        case.plan["placement"]["guests"].remove(case.guest(name))
    return spoil


def more(select, key, amount):
    def spoil(case):
        select(case)[key] += amount
    return spoil


def twice(case):
    case.plan["placement"]["guests"].append(copy.deepcopy(case.guest("near")))


def unplaced(verdict):
    def spoil(case):
        case.plan["unplaced"] = [{"guest": "near", "reasons": []}]
        case.plan["verdict"] = verdict
    return spoil


def infeasible(case):
    case.plan["verdict"] = "infeasible"
    case.plan["exit"]["code"] = 10


def lost_cell(case):
    case.guest("pairs")["cells"].pop()


def lost_host_cell(case):
    case.plan["placement"]["cells"].pop()


def one_host_cell(case):
    del case.wish("pairs")["numa_placement"]
    case.cell("pairs", 1)["host_cell"] = 1


def move_near(case):
    case.cell("near")["host_cell"] = 0
    case.cell("near")["pins"] = {"0": "4", "1": "5"}


def split_pair(case):
    # On 18-31 the cores 28-29 and 30-31 are free.
    case.cell("pairs", 0)["pins"] = {"0": "28", "1": "30"}


def crowd_isolated(case):
    case.cell("alone")["pins"] = {"0": "18", "1": "19"}


def narrow_memory(cell, kib):
    def spoil(case):
        case.facts["cells"][cell]["memory_kib"] = kib
    return spoil


def no_smt(case):
    case.facts["cells"][1]["siblings"] = [str(cpu) for cpu in range(16, 32)]


def unmanaged(case):
    case.rules()["pools"]["manage"] = False


def many_floating(case):
    case.wish("floats")["vcpus"] = 5


def wide_cell(case):
    case.site["guests"]["sharing"]["vcpus"] = 3
    case.cell("sharing")["vcpus"] = "0-2"
    case.cell("sharing")["pins"]["2"] = "16-17"


def too_large(case):
    # Each cell of memory is enough for all, but not for one.
    del case.wish("wide")["numa_policy"]
    case.cell("wide").pop("memory_from")


# What is spoilt, how, and what the judge says of it.
SPOILT = [
    ("a guest is missing", without("near"), "near: not placed"),
    ("a guest is placed twice", twice, "near: placed twice"),
    ("a guest is placed and unplaced", unplaced("infeasible"), "near: placed and unplaced"),
    ("someone is unplaced though all fits", unplaced("changes"), "unplaced though all fits"),
    ("nobody is unplaced though it does not fit", infeasible, "nobody is unplaced"),
    ("a verdict ends with another code", put(lambda case: case.plan, "verdict", "undecided"), "undecided ends with 0"),
    ("a guest that nobody asked for", put(lambda case: case.guest("near"), "name", "stranger"), "stranger: no such guest"),
    ("memory of a guest", put(lambda case: case.guest("near"), "memory_kib", 1), "near: has 1 KiB"),
    ("number of cells", lost_cell, "pairs: has 1 cells"),
    ("number of a cell", put(lambda case: case.cell("near"), "id", 3), "is called 3"),
    ("vCPUs of a cell", put(lambda case: case.cell("near"), "vcpus", "0"), "has vCPUs 0"),
    ("memory of a cell", put(lambda case: case.cell("near"), "memory_kib", 1024), "has 1024 KiB instead of"),
    ("a host cell that is not there", put(lambda case: case.cell("near"), "host_cell", 7), "no host cell 7"),
    ("not where the site puts it", put(lambda case: case.wish("near"), "numa_placement", {"0": 0}), "where the site puts it"),
    ("two guest cells on one host cell", one_host_cell, "share host cell 1"),
    ("a vCPU without pins", lambda case: case.cell("near")["pins"].pop("1"), "pins of vCPUs 0"),
    ("dedicated vCPUs", put(lambda case: case.cell("mixed"), "dedicated_vcpus", "1-3"), "vCPUs 1-3 have CPUs of their own"),
    ("a dedicated vCPU on two CPUs", pin("near", 0, "26,28"), "dedicated and pinned to '26,28'"),
    ("a dedicated vCPU on none", pin("near", 0, ""), "dedicated and pinned to ''"),
    ("a CPU of another cell", pin("near", 0, "4"), "CPU 4 is not on host cell 1"),
    ("a CPU for sharing", pin("share", 0, "1"), "CPU 1 is none for dedicated vCPUs"),
    ("a CPU that a foreign domain has", pin("share", 0, "15"), "a foreign domain has CPU 15"),
    ("a CPU that foreign domains share", pin("share", 0, "12"), "foreign domains share CPU 12"),
    ("one CPU for two guests", pin("near", 0, "22"), "CPU 22 belongs to near"),
    ("one CPU for two vCPUs", pin("near", 1, "26"), "CPU 26 belongs to near, vCPU 0"),
    ("a vCPU on the emulator's CPU", pin("near", 0, "24"), "CPU 24 belongs to alone, emulator"),
    ("a CPU that guests may not use", put(lambda case: case.facts, "guest_limits", {"cpus": "0-25,27-31"}), "CPU 26 is none for dedicated vCPUs"),
    ("a shared vCPU where guests may not be", put(lambda case: case.facts, "guest_limits", {"cpus": "0-15,17-31"}), "shares and is pinned to '16-17'"),
    ("memory that guests may not use", put(lambda case: case.facts, "guest_limits", {"memory_cells": "1"}), "host cell 0: guests have memory of it"),
    ("two isolated vCPUs on one core", crowd_isolated, "two isolated vCPUs on one core"),
    ("somebody on an isolated core", pin("near", 0, "19"), "CPU 19 is on the isolated core of alone"),
    ("an emulator on an isolated core", put(lambda case: case.guest("alone"), "emulator_cpus", "21"), "is on the isolated core"),
    ("an isolated core with foreign threads", lambda case: (put(lambda case: case.wish("share"), "cpu_thread_policy", "isolate")(case), pin("share", 0, "14")(case)), "has foreign threads on CPU 15"),
    ("siblings that are required", split_pair, "requires siblings and has single threads"),
    ("required siblings without SMT", no_smt, "requires siblings on a host cell without any"),
    ("no isolated emulator", put(lambda case: case.guest("alone"), "emulator_cpus", ""), "its isolated emulator is on ''"),
    ("an isolated emulator elsewhere", put(lambda case: case.guest("alone"), "emulator_cpus", "4"), "alone, emulator: CPU 4 is not on host cell 1"),
    ("an isolated emulator on shared CPUs", put(lambda case: case.guest("alone"), "emulator_cpus", "16"), "alone, emulator: CPU 16 is none"),
    ("a shared emulator on dedicated CPUs", put(lambda case: case.guest("share"), "emulator_cpus", "2"), "which are not for sharing"),
    ("an emulator away from its vCPUs", put(lambda case: case.guest("near"), "emulator_cpus", "16-17"), "not where its vCPUs run"),
    ("a shared vCPU on some CPUs", pin("sharing", 0, "16"), "shares and is pinned to '16'"),
    ("a shared vCPU on dedicated CPUs", pin("sharing", 0, "16-18"), "shares and is pinned to '16-18'"),
    ("a shared vCPU of a mixed guest", pin("mixed", 0, "10"), "mixed, vCPU 0: shares and is pinned"),
    ("more shared vCPUs than CPUs", wide_cell, "3 shared vCPUs, 2 CPUs"),
    ("a floating guest on dedicated CPUs", put(lambda case: case.guest("floats"), "floating_cpus", "0-2,16-17"), "floats over CPUs 0-2"),
    ("a floating guest anywhere", put(lambda case: case.guest("floats"), "floating_cpus", None), "floats over CPUs that are not for sharing"),
    ("more floating vCPUs than CPUs", many_floating, "5 shared vCPUs, 4 CPUs"),
    ("shared vCPUs of a cell", lambda case: case.rules().update(cpu_allocation_ratio=1.0), "shared vCPUs where 2 may be"),
    ("shared vCPUs of the host", lambda case: case.rules().update(cpu_allocation_ratio=2.0), "host: 9 shared vCPUs where 8 may be"),
    ("a device far away", move_near, "near: not near device 0000:3b:00.0"),
    ("a device that is not there", put(lambda case: case.wish("near"), "host_devices", ["0000:ff:00.0"]), "there is no device"),
    ("a page size that was not asked for", put(lambda case: case.cell("mixed"), "page_kib", 4), "has pages of 4 KiB"),
    ("half a page", lambda case: (case.wish("mixed").update(mem_page_size="1GiB", ram="1025MiB"), case.guest("mixed").update(memory_kib=1025 * 1024), case.cell("mixed").update(memory_kib=1025 * 1024, page_kib=1 << 20)), "are not whole pages"),
    ("strict memory from elsewhere", put(lambda case: case.wish("wide"), "numa_policy", "strict"), "strict memory comes from elsewhere"),
    ("parts of memory", lambda case: more(lambda case: case.cell("wide")["memory_from"][0], "memory_kib", -1024)(case), "do not add up"),
    ("parts on no host cell", lambda case: case.cell("wide")["memory_from"][0].update(host_cell=9), "memory from host cell 9"),
    ("a pool that is too small for guests", more(lambda case: case.pool(0, 2048), "wanted", -1), "575 pages of 2048 KiB where 576 are needed"),
    ("pages of guests", more(lambda case: case.pool(0, 2048), "guests", -1), "guests have 511 pages"),
    ("pages that the site declares", more(lambda case: case.pool(0, 2048), "others", -64), "0 pages of 2048 KiB for others, who have 64"),
    ("pools as they are", unmanaged, "and 0 are there"),
    ("a page size that the cell lacks", lambda case: case.facts["cells"][0]["pools"].pop(0), "pages of 2048 KiB, which it does not have"),
    ("reserved memory and pools", narrow_memory(0, 3 << 20), "in pools and"),
    ("memory that is shared", narrow_memory(0, 20 << 20), "of guests that share memory"),
    ("memory that the host keeps", lambda case: case.rules().update(reserved={"memory": "2GiB"}), "of guests that share memory"),
    ("one guest larger than its cell", lambda case: (case.rules().update(ram_allocation_ratio=2.0), too_large(case)), "a guest of 44245504 KiB in"),
    ("memory of foreign domains", lambda case: case.facts["domains"][0].update(xml=case.facts["domains"][0]["xml"].replace("1024", "20480")), "of guests that share memory"),
    ("memory of floating guests", lambda case: (case.wish("floats").update(ram="40GiB"), case.guest("floats").update(memory_kib=40 << 20)), "host: "),
    ("QEMU's memory", more(lambda case: case.guest("near"), "overhead_kib", 4), "KiB for its QEMU instead of"),
    ("CPUs that are said to be taken", put(lambda case: case.host(1), "dedicated_used", "18-19"), "says that CPUs 18-19 are taken"),
    ("CPUs that are said to be shared", put(lambda case: case.host(1), "shared_cpus", "16"), "says that CPUs 16 are shared"),
    ("vCPUs that are said to share", put(lambda case: case.host(1), "shared_vcpus", 1), "says that 1 vCPUs share"),
    ("memory that is said to be used", more(lambda case: case.host(1), "memory_used_kib", 4), "KiB are used, not"),
    ("a host cell that is left out", lost_host_cell, "host cell 1: not in the plan"),
]


class JudgeTests(unittest.TestCase):
    def test_a_right_plan_is_right(self):
        self.assertEqual(Case().objections(), [])

    def test_each_way_of_being_wrong_is_seen(self):
        for what, spoil, words in SPOILT:
            with self.subTest(what):
                case = Case()
                spoil(case)
                found = case.objections()
                self.assertTrue(any(words in line for line in found), f"{what}: no '{words}' in {found}")

    def test_what_is_not_known_is_not_passed(self):
        case = Case()
        case.wish("near")["vcpu_pins"] = {"0": 26}
        self.assertRaises(Unknown, case.objections)

    def test_the_program_still_makes_the_right_plan(self):
        program = os.environ.get("NUMACTL_PLAN_PROGRAM")
        if not program:
            self.skipTest("NUMACTL_PLAN_PROGRAM is not set")
        paths = [os.path.join(HERE, "right", name + ".json") for name in ("site", "facts")]
        command = [program, "plan", paths[0], "--facts", paths[1], "--format", "json"]
        plan = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        self.assertEqual(plan["placement"], load("plan")["placement"])


if __name__ == "__main__":
    unittest.main()
