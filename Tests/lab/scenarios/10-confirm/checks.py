"""An apply that nobody confirms is put back by a timer of systemd; one that somebody confirms stays."""

import lab

# What is looked at before must be through by then.
WINDOW = 6 + 3 * lab.PATIENCE


class Systemd(lab.Systemd):
    def timers(self):
        return self.run("systemctl", "list-timers", "--all", "--no-pager").out

    def apply(self):
        applied = self.run("numactl-plan", "apply", "/lab/scenario/site.yaml", "--confirm-within", f"{WINDOW}s", "--yes")
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
