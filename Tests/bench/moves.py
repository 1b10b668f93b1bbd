"""Measures in the lab's machine how fast memory moves, and how long the guest stands still. Tests/bench/moves runs it there."""

import glob
import json
import statistics
import subprocess
import sys
import time

import lab

MIB = int(sys.argv[1])
# The first has the emulated machine's memory made, and does not count.
ROUNDS = 3
LEAST = 0.8


def write(cell, page):
    guest = {
        "vcpus": 1, "ram": f"{MIB}MiB", "numa_nodes": 1, "mem_page_size": page, "numa_placement": {"0": cell},
        "state": "running", "accelerator": "qemu", "kernel": "/var/lib/libvirt/images/tiny",
    }
    pools = {"2MiB": {"cells": {"0": MIB // 2, "1": MIB // 2}}} if page == "2MiB" else {}
    site = {"site": "bench", "hosts": {"lab": {"connect": "qemu:///system", "pools": pools}}, "guests": {"bench": guest}}
    with open("site.yaml", "w") as file:
        json.dump(site, file)


def demand(ended):
    if ended.status != 0:
        sys.exit(f"bench: {ended.all}")
    return ended


def place(guest, cell):
    """Ends the bench where the memory is not where it was to go."""
    found = guest.cells()[0]
    if found["on"] != [cell] or found["held_kib"] < MIB * 1000:
        sys.exit(f"bench: the memory is not on cell {cell}: {found}")


def journal():
    """The lines of the newest journal."""
    files = sorted(glob.glob("/var/lib/numactl-plan/txn/*/journal.jsonl"))
    return lab.read(files[-1]).splitlines() if files else []


def ours(guest, source, target):
    """Seconds from the moment at which the program writes down that it moves to the one at which it has."""
    write(target, PAGES[guest.page])
    before = len(glob.glob("/var/lib/numactl-plan/txn/*"))
    process = subprocess.Popen(
        ["numactl-plan", "apply", "site.yaml", "--live", "--yes"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    began = ended = None
    while process.poll() is None and ended is None:
        if len(glob.glob("/var/lib/numactl-plan/txn/*")) > before:
            lines = journal()
            index = next((i for i, line in enumerate(lines) if '"do":"move"' in line), None)
            if index is not None:
                began = began or time.monotonic()
                if len(lines) > index + 1:
                    ended = time.monotonic()
        time.sleep(0.01)
    output = process.communicate()[0]
    if process.returncode != 0 or ended is None:
        sys.exit(f"bench: apply ended with {process.returncode}: {output}")
    return ended - began


def bare(guest, source, target):
    """Seconds of migratepages, with control groups that allow both cells. It leaves pages that are in use, and is called again then."""
    seconds = 0
    while seconds == 0 or guest.cells()[0]["on"] != [target]:
        began = time.monotonic()
        demand(lab.run("migratepages", str(guest.pid), str(source), str(target), limit=600))
        seconds += time.monotonic() - began
    return seconds


def allow(guest, cells):
    folder = next(line.split(":", 2)[2] for line in lab.read(f"/proc/{guest.pid}/cgroup").splitlines())
    outer = f"/sys/fs/cgroup{folder.rsplit('/', 1)[0]}"
    files = [f"{outer}/cpuset.mems", *glob.glob(f"{outer}/*/cpuset.mems")]
    for path in files if len(cells) > 1 else reversed(files):
        if lab.read(path):
            with open(path, "w") as file:
                file.write(cells)


def measured(guest, move):
    """Seconds of a move, in the middle and of each, there and back; and how long the guest stood still at most."""
    times, gaps = [], []
    for _ in range(ROUNDS):
        for source, target in ((0, 1), (1, 0)):
            still = guest.stood_still()
            times.append(move(guest, source, target))
            gaps.append(still())
            place(guest, target)
    return statistics.median(times[2:]), max(gaps[2:]), times[2:]


PAGES = {2048: "2MiB", 4: "small"}


def main():
    slow = []
    for page in PAGES:
        write(0, PAGES[page])
        demand(lab.run("numactl-plan", "apply", "site.yaml", "--allow-shrink", "--yes", limit=600))
        guest = lab.Guest("bench")
        guest.page = page
        lab.until("the guest looks at its memory", lambda: guest.looked()[0] > 0, 300)
        guest.fill()
        still = guest.stood_still()
        time.sleep(5)
        idle = still()
        print(f"{MIB} MiB in {PAGES[page]} pages", flush=True)
        ours_s, ours_gap, ours_all = measured(guest, ours)
        allow(guest, "0-1")
        bare_s, bare_gap, bare_all = measured(guest, bare)
        ratio = bare_s / ours_s
        for name, seconds, gap, all_ in (
            ("numactl-plan", ours_s, ours_gap, ours_all), ("migratepages", bare_s, bare_gap, bare_all)):
            each = ", ".join(f"{value:.2f}" for value in all_)
            print(f"  {name:13} {MIB / seconds:7.0f} MiB/s  stood still {gap * 1000:6.0f} ms at most  ({each} s)")
        print(f"  without a move           stood still {idle * 1000:6.0f} ms at most")
        print(f"  ratio {ratio:.2f} of the bare speed, at least {LEAST} wanted", flush=True)
        if ratio < LEAST:
            slow.append(page)
        if guest.looked()[1]:
            sys.exit("bench: the guest's memory is not as it wrote it")
        for verb in ("destroy", "undefine"):
            lab.virsh(verb, "bench")
    return 1 if slow else 0


sys.exit(main())
