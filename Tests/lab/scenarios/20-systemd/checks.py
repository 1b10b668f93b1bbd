"""systemd runs the machine: all programs but guests are bounded by its groups, before libvirt's first guest and after it; and since Linux 6.7 each
dedicated vCPU has its CPU as a partition of the scheduler."""

import glob

import lab

OWN = {2, 3}
GROUPS = "/sys/fs/cgroup"
SLICES = ["init.scope", "system.slice", "user.slice"]
ISOLATED = f"{GROUPS}/cpuset.cpus.isolated"


def allowed(process):
    return lab.masks()[next(key for key in lab.masks() if key[0] == int(process))][1]


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
    everywhere = lab.online()
    controller("-")
    programs = {"service": start("busy", often), "login": start("session", often, "user.slice"), "systemd": 1}
    own = start("storage", "exec taskset -c 4 sleep infinity")
    lab.until("the actor's program is on its CPU", lambda: allowed(own) == {4})
    before = {name: allowed(process) for name, process in programs.items()}
    lab.check("programs may run on a guest's CPUs", all(cpus >= OWN for cpus in before.values()), before)
    with lab.section("groups of programs are confined before the first guest starts"):
        told = lab.tool("apply", "grouped.yaml")
        lab.contains("which is said", told.all, "programs in system.slice, user.slice")
        lab.equal("the controller is on", "cpuset" in lab.read(f"{GROUPS}/cgroup.subtree_control"), True)
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
        for name in lab.transactions()[::-1]:
            lab.tool("rollback", name, "--yes")
        if lab.exists(ISOLATED):
            lab.equal("no partition is left", lab.read(ISOLATED), "")
        lab.equal("no file is left", glob.glob("/etc/systemd/system/*/50-numactl-plan.conf"), [])
        for name, process in programs.items():
            lab.equal(f"has its CPUs: {name}", allowed(process), before[name])
        lab.equal("the actor's program too", allowed(own), {4})
        lab.equal("every CPU is everybody's", lab.online(), everywhere)


lab.main({"run": grouped})
