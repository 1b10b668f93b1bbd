"""Running guests go to other cells without a restart: their memory moves, nothing of it is lost, and there is a way back."""

import os
import re
import signal
import subprocess

import lab

FIRST = {"huge": [([0], 2048)], "small": [([0], 4)], "both": [([0], 2048), ([1], 2048)]}
SECOND = {"huge": [([1], 2048)], "small": [([1], 4)], "both": [([2], 2048), ([1], 2048)]}
CPUS = {0: "0-3", 1: "4-7", 2: "8-9"}


def within(name, cell):
    """Checks that the threads of a guest may run on a cell's CPUs only."""
    guest = lab.Guest(name)
    allowed = lab.ids(",".join([*guest.vcpus().values(), guest.emulator()]))
    lab.check(f"{name} runs on cell {cell}", allowed <= lab.ids(CPUS[cell]), allowed)


def moves(site, *more):
    return lab.tool("apply", site, "--live", "--yes", *more)


def killed(number):
    """Applies the second site and is killed at its n-th call of move_pages: at that rate one for 32 MiB."""
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=move_pages"]
    command += ["-e", f"inject=move_pages:signal=KILL:when={number}"]
    ended = subprocess.run(
        [*command, "numactl-plan", "apply", "second.yaml", "--live", "--yes", "--move-rate", "128"],
        capture_output=True, text=True)
    lab.check(f"apply is killed at call {number} of move_pages", ended.returncode in (-9, 137), ended)


def begun():
    with lab.section("three guests on their first cells"):
        lab.tool("apply", "first.yaml")
        watch = lab.Watch(FIRST)
        lab.equal("their memory", lab.places(*FIRST), FIRST)
    return watch


def moved():
    watch = begun()
    with lab.section("the plan offers it"), lab.unchanged("only looked"):
        offer = lab.run("numactl-plan", "plan", "second.yaml").all
        lab.contains("--live beside --restart", offer, "--restart huge", "--live, which moves its 128MiB while it runs")
        shown = lab.run("numactl-plan", "plan", "second.yaml", "--live").all
        lab.contains("and says what it does", shown, "NP308", "moves from cell 0 to cell 1 while it runs", "its memory is moved")
        document = lab.run("numactl-plan", "plan", "second.yaml", "--live", "--format", "json").json
        lab.equal("no restart is pending", document["restart_pending"], [])
    with lab.section("they move while they run"):
        moves("second.yaml")
        lab.equal("their memory", lab.places(*SECOND), SECOND)
        watch.fine()
        for name in ("huge", "small"):
            within(name, 1)
        lab.equal("their pages", lab.pools(), {0: 96, 1: 96, 2: 32})
        lab.settled("second.yaml")
        deep = lab.run("numactl-plan", "verify", "second.yaml", "--deep").all
        lab.contains("verify --deep agrees", deep, "0 of 3 running guests elsewhere than planned")
    with lab.section("and back by rollback"):
        lab.tool("rollback", "--yes")
        lab.equal("their memory", lab.places(*FIRST), FIRST)
        watch.fine()
        lab.equal("their pages", lab.pools(), {0: 96, 1: 32, 2: 0})
        lab.settled("first.yaml")


def broken():
    watch = begun()
    # Going back is tried by others too.
    for number, way in ((2, "back"), (9, "on"))[os.environ.get("LAB_LENGTH", "1") == "1" :]:
        with lab.section(f"killed at call {number}, and {way}"):
            killed(number)
            refused = lab.run("numactl-plan", "apply", "second.yaml", "--live", "--yes")
            lab.check("the next apply refuses", refused.status == 75, refused.all)
            watch.fine()
            if way == "back":
                lab.tool("rollback", "--yes")
                lab.equal("their memory", lab.places(*FIRST), FIRST)
                lab.settled("first.yaml")
            else:
                moves("second.yaml", "--continue")
                lab.equal("their memory", lab.places(*SECOND), SECOND)
                lab.settled("second.yaml")
                moves("first.yaml")
                lab.equal("their memory again", lab.places(*FIRST), FIRST)
                lab.settled("first.yaml")
            watch.fine()
    with lab.section("the target fills up under it"):
        # For a page that the pool has not, the kernel takes ordinary memory of the cell: there must be none either.
        free = int(re.search(r"MemFree:\s+(\d+)", lab.read(f"{lab.NODES}/node1/meminfo")).group(1)) // 1024
        with lab.hog(1, free - 64):
            taken = slow()
            with lab.hog_pages(1, lab.pools(field="free_hugepages")[1]):
                _, errors = taken.communicate(timeout=120 * lab.PATIENCE)
        lab.check("apply fails", taken.returncode not in (0, -9), taken.returncode)
        lab.contains("and says why", errors, "cell 1 has no room")
        lab.equal("all is back", lab.places(*FIRST), FIRST)
        watch.fine()
        lab.settled("first.yaml")
    with lab.section("interrupted"):
        process = slow()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120 * lab.PATIENCE)
        lab.equal("apply ends as one that was interrupted", process.returncode, 130)
        lab.equal("all is back", lab.places(*FIRST), FIRST)
        watch.fine()
        lab.settled("first.yaml")


def slow():
    """An apply in the middle of moving the first guest."""
    process = subprocess.Popen(
        ["numactl-plan", "apply", "second.yaml", "--live", "--yes", "--move-rate", "4"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    huge, both = lab.Guest("huge"), lab.Guest("both")
    lab.until("a move has begun", lambda: any(len(cell[0]) > 1 for cell in huge.places() + both.places()), 60)
    return process


lab.main({"moved": moved, "broken": broken})
