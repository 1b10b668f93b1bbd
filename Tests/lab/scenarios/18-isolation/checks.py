"""What else runs on the CPUs of a guest: it is found and named; the interrupts of devices keep off them, and come back with a rollback."""

import contextlib
import glob
import os
import shutil
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
        for name in lab.transactions()[:0:-1]:
            lab.tool("rollback", name, "--yes")
        lab.equal("each is where it was", interrupts(), before)
        lab.equal("new ones too", future(), before_future)
    idle()


@contextlib.contextmanager
def services(placed=True):
    """Programs that wake up often, on any CPU; if `placed`, four on one of a guest's or another, and one that was put on a guest's."""
    often = "while :; do sleep 0.05; done"
    disk = "while :; do dd if=/dev/zero of=/disk/noise bs=64k count=16 conv=fsync status=none; sleep 0.1; done"
    programs = [subprocess.Popen(["sh", "-c", script]) for script in [often, disk]]
    for cpus in ["2,4"] * 4 + ["3"] if placed else []:
        programs.append(subprocess.Popen(["taskset", "-c", cpus, "sh", "-c", often]))
    try:
        yield programs
    finally:
        for program in programs:
            program.kill()
            program.wait()


def strangers(found):
    """Those of others that could be elsewhere."""
    return [o for o in found if not o["bound"] and (o["kind"] == "thread" or moved(o))]


def full():
    workqueues = "/sys/devices/virtual/workqueue/cpumask"
    lab.tool("apply", "site.yaml")
    with services() as programs:
        pinned = programs[-1].pid
        with lab.section("a noisy machine"):
            noisy = others("site.yaml")
            busy = {program.pid for program in programs[-5:-1]}
            lab.check("programs run on a guest's CPUs", busy & {o["thread"] for o in strangers(noisy)}, noisy)
        before, queues = lab.masks(), lab.read(workqueues)
        with lab.section("everything that can go, goes"):
            told = lab.tool("apply", "full.yaml")
            lab.contains("what it does", told.all, "work queues", "threads on CPUs 0-5")
            lab.contains("what only a reboot brings", told.all, "NP428", "nohz_full=2-3")
            after = lab.masks()
            stay = {program for program, cpus in after.values() if cpus & OWN}
            lab.check("threads are off the guest's CPUs", stay <= {"sh", "sleep", "taskset"}, stay)
            lab.equal("but for what was put there", after[next(k for k in after if k[0] == pinned)][1], {3})
            lab.check("which is named", "NP427" in told.all, told.all)
            lab.equal("work queues", int(lab.read(workqueues).replace(",", ""), 16) & 0b1100, 0)
            lab.equal("the guest has its CPUs", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
            new = subprocess.Popen(["sleep", "60"])
            lab.equal("what is started now keeps off too", lab.masks()[next(k for k in lab.masks() if k[0] == new.pid)][1] & OWN, set())
            new.kill()
            new.wait()
            found = [o for o in strangers(others("full.yaml")) if o["cpus"] != "3" or o["name"] not in ("sh", "sleep")]
            lab.equal("nobody else runs there that could be elsewhere", found, [])
    lab.settled("full.yaml")
    with lab.section("somebody else in charge"):
        os.makedirs("/etc/tuned", exist_ok=True)
        for name, text in [("active_profile", "realtime"), ("realtime-variables.conf", "isolated_cores=2")]:
            with open(f"/etc/tuned/{name}", "w") as file:
                file.write(text + "\n")
        shutil.copy("/bin/sleep", "/lab/tuned")
        tuned = subprocess.Popen(["/lab/tuned", "600"])
        lab.contains("is left to it", lab.tool("plan", "full.yaml").all, "NP429", "isolated_cores=2-3")
        tuned.kill()
        tuned.wait()
    arguments = lab.tool("boot", "--emit", "kernel-args").out
    lab.contains("options for the next boot", arguments, "nohz_full=2-3", "rcu_nocbs=2-3", "isolcpus=managed_irq,2-3")
    with open("/lab/kernel-arguments", "w") as file:
        file.write(arguments)
    shutil.copy("/etc/numactl-plan/boot.json", "/lab/boot.json")
    with lab.section("all of it undone"):
        lab.tool("rollback", lab.transactions()[-1], "--yes")
        now = lab.masks()
        lab.equal("every thread has its CPUs", [(k, v, now[k]) for k, v in before.items() if k in now and now[k] != v], [])
        lab.equal("work queues too", lab.read(workqueues), queues)
    # The next boot is one with full isolation.
    shutil.copy("/lab/boot.json", "/etc/numactl-plan/boot.json")
    shutil.copy("/lab/numactl-plan-hugepages.service", "/disk/unit.service")


def isolated():
    with lab.section("booted with the options"):
        lab.contains("the kernel has them", lab.read("/proc/cmdline"), "nohz_full=2-3", "isolcpus=managed_irq,2-3")
        stay = {program for program, cpus in lab.masks().values() if cpus & OWN}
        lab.check("the unit has moved what was there", not stay - {"kswapd0", "kcompactd0"}, stay)
        lab.virsh("start", "own")
        lab.equal("the guest", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
        shown = lab.tool("plan", "full.yaml", "--detailed-exitcode")
        lab.check("nothing waits for a reboot", "NP428" not in shown.all, shown.all)
        with services(placed=False):
            found = strangers(others("full.yaml"))
        lab.equal("nobody else runs there that could be elsewhere", found, [])


def idle():
    before = len(lab.transactions())
    with lab.section("CPUs that nobody has"):
        cells = lab.tool("facts", "--format", "json").json["cells"]
        told = lab.tool("apply", "idle.yaml")
        lab.equal("are offline", lab.online(), {0, 1, 2, 3})
        lab.contains("which is said", told.all, "took CPUs 4-5 offline")
        lab.equal("the guest", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
        facts = lab.tool("facts", "--format", "json").json
        lab.equal("facts tell them apart", (facts["cpus"]["online"], facts["cpus"]["parked"]), ("0-3", "4-5"))
        for member in ("cpus", "siblings", "llc"):
            lab.equal(f"and know where they are: {member}", [c[member] for c in facts["cells"]], [c[member] for c in cells])
        lab.settled("idle.yaml")
    with lab.section("for the next guest"):
        lab.tool("apply", "busy.yaml")
        lab.equal("they come back", lab.online(), {0, 1, 2, 3, 4, 5})
        lab.equal("and are the guest's", lab.Guest("more").vcpus(), {0: "4", 1: "5"})
    with lab.section("after it"):
        lab.tool("apply", "gone.yaml", "--yes")
        lab.equal("they are offline again", lab.online(), {0, 1, 2, 3})
        lab.equal("the other guest stays", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
    with lab.section("undone"):
        lab.tool("rollback", lab.transactions()[before], "--yes", "--force")
        lab.equal("all are online", lab.online(), {0, 1, 2, 3, 4, 5})
    with lab.section("by hand"):
        lab.tool("apply", "idle.yaml")
        with open("/sys/devices/system/cpu/cpu4/online", "w") as file:
            file.write("1")
        lab.contains("one that is back is noticed", lab.tool("verify", "idle.yaml", status=2).out, "CPUs 4")
        lab.tool("apply", "idle.yaml")
        lab.equal("and goes again", lab.online(), {0, 1, 2, 3})
        lab.tool("apply", "site.yaml")
        lab.equal("a site that keeps its CPUs has all", lab.online(), {0, 1, 2, 3, 4, 5})


lab.main({"quiet": quiet, "full": full, "isolated": isolated})
