"""A site that changes at random while its guests run on: where they are, how many vCPUs they have, and who comes.

After each apply the next plan is empty, every guest is the same process with all of its memory as it wrote it, and the kernel has that
memory where the plan says. What is refused is refused with a reason, and changes nothing. LAB_LENGTH makes it longer, LAB_SEED repeats
a run.
"""

import json
import os
import random

import lab

EDITS = 12 * int(os.environ.get("LAB_LENGTH", "1"))
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
        edits = [self.come] * (2 if len(self.guests) < MOST else 0) + ([self.move] * 5 + [self.let_go, self.plug])
        while True:
            if said := self.dice.choice(edits)():
                return said

    def come(self):
        self.count += 1
        name, cells = f"g{self.count}", self.dice.choice([1, 1, 2])
        page = self.dice.choice(["2MiB", "2MiB", "small"]) if cells == 1 else "2MiB"
        guest = {
            "vcpus": 2 * cells, "ram": f"{cells * self.dice.choice([16, 32, 48])}MiB", "numa_nodes": cells,
            "cpu_policy": self.dice.choice(["shared", "shared", "dedicated"]) if cells == 1 else "shared",
            "mem_page_size": page, "state": "running", "accelerator": "qemu", "kernel": "/var/lib/libvirt/images/tiny",
        }
        self.guests[name] = guest
        return f"{name} comes: {guest}"

    def move(self):
        if not self.guests:
            return None
        name = self.dice.choice(sorted(self.guests))
        cells = self.dice.sample(range(3), self.guests[name]["numa_nodes"])
        self.guests[name]["numa_placement"] = {str(number): cell for number, cell in enumerate(cells)}
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


def come_to(plan, pending):
    """Checks that the kernel has all guests where the plan has them, but for those that wait for a restart."""
    for guest in plan["placement"]["guests"]:
        if guest["name"] in pending:
            continue
        wanted = [([cell["host_cell"]], cell["page_kib"]) for cell in guest["cells"]]
        lab.equal(f"the memory of {guest['name']}", lab.Guest(guest["name"]).places(), wanted)


def edits():
    dice = random.Random(SEED)
    site, moved, refused = Site(dice), 0, 0
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
            elif "moved the memory" in ended.out:
                moved += ended.out.count("moved the memory")
                if dice.random() < 0.25 and said.split()[1] == "goes":
                    print("-- and back", flush=True)
                    lab.tool("rollback", "--yes")
                    site.guests = before
                    site.write()
            plan = lab.plan("site.yaml")
            lab.equal("the next plan is empty", plan["empty"], True)
            lab.equal("nothing is left open", lab.open_journals(), 0)
            for name in site.guests:
                lab.until(f"{name} runs", lambda: lab.exists(f"/run/libvirt/qemu/{name}.pid"), 20)
            come_to(plan, plan["restart_pending"])
            site.watch.add(name for name in site.guests if name not in site.watch.guests)
            site.watch.fine()
        lab.check(f"guests have moved, {moved} times; {refused} edits were refused", moved > 0, site.guests)


lab.main({"edits": edits})
