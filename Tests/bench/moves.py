"""Measures in the lab's machine how fast memory moves, and how long the guest stands still. Tests/bench/moves runs it there.

What is compared leads to the same state: by hand that is to widen the guest's control groups, `migratepages`, and to narrow them
again; by the program its step from the journal's record that it moves to the one that it has, in which there are also two notes in the
running domain and all looks at where the memory is. `migratepages` alone is shown as well.
"""

import ctypes
import glob
import json
import os
import select
import statistics
import subprocess
import sys
import time

import lab

MIB = int(sys.argv[1])
TRANSACTIONS = "/var/lib/numactl-plan/txn"
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


class Records:
    """Tells when a line comes to the journal of the next transaction, and sleeps meanwhile: the machine has little time to spare."""

    MODIFIED, MOVED_HERE = 0x2, 0x80

    def __init__(self):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.events = open(self.libc.inotify_init1(os.O_CLOEXEC), "rb", buffering=0)
        self._watch(TRANSACTIONS, self.MOVED_HERE)
        self.folder = None

    def _watch(self, folder, events):
        if self.libc.inotify_add_watch(self.events.fileno(), folder.encode(), events) < 0:
            sys.exit(f"bench: {folder} cannot be watched: {os.strerror(ctypes.get_errno())}")

    def next(self, limit):
        """The time of the next change, and the journal's lines after it."""
        if not select.select([self.events], [], [], limit)[0]:
            return None, []
        self.events.read(65536)
        now = time.monotonic()
        if self.folder is None:
            self.folder = max(glob.glob(f"{TRANSACTIONS}/*"))
            self._watch(self.folder, self.MODIFIED)
        return now, lab.read(f"{self.folder}/journal.jsonl").splitlines()


def ours(guest, source, target):
    """Seconds from the moment at which the program writes down that it moves to the one at which it has."""
    write(target, PAGES[guest.page])
    records = Records()
    process = subprocess.Popen(
        ["numactl-plan", "apply", "site.yaml", "--live", "--yes"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    began = ended = None
    while ended is None and process.poll() is None:
        now, lines = records.next(5)
        index = next((i for i, line in enumerate(lines) if '"do":"move"' in line), None)
        if index is not None:
            began = began or now
            ended = now if len(lines) > index + 1 else None
    output = process.communicate()[0]
    if process.returncode != 0 or ended is None:
        sys.exit(f"bench: apply ended with {process.returncode}: {output}")
    return ended - began


def bare(guest, source, target):
    """Seconds of what one does by hand. migratepages leaves pages that are in use, and is called again then."""
    began = time.monotonic()
    allow(guest, "0-1")
    groups = time.monotonic() - began
    seconds = 0
    while seconds == 0 or guest.cells()[0]["on"] != [target]:
        began = time.monotonic()
        demand(lab.run("migratepages", str(guest.pid), str(source), str(target), limit=600))
        seconds += time.monotonic() - began
    began = time.monotonic()
    allow(guest, str(target))
    guest.alone.append(seconds)
    return seconds + groups + time.monotonic() - began


def allow(guest, cells):
    folder = next(line.split(":", 2)[2] for line in lab.read(f"/proc/{guest.pid}/cgroup").splitlines())
    outer = f"/sys/fs/cgroup{folder.rsplit('/', 1)[0]}"
    files = [f"{outer}/cpuset.mems", *glob.glob(f"{outer}/*/cpuset.mems")]
    for path in files if len(cells) > 1 else reversed(files):
        if lab.read(path):
            with open(path, "w") as file:
                file.write(cells)


def measured(guest):
    """By way of moving: seconds of each move, there and back, and how long the guest stood still at most. The two take turns, so that
    what else the machine does meets both."""
    times, gaps = {ours: [], bare: []}, {ours: 0, bare: 0}
    for number in range(ROUNDS):
        for move in (ours, bare):
            for source, target in ((0, 1), (1, 0)):
                still = guest.stood_still()
                seconds = move(guest, source, target)
                if number > 0:
                    times[move].append(seconds)
                    gaps[move] = max(gaps[move], still())
                place(guest, target)
    return times, gaps


PAGES = {2048: "2MiB", 4: "small"}


def main():
    slow = []
    for page in PAGES:
        write(0, PAGES[page])
        demand(lab.run("numactl-plan", "apply", "site.yaml", "--allow-shrink", "--yes", limit=600))
        guest = lab.Guest("bench")
        guest.page, guest.alone = page, []
        lab.until("the guest looks at its memory", lambda: guest.looked()[0] > 0, 300)
        guest.fill()
        still = guest.stood_still()
        time.sleep(5)
        idle = still()
        print(f"{MIB} MiB in {PAGES[page]} pages", flush=True)
        times, gaps = measured(guest)
        ratio = statistics.median(times[bare]) / statistics.median(times[ours])
        alone = statistics.median(guest.alone[2:])
        for name, move in (("numactl-plan", ours), ("by hand", bare)):
            seconds, each = statistics.median(times[move]), ", ".join(f"{value:.2f}" for value in times[move])
            print(f"  {name:13} {MIB / seconds:7.0f} MiB/s  stood still {gaps[move] * 1000:6.0f} ms at most  ({each} s)")
        print(f"  migratepages  {MIB / alone:7.0f} MiB/s  of that by hand, without the control groups")
        print(f"  without a move           stood still {idle * 1000:6.0f} ms at most")
        print(f"  ratio {ratio:.2f} of the speed by hand, at least {LEAST} wanted", flush=True)
        if ratio < LEAST:
            slow.append(page)
        if guest.looked()[1]:
            sys.exit("bench: the guest's memory is not as it wrote it")
        for verb in ("destroy", "undefine"):
            lab.virsh(verb, "bench")
    return 1 if slow else 0


sys.exit(main())
