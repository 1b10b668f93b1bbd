#!/usr/bin/env python3
"""Tests/oracle/choice.py [GUESTS [SEED]]: are the CPUs of a guest the best ones?

Single guests are put on hosts of which some CPUs are taken. Better is, in this order: one kind of core, the fast one unless asked
otherwise; fewer cores that somebody else is on; fewer last-level caches; fewer cores; the largest untouched caches left, then the next
largest. On small host cells all choices are tried, on large ones CP-SAT finds the best. An isolated emulator counts with its guest.
Then hosts are filled with guests, and the caches that each of these is behind are added up beside the least sum there is.
Status 1 if a single guest could have had better CPUs.
"""
import itertools
import json
import os
import random
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ortools.sat.python import cp_model  # noqa: E402
from model import cpus, read  # noqa: E402
from oracle import Tally, ask, keep_documents  # noqa: E402
from sets import GIB, ranges  # noqa: E402

# Name, cores of each cache, threads of a core, and how many of the last cores are slow ones with one thread.
MACHINES = [
    ("small", [4, 4], 2, 0), ("small, 3 and 3", [3, 3], 2, 0), ("small, one thread", [2, 4], 1, 0), ("small, four threads", [2, 2], 4, 0),
    ("small hybrid", [3, 4], 2, 4),
    ("EPYC, 8 by 8", [8] * 8, 2, 0), ("EPYC, 12 by 8", [8] * 12, 2, 0), ("EPYC, 16 by 4", [4] * 16, 2, 0), ("EPYC, 8 by 3", [3] * 8, 2, 0),
    ("Threadripper, 4 by 6", [6] * 4, 2, 0), ("Threadripper, 8 by 3", [3] * 8, 2, 0), ("uneven", [8, 6, 4, 6, 8], 2, 0),
    ("hybrid, one cache", [14], 2, 8), ("hybrid, clusters", [6, 4, 4], 2, 8),
]
SMALL = 5


class Machine:
    """A host of one cell, of which some CPUs are taken by a foreign domain."""

    def __init__(self, seed, name):
        dice = self.dice = random.Random(f"choice {seed}")
        self.name = name
        self.title, widths, threads, slow = MACHINES[dice.choice(range(SMALL)) if seed % 2 else dice.randrange(SMALL, len(MACHINES))]
        self.siblings, self.caches, self.efficient, number, core = [], [], set(), 0, 0
        for width in widths:
            cache = []
            for _ in range(width):
                is_slow = core >= sum(widths) - slow
                own = list(range(number, number + (1 if is_slow else threads)))
                number, core = number + len(own), core + 1
                self.siblings.append(own)
                cache += own
                if is_slow:
                    self.efficient |= set(own)
            self.caches.append(cache)
        self.taken = set()
        if dice.random() < 0.8:
            share = dice.choice([0.1, 0.3, 0.5, 0.7])
            for own in self.siblings:
                if dice.random() < share:
                    self.taken |= set(own if dice.random() < 0.5 else own[:1])
        self.guests = {}

    def add_guest(self):
        dice, free = self.dice, sum(len(own) for own in self.siblings) - len(self.taken)
        policy = dice.choice(["prefer", "prefer", "require", "isolate"])
        whole = sum(1 for own in self.siblings if not set(own) & self.taken)
        most = whole if policy == "isolate" else free
        guest = {"vcpus": dice.randint(1, max(1, min(most, 24))), "ram": "64MiB", "cpu_policy": "dedicated", "cpu_thread_policy": policy}
        if dice.random() < 0.25:
            guest["emulator_threads_policy"] = "isolate"
        if self.efficient:
            guest["cpu_kind"] = dice.choice(["performance", "performance", "efficiency", "any"])
        self.guests = {f"{self.name}-g": {**guest, "host": self.name}}

    def fill(self):
        """Guests that take all cores of the host."""
        dice, left, number = self.dice, sum(len(own) // 2 for own in self.siblings), 0
        self.taken = set()
        while left:
            size = min(left, dice.choice([1, 1, 2, 2, 3, 4, 6, 8]))
            policy = dice.choice(["prefer", "prefer", "require", "isolate"])
            vcpus = size if policy == "isolate" else 2 * size
            self.guests[f"{self.name}-g{number:02}"] = {"vcpus": vcpus, "ram": "64MiB", "cpu_policy": "dedicated", "cpu_thread_policy": policy, "host": self.name}
            left, number = left - size, number + 1

    @property
    def keys(self):
        return {"guest_overhead": "none", "reserved": {"memory": "0MiB"}}

    def facts(self):
        domains = []
        if self.taken:
            pins = "".join(f"<vcpupin vcpu='{index}' cpuset='{cpu}'/>" for index, cpu in enumerate(sorted(self.taken)))
            domains = [{"name": f"{self.name}-foreign", "uuid": "00000000-0000-0000-0000-000000000001", "state": "running",
                        "xml": f"<domain type='kvm'><name>{self.name}-foreign</name><uuid>00000000-0000-0000-0000-000000000001</uuid>"
                               f"<memory unit='MiB'>64</memory><vcpu placement='static'>{len(self.taken)}</vcpu><cputune>{pins}</cputune>"
                               "<os><type arch='x86_64'>hvm</type></os></domain>"}]
        online = ranges(sum(self.siblings, []))
        information = {"online": online, **({"efficiency": ranges(self.efficient)} if self.efficient else {})}
        return {"kind": "numactl-plan/facts", "format_version": "1.0", "time": "2026-02-11T09:00:00Z",
                "host": {"name": self.name, "arch": "x86_64", "base_page_kib": 4}, "cpus": information,
                "cells": [{"id": 0, "cpus": online, "memory_kib": 64 * GIB, "siblings": [ranges(own) for own in self.siblings],
                           "llc": [ranges(cache) for cache in self.caches], "pools": []}],
                "domains": domains}


class Choice:
    """The CPUs that a guest may have, and how good some of them are."""

    def __init__(self, machine, host, guest):
        self.guest, self.emulator = guest, guest.emulator == "isolate"
        cell = host.cells[0]
        self.cores = []
        for own in cell.cores:
            free = len(own & host.dedicated)
            cache = next(index for index, each in enumerate(cell.caches) if own & each)
            self.cores.append({"threads": own, "free": free, "whole": not own & host.taken, "cache": cache, "slow": bool(own & host.efficiency)})
        self.isolate = guest.threads == "isolate"
        self.require = guest.threads == "require" and guest.vcpus > 1
        self.fits = guest.threads != "require" or cell.has_smt

    def kinds(self):
        """Which cores are tried, in turn."""
        every = range(len(self.cores))
        slow, fast = [k for k in every if self.cores[k]["slow"]], [k for k in every if not self.cores[k]["slow"]]
        return {"any": [every], "performance": [fast, slow, every], "efficiency": [slow, fast, every]}[self.guest.kind]

    def cost(self, vcpus, emulator):
        """The cost of so many vCPUs on each core and of the emulator's core; None where that is not allowed."""
        singles = 0
        for core, count, own in zip(self.cores, vcpus, emulator):
            if self.isolate and (count > 1 or count and (own or not core["whole"])):
                return None
            if not self.isolate and count + own > core["free"] or own and not core["free"]:
                return None
            singles += count == 1
        if self.require and singles > 1:
            return None
        used = [count + own for count, own in zip(vcpus, emulator)]
        touched = [core for core, count in zip(self.cores, used) if count]
        left = {core["cache"]: 0 for core in self.cores if core["free"]}
        for core, count in zip(self.cores, used):
            if not count and core["whole"] and core["free"]:
                left[core["cache"]] += core["free"]
        return (sum(1 for core in touched if not core["whole"]), len({core["cache"] for core in touched}), len(touched),
                tuple(-amount for amount in sorted(left.values(), reverse=True)))

    def kind_of(self, counts):
        """The index of the first kind that has all these cores."""
        touched = {index for index, count in enumerate(counts) if count}
        return next(index for index, kind in enumerate(self.kinds()) if touched <= set(kind))

    def brute(self):
        for rank, kind in enumerate(self.kinds()):
            best = None
            options = [range(0, (1 if self.isolate else core["free"]) + 1) if index in kind else range(1) for index, core in enumerate(self.cores)]
            for vcpus in itertools.product(*options):
                if sum(vcpus) != self.guest.vcpus:
                    continue
                places = [index for index in kind] if self.emulator else [None]
                for place in places:
                    cost = self.cost(vcpus, [index == place for index in range(len(vcpus))])
                    if cost is not None and (best is None or cost < best):
                        best = cost
            if best is not None:
                return (rank, *best)
        return None

    def solve(self):
        for rank, kind in enumerate(self.kinds()):
            cost = self.solve_kind(set(kind))
            if cost is not None:
                return (rank, *cost)
        return None

    def solve_kind(self, kind):
        model = cp_model.CpModel()
        vcpus, own, used, singles = [], [], [], []
        for index, core in enumerate(self.cores):
            most = core["free"] if index in kind else 0
            if self.isolate:
                most = 1 if most and core["whole"] else 0
            count, emulator, touched, single = model.new_int_var(0, most, ""), model.new_bool_var(""), model.new_bool_var(""), model.new_bool_var("")
            if not self.emulator or index not in kind or not core["free"]:
                model.add(emulator == 0)
            model.add(count + emulator <= ((1 if self.isolate else core["free"]) if core["free"] else 0))
            model.add(count + emulator >= touched)
            model.add(count + emulator <= (core["free"] + 1) * touched)
            several = model.new_bool_var("")
            model.add(count >= single + 2 * several)
            model.add(count <= single + core["free"] * several)
            vcpus.append(count), own.append(emulator), used.append(touched), singles.append(single)
        model.add(sum(vcpus) == self.guest.vcpus)
        model.add(sum(own) == (1 if self.emulator else 0))
        if self.require:
            model.add(sum(singles) <= 1)
        caches = sorted({core["cache"] for core in self.cores if core["free"]})
        behind, levels = [], {}
        for cache in caches:
            inside = [index for index, core in enumerate(self.cores) if core["cache"] == cache]
            flag = model.new_bool_var("")
            model.add_max_equality(flag, [used[index] for index in inside])
            behind.append(flag)
            whole = [index for index in inside if self.cores[index]["whole"] and self.cores[index]["free"]]
            amount = sum(self.cores[index]["free"] * (1 - used[index]) for index in whole)
            for level in range(sum(self.cores[index]["free"] for index in whole) + 1):
                has = model.new_bool_var("")
                model.add(amount == level).only_enforce_if(has)
                levels.setdefault(level, []).append((cache, has))
        for cache in caches:
            model.add_exactly_one(has for level in levels.values() for one, has in level if one == cache)
        stages = [sum(flag for flag, core in zip(used, self.cores) if not core["whole"]), sum(behind), sum(used)]
        answers = []
        for stage in stages:
            value = self.least(model, stage)
            if value is None:
                return None
            answers.append(value)
        left = []
        for level in sorted(levels, reverse=True):
            value = -self.least(model, -sum(has for _, has in levels[level]))
            left += [-level] * value
        return (*answers, tuple(left))

    @staticmethod
    def least(model, expression):
        """The least value that an expression can have, which it has from then on."""
        if isinstance(expression, int):
            return expression
        model.minimize(expression)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        if solver.solve(model) != cp_model.OPTIMAL:
            return None
        value = round(solver.objective_value)
        model.add(expression == value)
        return value

    def count(self, chosen):
        return [len(core["threads"] & chosen) for core in self.cores]


def judge_single(seed, machine, entry):
    """Whether a guest's CPUs are the best; None where it does not fit either way."""
    plan = entry["plan"]
    whole = {"site": "oracle", "hosts": {machine.name: machine.keys}, "guests": machine.guests}
    host, guests = read(whole, machine.facts(), machine.name)
    choice = Choice(machine, host, guests[0])
    best = None if not choice.fits else choice.brute() if len(machine.siblings) <= 8 else choice.solve()
    placed = plan["placement"]["guests"] if plan and plan["verdict"] == "changes" else []
    if not placed or best is None:
        if bool(placed) != (best is not None):
            print(f"seed {seed}: {'fits' if placed else 'does not fit'}, wrongly ({machine.title})")
            return False
        return None
    pins = placed[0]["cells"][0]["pins"]
    vcpus = choice.count(set().union(*(cpus(pin) for pin in pins.values())))
    emulator = choice.count(cpus(placed[0]["emulator_cpus"])) if choice.emulator else [0] * len(vcpus)
    cost = choice.cost(vcpus, emulator)
    ours = None if cost is None else (choice.kind_of([a + b for a, b in zip(vcpus, emulator)]), *cost)
    # Where no kind has enough, nothing is said of what is left of each.
    if ours == best or ours is not None and ours[0] == best[0] == 2 and ours[:4] == best[:4]:
        return True
    print(f"seed {seed}: {machine.title}, {json.dumps(machine.guests)}, taken {ranges(machine.taken)}: pins {pins}, "
          f"emulator {placed[0]['emulator_cpus']}: {ours}, best is {best}")
    return False


def caches_of_full(machine, entry):
    """The caches that all guests are behind, as they are and at least; None where the least is not known."""
    whole = {"site": "oracle", "hosts": {machine.name: machine.keys}, "guests": machine.guests}
    host, guests = read(whole, machine.facts(), machine.name)
    placed = {guest["name"]: guest for guest in entry["plan"]["placement"]["guests"]}
    if len(placed) != len(guests):
        print(f"{machine.name}: not all of a full host's guests are placed")
        return None
    caches = host.cells[0].caches
    ours = 0
    for guest in guests:
        own = set().union(*(cpus(pin) for pin in placed[guest.name]["cells"][0]["pins"].values()))
        ours += sum(1 for cache in caches if cache & own)
    # All guests take whole cores: which caches they are behind is a matter of how many cores each cache gives.
    model, behind = cp_model.CpModel(), []
    sizes = [sum(1 for core in host.cells[0].cores if core & cache) for cache in caches]
    given = {}
    for index, guest in enumerate(guests):
        cores = guest.vcpus if guest.threads == "isolate" else guest.vcpus // 2
        for number, size in enumerate(sizes):
            given[index, number] = model.new_int_var(0, min(size, cores), "")
            flag = model.new_bool_var("")
            model.add(given[index, number] <= size * flag)
            behind.append(flag)
        model.add(sum(given[index, number] for number in range(len(sizes))) == cores)
    for number, size in enumerate(sizes):
        model.add(sum(given[index, number] for index in range(len(guests))) <= size)
    model.minimize(sum(behind))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 10
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    return ours, round(solver.objective_value)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    machines = {seed: Machine(seed, f"c{seed}") for seed in range(first, first + count)}
    for machine in machines.values():
        machine.add_guest()
    full = {seed: Machine(2 * seed, f"f{seed}") for seed in range(first, first + max(1, count // 8))}
    full = {seed: machine for seed, machine in full.items() if not machine.efficient}
    for machine in full.values():
        machine.fill()
    tally, results = Tally(), []
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        plans = ask(folder, list(machines.values()) + list(full.values()), tally)
    for seed, machine in machines.items():
        if count == 1:
            keep_documents(f"choice-{seed}", machine, plans[machine.name])
        results.append(judge_single(seed, machine, plans[machine.name]))
    best, worse = results.count(True), results.count(False)
    print(f"{count} single guests: {best} have the best CPUs, {worse} could have better ones, {results.count(None)} fit nowhere")
    sums = [caches_of_full(machine, plans[machine.name]) for machine in full.values()]
    known = [pair for pair in sums if pair]
    if known:
        ratios = [ours / least for ours, least in known]
        print(f"{len(known)} full hosts: guests are behind {sum(ours for ours, _ in known)} caches where {sum(least for _, least in known)} "
              f"would do; the mean ratio is {sum(ratios) / len(ratios):.3f}, the worst {max(ratios):.3f} "
              f"({len(sums) - len(known)} hosts without a proven least)")
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
