"""Two running guests that fill their pools change places by way of a third cell; and room is made for a guest by moving others."""

import os
import re
import signal
import subprocess

import lab

HERE = {"one": [([0], 2048)], "two": [([1], 2048)]}
THERE = {"one": [([1], 2048)], "two": [([0], 2048)]}
CPUS = {0: "0-1", 1: "2-3", 2: "4-5"}
# Of the moments at which apply is killed one in so many is tried.
EVERY = max(1, 60 // int(os.environ.get("LAB_LENGTH", "1")))
LIVE = ("apply", "there.yaml", "--live", "--yes")
# At this rate there is a call of move_pages for 32 MiB: there are moments in the middle of a move.
RATE = ("--move-rate", "128")


def reserve(*pages):
    for cell, count in enumerate(pages):
        with open(f"{lab.NODES}/node{cell}/hugepages/hugepages-2048kB/nr_hugepages", "w") as file:
            file.write(str(count))
    lab.equal("the pools", lab.pools(), dict(enumerate(pages)))


def started():
    """Both guests where they are first, watched."""
    for name in lab.domains():
        lab.virsh("undefine", name)
    reserve(32, 32, 32)
    lab.tool("apply", "here.yaml")
    watch = lab.Watch(HERE)
    lab.equal("their memory", lab.places(*HERE), HERE)
    return watch


def as_it_was(watch, places, site):
    """Checks that the guests run on, with memory, pins and pools as the site has them and nothing left open."""
    lab.equal("the guests' memory", lab.places(*places), places)
    for name, ((cells, _),) in places.items():
        guest = lab.Guest(name)
        allowed = lab.ids(",".join([*guest.vcpus().values(), guest.emulator()]))
        lab.check(f"{name} runs on its cell", allowed <= lab.ids(CPUS[cells[0]]), allowed)
        lab.equal(f"{name} may have memory there only", guest.memory_cells(), set(cells))
        lab.equal(f"the note in {name}", guest.noted(), {} if places is HERE else {"hostCell": str(cells[0])})
    lab.equal("the free pages", lab.pools(field="free_hugepages"), {0: 0, 1: 0, 2: 32})
    lab.equal("no journal is open", lab.open_journals(), 0)
    watch.fine()
    lab.settled(site)


def turns():
    watch = started()
    with lab.section("by way of the third cell"):
        shown = lab.run("numactl-plan", "plan", "there.yaml", "--live").all
        lab.contains("the plan says by which way", shown, "moves from cell 0 to cell 1 by way of cell 2 while it runs")
        done = lab.tool(*LIVE).all
        steps = re.findall(r"moved the memory of cell 0 of (\w+) from cell (\d) to cell (\d)", done)
        lab.equal("the moves", steps, [("one", "0", "2"), ("two", "1", "0"), ("one", "2", "1")])
        as_it_was(watch, THERE, "there.yaml")
        lab.tool("rollback", "--yes")
        as_it_was(watch, HERE, "here.yaml")
    with lab.section("interrupted at the stop"):
        process = subprocess.Popen(
            ["numactl-plan", *LIVE, "--move-rate", "16"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        lab.until("one is on the third cell", lambda: lab.Guest("one").places() == [([2], 2048)], 60)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120 * lab.PATIENCE)
        lab.equal("apply ends as one that was interrupted", process.returncode, 130)
        as_it_was(watch, HERE, "here.yaml")
    for name in HERE:
        lab.virsh("destroy", name)
        lab.virsh("undefine", name)
    room()


def room():
    with lab.section("room is made for a guest"):
        reserve(32, 32, 32)
        lab.tool("apply", "room.yaml")
        watch = lab.Watch(["left", "right", "wide"])
        before = lab.places("left", "right", "wide")
        with open("room.yaml", "a") as site, open("new.yaml") as new:
            site.write(new.read())
        with lab.unchanged("only looked"):
            shown = lab.run("numactl-plan", "plan", "room.yaml", "--make-room", "new").all
            lab.contains("the plan shows the move", shown, "after 1 move of others, 32 MiB of running guests in all")
        lab.tool("apply", "room.yaml", "--make-room", "new", "--live", "--yes")
        after = lab.places("left", "right", "wide", "new")
        lab.equal("one has moved", sum(after[name] != place for name, place in before.items()), 1)
        lab.equal("both small ones are on one cell", after["left"], after["right"])
        lab.equal("nobody shares a cell with the new one", [n for n in before if after[n] == after["new"]], [])
        watch.fine()
        lab.settled("room.yaml")
        document = lab.run("numactl-plan", "status", "room.yaml", "--format", "json").json
        lab.check("all four run", all(state == "running" for state in lab.domains().values()), document)


def points():
    """Applies the second site, and lists the calls at which the journal, a control group or memory is written to: each the number of
    such calls of its thread so far, and its name."""
    calls = "write,fsync,fdatasync,move_pages"
    command = ["strace", "-f", "-qq", "-y", "-o", "trace", "-e", f"trace={calls}", "numactl-plan", *LIVE, *RATE]
    ended = lab.run(*command, limit=300)
    lab.equal("apply under strace ends with 0", ended.status, 0)
    counts, found = {}, []
    for line in lab.read("trace").splitlines():
        match = re.match(r"(\d+) +(\w+)\((?:\d+<([^>]*)>)?", line)
        if not match:
            continue
        thread, call, file = match.groups()
        counts[thread, call] = counts.get((thread, call), 0) + 1
        if call == "move_pages" or re.search(r"journal|cpuset\.mems", file or ""):
            found.append((counts[thread, call], call))
    return found


def killed():
    """apply is killed whenever it is about to write to its journal, to a control group, or to move memory; then goes back or on."""
    watch = started()
    with lab.section("the moments"):
        moments = points()
        lab.check(f"there are {len(moments)}, one in {EVERY} is tried", len(moments) > 30, moments)
        as_it_was(watch, THERE, "there.yaml")
        lab.tool("rollback", "--yes")
    now, other, open_ones = (HERE, "here.yaml"), (THERE, "there.yaml"), 0
    for index, (number, call) in enumerate(moments[EVERY // 2 :: EVERY]):
        way = "back" if index % 2 == 0 else "on"
        live = ("apply", other[1], "--live", "--yes")
        with lab.section(f"killed at {call} {number}, {way}"):
            command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
            command += ["-e", f"inject={call}:signal=KILL:when={number}", "numactl-plan", *live, *RATE]
            ended = subprocess.run(command, capture_output=True, text=True)
            # How often a page must be tried again differs, and with it the calls: an apply that has fewer comes to its end.
            lab.check("apply is killed, or done", ended.returncode in (-9, 137, 0), ended)
            if lab.open_journals() == 0:
                # Without a journal it has not begun, or was done before it was killed.
                if lab.places(*HERE) == other[0]:
                    now, other = other, now
                as_it_was(watch, *now)
                continue
            open_ones += 1
            lab.tool(*live, status=75)
            if way == "back":
                lab.tool("rollback", "--yes")
            else:
                lab.tool(*live, "--continue")
                now, other = other, now
            as_it_was(watch, *now)
    lab.check(f"{open_ones} were killed on the way", open_ones > index // 2, index)


lab.main({"cells": turns, "killed": killed})
