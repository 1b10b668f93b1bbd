"""What else runs on the CPUs of a guest: it is found and named; the interrupts of devices keep off them, and come back with a rollback."""

import contextlib
import glob
import os
import subprocess

import lab

OWN = {2, 3}
FIXED = "/run/numactl-plan/fixed-interrupts"


def interrupts():
    """Where each interrupt that a driver has asked for may come, by number."""
    found = {}
    for folder in glob.glob("/proc/irq/[0-9]*"):
        if any(os.path.isdir(f"{folder}/{name}") for name in os.listdir(folder)):
            found[int(os.path.basename(folder))] = lab.ids(lab.read(f"{folder}/smp_affinity_list"))
    return found


def future():
    return int(lab.read("/proc/irq/default_smp_affinity").replace(",", ""), 16)


def fixed():
    return {int(line.split()[0]) for line in lab.read(FIXED).splitlines()} if lab.exists(FIXED) else set()


@contextlib.contextmanager
def noise():
    """A program that never rests and one that reads the disk, on the guest's CPUs."""
    disk = "while :; do dd if=/dev/vda of=/dev/null bs=64k count=64 iflag=direct status=none; done"
    programs = [
        subprocess.Popen(["taskset", "-c", "2", "sh", "-c", "while :; do :; done"]),
        subprocess.Popen(["taskset", "-c", "3", "sh", "-c", disk]),
    ]
    try:
        yield programs
    finally:
        for program in programs:
            program.kill()
            program.wait()


def others(site):
    """Who else ran on the guest's CPUs within a few seconds."""
    found = lab.run("numactl-plan", "verify", site, "--deep", "--for", "5s", "--settle", "0", "--format", "json").json
    (guest,) = found["interference"]["guests"]
    lab.equal("the guest's CPUs", lab.ids(guest["cpus"]), OWN)
    lab.check("the kernel counts what nobody sees", guest["unseen_runs"] is not None, guest)
    return guest["others"]


def moved(other):
    return other["kind"] == "interrupt" and not other["bound"] and int(other["interrupt"]) not in fixed()


def quiet():
    before, before_future = interrupts(), future()
    with lab.section("what runs on a guest's own CPUs"):
        lab.tool("apply", "site.yaml")
        lab.equal("the guest", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
        lab.equal("without isolation every interrupt stays", interrupts(), before)
        with noise() as programs:
            found = others("site.yaml")
        threads = {other["thread"]: other for other in found if other["kind"] == "thread"}
        lab.check("the busy program is named", threads.get(programs[0].pid, {}).get("cpus") == "2", found)
        lab.check("the guest itself is not", not any(o["process"] == lab.Guest("own").pid for o in found), found)
        lab.check("what belongs to a CPU is told apart", any(o["bound"] for o in found if o["kind"] == "thread"), found)
        lab.check("the timer's interrupts too", any(o["interrupt"] == "LOC" and o["bound"] for o in found), found)
    with lab.section("interrupts keep off them"):
        told = lab.tool("apply", "quiet.yaml")
        after = interrupts()
        stay = {number for number, cpus in after.items() if cpus & OWN}
        lab.equal("but for those that the kernel manages", stay, fixed())
        lab.check("of which there are some", stay, after)
        lab.check("some were moved", any(after[number] != before[number] for number in after), after)
        lab.equal("new ones too", future() & 0b1100, 0)
        lab.contains("the managed ones are named", told.all, *(f"({number})" for number in stay))
        lab.settled("quiet.yaml")
        with noise():
            found = others("quiet.yaml")
        lab.equal("none comes that could be moved", [other for other in found if moved(other)], [])
    with lab.section("one that is back"):
        number = min(after.keys() - stay)
        with open(f"/proc/irq/{number}/smp_affinity_list", "w") as file:
            file.write("3")
        lab.contains("is noticed", lab.tool("verify", "quiet.yaml", status=2).out, f"interrupts {number}: wanted on CPUs")
        lab.tool("apply", "quiet.yaml")
        lab.equal("and moved", interrupts(), after)
    with lab.section("all of it undone"):
        names = sorted(os.path.basename(path) for path in glob.glob("/var/lib/numactl-plan/txn/*"))
        for name in names[:0:-1]:
            lab.tool("rollback", name, "--yes")
        lab.equal("each is where it was", interrupts(), before)
        lab.equal("new ones too", future(), before_future)


lab.main({"quiet": quiet})
