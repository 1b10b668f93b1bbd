"""Evolves a site by random edits on a real libvirt: after each apply the next plan is empty, and the definitions are valid.

usage: evolution.py PROGRAM [--seed N] [--edits N] [--hosts N] [--real]

By default hosts are made up, their files below a folder, and QEMU's driver runs inside the program; nothing is started. With --real it
is this machine and its libvirtd, and guests run. Tests/evolution/run calls this.
"""
import argparse
import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter

from edits import Edits
from machines import made_up, this_machine
from validity import Domain, problems


class Failure(Exception):
    """Something is not as it must be."""


class World:
    """One host with its libvirt, and the site as it is wanted."""

    def __init__(self, program, seed, is_real):
        self.program, self.is_real = program, is_real
        self.folder = tempfile.mkdtemp(prefix="np-evo.", dir="/tmp")
        self.prefix = "np-sys-evo-" if is_real else ""
        self.most = 5 if is_real else 9
        self.random = random.Random(seed)
        self.uri = "qemu:///system" if is_real else f"qemu:///embed?root={self.folder}/libvirt"
        root = f"{self.folder}/root"
        self.host = this_machine(program) if is_real else made_up(self.random, root)
        self.options = [] if is_real else ["--root", root]
        self.site = {"site": "np-evo", "hosts": {"h": {}}, "guests": {}}
        self.strangers = {}
        self.edits = []

    def end(self):
        if self.is_real:
            for name in self.domains():
                self.remove(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    # libvirt, by virsh and not by the program.

    def try_virsh(self, *arguments):
        ended = subprocess.run(["virsh", "-q", "-c", self.uri, *arguments], capture_output=True, text=True)
        return ended.stdout if ended.returncode == 0 else None

    def virsh(self, *arguments):
        ended = subprocess.run(["virsh", "-q", "-c", self.uri, *arguments], capture_output=True, text=True)
        if ended.returncode:
            raise Failure(f"virsh {' '.join(arguments)}: {ended.stderr}")
        return ended.stdout

    def domains(self):
        return [n for n in self.virsh("list", "--all", "--name").split() if n.startswith(self.prefix)]

    def running(self):
        return [n for n in self.virsh("list", "--name").split() if n.startswith(self.prefix)] if self.is_real else []

    def document(self, name):
        return self.virsh("dumpxml", "--inactive", "--security-info", name)

    def documents(self, *options, names=None):
        """Documents by name, in one call of virsh."""
        names = self.domains() if names is None else names
        if not names:
            return {}
        text = self.virsh("; ".join(" ".join(["dumpxml", *options, name]) for name in names))
        parts = [part + "</domain>" for part in text.split("</domain>")[:-1]]
        return dict(zip(names, parts, strict=True))

    def define(self, name, text):
        """Whether libvirt takes the document, after its own check."""
        path = f"{self.folder}/{name}.xml"
        with open(path, "w") as file:
            file.write(text)
        return self.try_virsh("define", path, "--validate") is not None

    def remove(self, name):
        if name in self.running():
            self.virsh("destroy", name)
        self.virsh("undefine", name)

    # The program.

    def run(self, verb, *arguments):
        with open(f"{self.folder}/site.yaml", "w") as file:
            json.dump(self.site, file, indent=1)
        kept = ["--boot-file", "--lock-file", "--state-dir"] if verb == "apply" else []
        files = [f"{option}={self.folder}/{option[2:-5]}" for option in kept]
        return subprocess.run(
            [self.program, verb, f"{self.folder}/site.yaml", "--connect", self.uri, "--host", "h", *self.options, *files, *arguments],
            capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def step(self, edits, counts):
        """One edit, one apply, and a look at everything."""
        before_site = copy.deepcopy(self.site)
        said = edits.pick()
        self.edits.append(said)
        before = self.state()
        options = ["--yes", "--prune-all", "--stop-pruned", "--force-off", "--shutdown-timeout=1"]
        restarts = self.is_real and self.random.random() < 0.5
        if restarts:
            options.append("--restart=pending")
        applied = self.run("apply", *options)
        counts[applied.returncode] += 1
        is_held = applied.returncode == 15 and "NP522" in applied.stdout + applied.stderr
        if applied.returncode in (10, 65) or is_held:
            # Does not fit, or is not allowed: nothing has happened, and the site goes on without the edit.
            if self.state() != before:
                raise Failure(f"refused with {applied.returncode}, and the host has changed\n{applied.stdout}{applied.stderr}")
            self.edits[-1] += f" ({applied.returncode}, taken back)"
            self.site = before_site
            applied = self.run("apply", *options)
            if applied.returncode == 10 or "NP522" in applied.stdout + applied.stderr:
                # Changed by hand, and the site no longer fits beside it, say beside a stranger: that may be.
                return
        if applied.returncode != 0:
            raise Failure(f"apply ended with {applied.returncode}\n{applied.stdout}{applied.stderr}")
        self.look(restarts, applied)

    def state(self):
        return self.documents("--inactive", "--security-info"), self.running()

    def look(self, restarts, applied):
        planned = self.run("plan", "--detailed-exitcode", "--format=json", "--prune-all")
        plan = json.loads(planned.stdout) if planned.stdout else {}
        allowed = (0,) if restarts or not self.is_real else (0, 3)
        if planned.returncode not in allowed or not plan["empty"]:
            text = self.run("plan", "--prune-all").stdout
            raise Failure(
                f"the plan after apply ended with {planned.returncode}\n{text}{planned.stderr}\n"
                f"apply had said:\n{applied.stdout}")
        pending = plan["restart_pending"]
        documents = self.documents("--inactive")
        ours = {n: t for n, t in documents.items() if n not in self.strangers}
        self.drop_released(ours)
        settled = [n for n in self.running() if n not in pending]
        live = self.documents(names=settled)
        wrong = problems(self.host, self.site, ours, {n: documents[n] for n in self.strangers}, live)
        wrong += [f"the stranger {n} was changed" for n, t in self.strangers.items() if self.document(n) != t]
        wrong += self.disagreements(plan, ours)
        if wrong:
            raise Failure("\n".join(wrong))

    def imported(self):
        """A site file that is written for what is there changes nothing but marks, and says all that the program has made."""
        written = self.run_plain("import", "--connect", self.uri, *self.options)
        if written.returncode != 0:
            raise Failure(f"import ended with {written.returncode}: {written.stderr}")
        path = f"{self.folder}/imported.yaml"
        with open(path, "w") as file:
            file.write(written.stdout)
        planned = self.run_plain("plan", path, "--connect", self.uri, *self.options, "--format=json")
        plan = json.loads(planned.stdout) if planned.stdout else {"changes": [{"address": planned.stderr, "parts": [{}]}]}
        wrong = [c["address"] for c in plan["changes"] if any(p.get("path") != "metadata" for p in c["parts"])]
        if wrong or planned.returncode:
            raise Failure(f"the plan for an imported site changes {wrong}\n{written.stdout}")
        said = {c["address"].removeprefix("guest/") for c in plan["changes"]} | set(plan["unchanged"])
        return len(self.wanted() & said), len(self.wanted() - said), written.stdout

    def run_plain(self, *arguments):
        return subprocess.run([self.program, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def drop_released(self, ours):
        """Adopted domains outlive their guests without a mark; here they go then, so that names stay few."""
        for name in [n for n in ours if self.site["guests"].get(n, {}).get("state", "absent") == "absent" and n not in self.wanted()]:
            if Domain(ours[name]).mark is None:
                self.remove(name)
                del ours[name]

    def wanted(self):
        return {n for n, g in self.site["guests"].items() if g.get("state") != "absent"}

    def disagreements(self, plan, ours):
        """Where the plan says something else about a guest's place than its definition."""
        wrong = []
        for guest in plan["placement"]["guests"]:
            domain = Domain(ours[guest["name"]])
            for cell in guest["cells"]:
                if cell["id"] in domain.nodes and domain.nodes[cell["id"]] != [cell["host_cell"]]:
                    wrong.append(f"the plan has cell {cell['id']} of {guest['name']} on {cell['host_cell']}")
        return wrong


def evolve(program, seed, count, is_real):
    world = World(program, seed, is_real)
    counts, start = Counter(), time.monotonic()
    said = unsaid = 0
    edits = Edits(world, world.random)
    try:
        for number in range(1, count + 1):
            world.step(edits, counts)
            if number % 10 == 0:
                now = world.imported()
                said, unsaid = said + now[0], unsaid + now[1]
                if now[1] and os.environ.get("EVOLUTION_KEEP"):
                    print(now[2], file=sys.stderr)
    except (Failure, AssertionError, KeyError, ValueError) as failure:
        print(f"evolution: seed {seed}, edit {len(world.edits)} failed: {type(failure).__name__}", file=sys.stderr)
        for number, edit in enumerate(world.edits, 1):
            print(f"  {number:3} {edit}", file=sys.stderr)
        print(json.dumps(world.site, indent=1), file=sys.stderr)
        print(failure, file=sys.stderr)
        if os.environ.get("EVOLUTION_KEEP"):
            print(f"evolution: kept {world.folder}", file=sys.stderr)
            raise SystemExit(1) from None
        world.end()
        raise SystemExit(1) from None
    size = len(world.wanted())
    world.end()
    ended = ", ".join(f"{n} x exit {code}" for code, n in sorted(counts.items()))
    print(f"evolution: seed {seed}: {count} edits in {time.monotonic() - start:.0f} s, {size} guests at the end; {ended}; "
        f"import said {said} guests and left out {unsaid}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--hosts", type=int, default=10)
    parser.add_argument("--real", action="store_true")
    options = parser.parse_args()
    first = random.SystemRandom().randrange(1 << 31) if options.seed is None else options.seed
    share = -(-options.edits // options.hosts)
    for number in range(options.hosts):
        evolve(os.path.abspath(options.program), first + number, share, options.real)


if __name__ == "__main__":
    main()
