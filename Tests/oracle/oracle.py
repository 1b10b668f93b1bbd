#!/usr/bin/env python3
"""Tests/oracle/oracle.py [--refusals] [--wide] [SETS [SEED]]: asks the planner and CP-SAT whether made-up sets of guests fit, and compares.

Every plan of guests that fit goes to the judge. A wrong verdict, and an undecided one, is printed with its seed; `oracle.py 1 SEED`
repeats it and leaves site, facts and plan in .build/oracle/SEED. Status 1 if any verdict was wrong or the judge objected.
With --refusals CP-SAT is asked only where the planner does not say that all fits, or the judge objects to its plan. With --wide
hosts have 8 to 16 cells.

  NUMACTL_PLAN_PROGRAM   the program to ask (default: .build/release/numactl-plan)
  ORACLE_SECONDS         how long CP-SAT may think about one set (30)
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
from judge import judge  # noqa: E402
from model import read  # noqa: E402
from sets import Set, WideSet, site  # noqa: E402
from solver import Question  # noqa: E402

PROGRAM = os.environ.get("NUMACTL_PLAN_PROGRAM") or os.path.join(ROOT, ".build", "release", "numactl-plan")
SECONDS = float(os.environ.get("ORACLE_SECONDS", "30"))
BATCH = 100
VERDICTS = {"changes": True, "no_changes": True, "infeasible": False, "undecided": None}
WORDS = {True: "fits", False: "does not fit", None: "undecided", "not asked": "not asked"}


class Tally:
    """What came out, and what it took."""

    def __init__(self):
        self.answers, self.wrong, self.objections = {}, 0, 0
        self.wall = self.user = self.solving = 0.0

    def add(self, ours, theirs):
        self.answers[ours, theirs] = self.answers.get((ours, theirs), 0) + 1


def ask(folder, sets, tally):
    """The plans of all sets, from one process: by host."""
    facts = os.path.join(folder, "facts")
    os.makedirs(facts, exist_ok=True)
    for one in sets:
        with open(os.path.join(facts, f"{one.name}.json"), "w", encoding="utf-8") as file:
            json.dump(one.facts(), file)
    path = os.path.join(folder, "site.yaml")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(site(sets), file, indent=1)
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.monotonic()
    command = [PROGRAM, "plan", path, "--facts", facts, "--all-hosts", "--format", "json"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    tally.wall += time.monotonic() - begin
    tally.user += resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    try:
        return {entry["host"]: entry for entry in json.loads(answer.stdout)["hosts"]}
    except (ValueError, KeyError):
        sys.exit(f"oracle: status {answer.returncode}: {answer.stderr[:2000]}{answer.stdout[:500]}")


def keep_documents(name, one, entry):
    """Leaves site, facts and plan of a set for a closer look."""
    folder = os.path.join(ROOT, ".build", "oracle", name)
    os.makedirs(folder, exist_ok=True)
    for document, content in [("site", site([one])), ("facts", one.facts()), ("plan", entry["plan"] or entry)]:
        with open(os.path.join(folder, document + ".json"), "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
    print(f"kept in {folder}")


def compare(seed, one, entry, tally, keep, only_refusals):
    whole, facts, plan = site([one]), one.facts(), entry["plan"]
    if keep:
        keep_documents(str(seed), one, entry)
    if plan is None or plan["verdict"] not in VERDICTS:
        print(f"seed {seed}: no plan: {json.dumps(entry if plan is None else plan['diagnostics'])[:600]}")
        tally.wrong += 1
        return
    host, guests = read(whole, facts, one.name)
    ours = VERDICTS[plan["verdict"]]
    objections = judge(whole, facts, plan, one.name)
    if objections:
        tally.objections += 1
        print(f"seed {seed}: the judge: " + "; ".join(objections[:4]))
    if only_refusals and ours and not objections:
        tally.add(ours, "not asked")
        return
    theirs, seconds = Question(host, guests, by_core=seed % 3 == 0 and len(host.cells) <= 3).solve(SECONDS)
    tally.solving += seconds
    tally.add(ours, theirs)
    if ours is None:
        print(f"seed {seed}: undecided says the program, {WORDS[theirs]} says CP-SAT")
    if one.fits and theirs is False:
        print(f"seed {seed}: CP-SAT refuses what was cut from the host")
        tally.wrong += 1
    if ours is not None and theirs is not None and ours != theirs:
        print(f"seed {seed}: {WORDS[ours]} says the program, {WORDS[theirs]} says CP-SAT")
        tally.wrong += 1


def main():
    only_refusals, make = "--refusals" in sys.argv[1:], WideSet if "--wide" in sys.argv[1:] else Set
    numbers = [int(word) for word in sys.argv[1:] if not word.startswith("--")]
    count, first = (numbers + [1000, 1][len(numbers):])[:2]
    tally, done = Tally(), 0
    while done < count:
        seeds = range(first + done, first + min(count, done + BATCH))
        sets = [make(seed, f"h{seed}") for seed in seeds]
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            plans = ask(folder, sets, tally)
        for seed, one in zip(seeds, sets):
            compare(seed, one, plans[one.name], tally, keep=count == 1, only_refusals=only_refusals)
        done += len(sets)
        sys.stdout.flush()
        print(f"{done} of {count}: {tally.wrong} wrong, {tally.objections} objected to", file=sys.stderr)
    print(f"{count} sets from seed {first}")
    for (ours, theirs), number in sorted(tally.answers.items(), key=lambda item: -item[1]):
        print(f"  {number:6}  program: {WORDS[ours]}, CP-SAT: {WORDS[theirs]}")
    print(f"  {tally.wrong:6}  wrong")
    print(f"  {tally.objections:6}  plans that the judge objects to")
    print(f"  program {tally.wall:.1f} s ({tally.user:.1f} s user, all of its processes), CP-SAT {tally.solving:.1f} s solving")
    sys.exit(1 if tally.wrong or tally.objections else 0)


if __name__ == "__main__":
    main()
