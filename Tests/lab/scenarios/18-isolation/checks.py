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
        for name in transactions()[:0:-1]:
            lab.tool("rollback", name, "--yes")
        lab.equal("each is where it was", interrupts(), before)
        lab.equal("new ones too", future(), before_future)
    idle()


def masks():
    """Where each thread of the machine may run, by its number and begin; not those that nobody can move, nor guests'."""
    found = {}
    for folder in glob.glob("/proc/[0-9]*/task/[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            stat = lab.read(f"{folder}/stat")
            fields = stat[stat.rindex(")") + 2 :].split()
            program = lab.read(f"{folder}/../../comm")
            if int(fields[6]) & 0x04000000 or fields[0] == "Z" or program.startswith(("qemu-", "vhost-", "kvm-", "irq/")):
                continue
            allowed = [line for line in lab.read(f"{folder}/status").splitlines() if line.startswith("Cpus_allowed_list")]
            found[int(os.path.basename(folder)), fields[19]] = (program, lab.ids(allowed[0].split()[1]))
    return found


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
        before, queues = masks(), lab.read(workqueues)
        with lab.section("everything that can go, goes"):
            told = lab.tool("apply", "full.yaml")
            lab.contains("what it does", told.all, "work queues", "threads on CPUs 0-5")
            lab.contains("what only a reboot brings", told.all, "NP428", "nohz_full=2-3")
            after = masks()
            stay = {program for program, cpus in after.values() if cpus & OWN}
            lab.check("threads are off the guest's CPUs", stay <= {"sh", "sleep", "taskset"}, stay)
            lab.equal("but for what was put there", after[next(k for k in after if k[0] == pinned)][1], {3})
            lab.check("which is named", "NP427" in told.all, told.all)
            lab.equal("work queues", int(lab.read(workqueues).replace(",", ""), 16) & 0b1100, 0)
            lab.equal("the guest has its CPUs", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
            new = subprocess.Popen(["sleep", "60"])
            lab.equal("what is started now keeps off too", masks()[next(k for k in masks() if k[0] == new.pid)][1] & OWN, set())
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
        lab.tool("rollback", transactions()[-1], "--yes")
        now = masks()
        lab.equal("every thread has its CPUs", [(k, v, now[k]) for k, v in before.items() if k in now and now[k] != v], [])
        lab.equal("work queues too", lab.read(workqueues), queues)
    # The next boot is one with full isolation.
    shutil.copy("/lab/boot.json", "/etc/numactl-plan/boot.json")
    shutil.copy("/lab/numactl-plan-hugepages.service", "/disk/unit.service")


def isolated():
    with lab.section("booted with the options"):
        lab.contains("the kernel has them", lab.read("/proc/cmdline"), "nohz_full=2-3", "isolcpus=managed_irq,2-3")
        stay = {program for program, cpus in masks().values() if cpus & OWN}
        lab.check("the unit has moved what was there", not stay - {"kswapd0", "kcompactd0"}, stay)
        lab.virsh("start", "own")
        lab.equal("the guest", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
        shown = lab.tool("plan", "full.yaml", "--detailed-exitcode")
        lab.check("nothing waits for a reboot", "NP428" not in shown.all, shown.all)
        with services(placed=False):
            found = strangers(others("full.yaml"))
        lab.equal("nobody else runs there that could be elsewhere", found, [])


def online():
    return lab.ids(lab.read("/sys/devices/system/cpu/online"))


def transactions():
    return sorted(os.path.basename(path) for path in glob.glob("/var/lib/numactl-plan/txn/*"))


def idle():
    before = len(transactions())
    with lab.section("CPUs that nobody has"):
        cells = lab.tool("facts", "--format", "json").json["cells"]
        told = lab.tool("apply", "idle.yaml")
        lab.equal("are offline", online(), {0, 1, 2, 3})
        lab.contains("which is said", told.all, "took CPUs 4-5 offline")
        lab.equal("the guest", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
        facts = lab.tool("facts", "--format", "json").json
        lab.equal("facts tell them apart", (facts["cpus"]["online"], facts["cpus"]["parked"]), ("0-3", "4-5"))
        for member in ("cpus", "siblings", "llc"):
            lab.equal(f"and know where they are: {member}", [c[member] for c in facts["cells"]], [c[member] for c in cells])
        lab.settled("idle.yaml")
    with lab.section("for the next guest"):
        lab.tool("apply", "busy.yaml")
        lab.equal("they come back", online(), {0, 1, 2, 3, 4, 5})
        lab.equal("and are the guest's", lab.Guest("more").vcpus(), {0: "4", 1: "5"})
    with lab.section("after it"):
        lab.tool("apply", "gone.yaml", "--yes")
        lab.equal("they are offline again", online(), {0, 1, 2, 3})
        lab.equal("the other guest stays", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
    with lab.section("undone"):
        lab.tool("rollback", transactions()[before], "--yes", "--force")
        lab.equal("all are online", online(), {0, 1, 2, 3, 4, 5})
    with lab.section("by hand"):
        lab.tool("apply", "idle.yaml")
        with open("/sys/devices/system/cpu/cpu4/online", "w") as file:
            file.write("1")
        lab.contains("one that is back is noticed", lab.tool("verify", "idle.yaml", status=2).out, "CPUs 4")
        lab.tool("apply", "idle.yaml")
        lab.equal("and goes again", online(), {0, 1, 2, 3})
        lab.tool("apply", "site.yaml")
        lab.equal("a site that keeps its CPUs has all", online(), {0, 1, 2, 3, 4, 5})


GROUPS = "/sys/fs/cgroup"
SLICES = ["init.scope", "system.slice", "user.slice"]
ISOLATED = f"{GROUPS}/cpuset.cpus.isolated"


def allowed(process):
    return masks()[next(key for key in masks() if key[0] == int(process))][1]


def start(name, command, group="system.slice"):
    """Has systemd start a program in a group; its number."""
    ended = lab.run("systemd-run", "--quiet", f"--unit={name}", f"--slice={group}", "--property=DefaultDependencies=no", "sh", "-c", command)
    lab.equal(f"systemd starts {name}", ended.status, 0)
    lab.until(f"{name} runs", lambda: lab.exists(f"{GROUPS}/{group}/{name}.service/cgroup.procs"))
    return lab.read(f"{GROUPS}/{group}/{name}.service/cgroup.procs").split()[0]


def controller(sign):
    """Turns the kernel's controller of CPUs off or on for all groups, as libvirt and systemd do with the first guest and after the last."""
    with open(f"{GROUPS}/cgroup.subtree_control", "w") as file:
        file.write(f"{sign}cpuset")


def partitions():
    """Since Linux 6.7."""
    with lab.section("a vCPU's CPU is a partition of its own"):
        lab.equal("the kernel has isolated them", lab.read(ISOLATED), "2-3")
        lab.check("no other thread is let onto one", lab.run("taskset", "-c", "2", "true").status != 0)
        lab.equal("the guest's other threads are elsewhere", lab.Guest("own").emulator(), "0-1,5")
    with lab.section("on other CPUs"):
        lab.tool("apply", "regrouped.yaml")
        lab.equal("the guest is there", lab.Guest("own").vcpus(), {0: "1", 1: "2"})
        lab.equal("and so are its partitions", lab.read(ISOLATED), "1-2")
        lab.settled("regrouped.yaml")
        lab.tool("rollback", "--yes")
        lab.equal("both go back", (lab.Guest("own").vcpus(), lab.read(ISOLATED)), ({0: "2", 1: "3"}, "2-3"))
        lab.settled("grouped.yaml")
    with lab.section("after a start by hand"):
        lab.virsh("destroy", "own")
        lab.equal("they have ended with the guest", lab.read(ISOLATED), "")
        lab.virsh("start", "own")
        lab.contains("it is noticed", lab.tool("verify", "grouped.yaml", status=2).out, "CPUs 2-3 of own: wanted isolated partitions")
        lab.tool("apply", "grouped.yaml")
        lab.equal("and made good", lab.read(ISOLATED), "2-3")


def grouped():
    often = "while :; do sleep 0.05; done"
    everywhere = online()
    controller("-")
    programs = {"service": start("busy", often), "login": start("session", often, "user.slice"), "systemd": 1}
    own = start("storage", "exec taskset -c 4 sleep infinity")
    lab.until("the actor's program is on its CPU", lambda: allowed(own) == {4})
    before = {name: allowed(process) for name, process in programs.items()}
    lab.check("programs may run on a guest's CPUs", all(cpus >= OWN for cpus in before.values()), before)
    with lab.section("groups of programs are confined before the first guest starts"):
        told = lab.tool("apply", "grouped.yaml")
        lab.contains("which is said", told.all, "programs in system.slice, user.slice")
        lab.equal("libvirt has turned the controller on", "cpuset" in lab.read(f"{GROUPS}/cgroup.subtree_control"), True)
        for name, process in programs.items():
            lab.equal(f"off the guest's CPUs and the actor's: {name}", allowed(process) & {2, 3, 4}, set())
        lab.equal("the kernel bounds them", [lab.read(f"{GROUPS}/{unit}/cpuset.cpus") for unit in SLICES], ["0-1,5", "0-1,4-5", "0-1,4-5"])
        lab.equal("the actor's program stays", allowed(own), {4})
        lab.equal("the guest has its CPUs", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
        lab.settled("grouped.yaml")
    if lab.exists(ISOLATED):
        partitions()
    with lab.section("what comes later"):
        lab.equal("a service", allowed(start("late", often)) & OWN, set())
        lab.equal("a login", allowed(start("later", often, "user.slice")) & OWN, set())
        for cpus in ("0", ""):
            lab.run("systemctl", "set-property", "--runtime", "session.service", f"AllowedCPUs={cpus}")
        lab.run("systemctl", "daemon-reexec")
        lab.equal("after others' changes and a new systemd", {n: allowed(p) & OWN for n, p in programs.items()}, dict.fromkeys(programs, set()))
    with lab.section("a group that somebody frees"):
        with open(f"{GROUPS}/user.slice/cpuset.cpus", "w") as file:
            file.write("0-5\n")
        lab.contains("is noticed", lab.tool("verify", "grouped.yaml", status=2).out, "programs in user.slice")
        lab.tool("apply", "grouped.yaml")
        lab.equal("and confined again", lab.read(f"{GROUPS}/user.slice/cpuset.cpus"), "0-1,4-5")
    with lab.section("all of it undone"):
        lab.virsh("destroy", "own")
        for name in transactions()[::-1]:
            lab.tool("rollback", name, "--yes")
        if lab.exists(ISOLATED):
            lab.equal("no partition is left", lab.read(ISOLATED), "")
        lab.equal("no file is left", glob.glob("/etc/systemd/system/*/50-numactl-plan.conf"), [])
        for name, process in programs.items():
            lab.equal(f"has its CPUs: {name}", allowed(process), before[name])
        lab.equal("the actor's program too", allowed(own), {4})
        lab.equal("every CPU is everybody's", online(), everywhere)


lab.main({"quiet": quiet, "full": full, "isolated": isolated, "systemd": grouped})
