"""A site that changes at random while its guests run on: where they are, how many vCPUs and how much memory they have, who comes and
who goes.

After each apply the next plan is empty, every guest is the same process with all of its memory as it wrote it, and the kernel has that
memory where the plan says. What is refused is refused with a reason, and changes nothing. The guests have no driver that plugs memory:
what is asked of them is there to be read, and does not come. LAB_EDITS says how many edits there are, LAB_SEED repeats a run.
"""

import json
import os
import random
import re

import lab

EDITS = int(os.environ.get("LAB_EDITS") or 6 * int(os.environ.get("LAB_LENGTH", "1")))
SEED = int(os.environ.get("LAB_SEED", "1"))
MOST = 5


class Site:
    """The site file, and the guests that run."""

    def __init__(self, dice):
        self.dice, self.guests, self.watch, self.count = dice, {}, lab.Watch([]), 0

    def write(self):
        site = {"site": "evolution", "hosts": {"lab": {"connect": "qemu:///system"}}, "guests": self.guests}
        with open("site.yaml", "w") as file:
            json.dump(site, file, indent=1)

    def edit(self):
        """Changes one guest, or adds one; says what it was."""
        if len(self.guests) < 3:
            return self.come()
        edits = [self.come] * (2 if len(self.guests) < MOST else 0) + [self.go] * (len(self.guests) == MOST)
        edits += [self.move] * 6 + [self.let_go, self.plug, self.resize, self.resize]
        while True:
            if said := self.dice.choice(edits)():
                return said

    def come(self):
        self.count += 1
        name, cells = f"g{self.count}", self.dice.choice([1, 1, 2])
        page = self.dice.choice(["2MiB", "2MiB", "small"])
        guest = {
            "vcpus": 2 * cells, "ram": f"{cells * self.dice.choice([16, 32, 48])}MiB", "numa_nodes": cells,
            "cpu_policy": self.dice.choice(["shared", "shared", "dedicated"]) if cells == 1 else "shared",
            "mem_page_size": page, "state": "running", "accelerator": "qemu", "kernel": "/var/lib/libvirt/images/tiny",
        }
        # Such a guest moves at its next start only.
        if self.count % 3 == 2:
            guest["max_ram"] = f"{mib(guest['ram']) + cells * self.dice.choice([16, 64])}MiB"
            guest["reserve"] = self.dice.choice(["ceiling", "now"])
        self.guests[name] = guest
        return f"{name} comes: {guest}"

    def go(self):
        name = self.dice.choice(sorted(self.guests))
        self.guests[name]["state"] = "absent"
        return f"{name} leaves"

    def resize(self):
        names = [name for name, guest in sorted(self.guests.items()) if "max_ram" in guest]
        if not names:
            return None
        name = self.dice.choice(names)
        guest = self.guests[name]
        most = mib(guest["max_ram"]) - mib(guest["ram"])
        more = self.dice.choice([0, most // 4, most // 2, most])
        guest["current_ram"] = f"{mib(guest['ram']) + more}MiB"
        return f"{name} has {more} of {most} MiB more"

    def move(self):
        if not self.guests:
            return None
        name = self.dice.choice(sorted(self.guests))
        cells = self.dice.sample(range(3), self.guests[name]["numa_nodes"])
        there = {str(number): cell for number, cell in enumerate(cells)}
        if self.guests[name].get("numa_placement") == there:
            return None
        self.guests[name]["numa_placement"] = there
        return f"{name} goes to {cells}"

    def let_go(self):
        names = [name for name in sorted(self.guests) if "numa_placement" in self.guests[name]]
        if not names:
            return None
        name = self.dice.choice(names)
        del self.guests[name]["numa_placement"]
        return f"{name} may be anywhere"

    def plug(self):
        names = [name for name, guest in sorted(self.guests.items()) if guest["numa_nodes"] == 1]
        if not names:
            return None
        name = self.dice.choice(names)
        now = self.guests[name].get("current_vcpus", 2)
        self.guests[name]["current_vcpus"] = 3 - now
        return f"{name} has {3 - now} of 2 vCPUs"


def mib(size):
    return int(size.removesuffix("MiB"))


def asked(name):
    """The MiB that a running guest is asked to plug in all."""
    found = re.findall(r"<requested unit='KiB'>(\d+)</requested>", lab.virsh("dumpxml", name))
    return sum(int(kib) for kib in found) // 1024


def come_to(plan, pending):
    """Checks that the kernel has all guests where the plan has them, but for those that wait for a restart."""
    for guest in plan["placement"]["guests"]:
        if guest["name"] in pending:
            continue
        wanted = [([cell["host_cell"]], cell["page_kib"]) for cell in guest["cells"]]
        lab.equal(f"the memory of {guest['name']}", lab.Guest(guest["name"]).places(), wanted)


def edits():
    dice = random.Random(SEED)
    site, moved, refused, resized = Site(dice), 0, 0, 0
    with lab.section(f"{EDITS} edits, seed {SEED}"):
        for number in range(EDITS):
            before = json.loads(json.dumps(site.guests))
            said = site.edit()
            print(f"-- edit {number + 1}: {said}", flush=True)
            site.write()
            ended = lab.run("numactl-plan", "apply", "site.yaml", "--live", "--yes", limit=300)
            if ended.status != 0:
                refused += 1
                lab.check("what is refused has a reason", ended.status in (10, 15, 16) and "NP" in ended.all, ended.all)
                site.guests = before
                site.write()
            resized += ended.status == 0 and "MiB more" in said
            if "moved the memory" in ended.out:
                moved += ended.out.count("moved the memory")
                if dice.random() < 0.25 and said.split()[1] == "goes":
                    print("-- and back", flush=True)
                    lab.tool("rollback", "--yes")
                    site.guests = before
                    site.write()
            for name in [name for name, guest in site.guests.items() if guest["state"] == "absent"]:
                lab.equal(f"{name} is gone", name in lab.domains(), False)
                del site.guests[name], site.watch.guests[name]
                site.write()
            plan = lab.plan("site.yaml")
            lab.equal("the next plan is empty", plan["empty"], True)
            lab.equal("nothing is left open", lab.open_journals(), 0)
            for name in site.guests:
                lab.until(f"{name} runs", lambda: lab.exists(f"/run/libvirt/qemu/{name}.pid"), 20)
            come_to(plan, plan["restart_pending"])
            for name, guest in site.guests.items():
                if "max_ram" in guest and name not in plan["restart_pending"]:
                    more = mib(guest.get("current_ram", guest["ram"])) - mib(guest["ram"])
                    lab.equal(f"{name} is asked for what the site says", asked(name), more)
            site.watch.add(name for name in site.guests if name not in site.watch.guests)
            site.watch.fine()
        counts = f"{moved} moves, {resized} resizes, {refused} edits refused"
        lab.check(f"guests have moved: {counts}", moved > 0, site.guests)


lab.main({"edits": edits})
