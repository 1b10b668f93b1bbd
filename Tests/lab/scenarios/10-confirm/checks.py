"""An apply that nobody confirms is put back by a timer of systemd; one that somebody confirms stays."""

import os
import subprocess

import lab


class Systemd:
    """systemd as the first process of a name space of its own, with nothing to start."""

    def __init__(self):
        os.makedirs("/run/systemd/system", exist_ok=True)
        with open("/run/systemd/system/lab.target", "w") as file:
            file.write("[Unit]\nDefaultDependencies=no\n")
        log = open("/lab/systemd.log", "w")
        command = ("unshare", "--fork", "--pid", "--mount-proc", "/lib/systemd/systemd")
        self.process = subprocess.Popen(
            (*command, "--system", "--log-target=console", "--unit=lab.target"),
            env={**os.environ, "container": "lab"}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        lab.until("systemd runs", lambda: os.path.exists("/run/systemd/private") and self.run("systemctl", "list-timers").status == 0)

    def run(self, *command):
        """Runs a command as systemd's neighbour: it answers nobody from another name space."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as file:
            first = file.read().split()[0]
        return lab.run("nsenter", "-t", first, "--pid", "--mount", *command)

    def timers(self):
        return self.run("systemctl", "list-timers", "--all", "--no-pager").out

    def apply(self):
        applied = self.run("numactl-plan", "apply", "/lab/scenario/site.yaml", "--confirm-within", "8s", "--yes")
        lab.check("apply ends with 0", applied.status == 0, applied.all)
        lab.contains("it says until when", applied.all, "NP730")
        lab.contains("a timer of systemd waits", self.timers(), "numactl-plan-revert-")
        lab.equal("the guest is defined", lab.domains(), {"tiny": "shut off"})
        lab.equal("it has its pages", sum(lab.pools().values()), 32)


def history():
    return lab.run("numactl-plan", "history", "--format", "json").json["transactions"][0]


def confirm():
    systemd = Systemd()
    with lab.section("nobody confirms"):
        systemd.apply()
        lab.until("everything is put back", lambda: history()["state"] == "rolled_back")
        lab.equal("the guest is gone", lab.domains(), {})
        lab.equal("the pages are given back", lab.pools(), {0: 0, 1: 0})
        lab.contains("history says why", history()["note"] + str(history()["undone"]), "not confirmed in time")
    with lab.section("somebody confirms"):
        systemd.apply()
        lab.tool("confirm")
        lab.until("the time is over", lambda: "numactl-plan-revert-" not in systemd.timers())
        lab.equal("the guest is there", lab.domains(), {"tiny": "shut off"})
        lab.equal("it has its pages", sum(lab.pools().values()), 32)
        lab.equal("history says so", history()["note"], "confirmed")
        lab.settled("site.yaml")


lab.main({"confirm": confirm})
