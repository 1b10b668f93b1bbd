"""A running guest is given memory on both of its cells, and the program is killed between them; then it goes back, or on. And a pool
grows into the memory that a moving guest leaves.

The guest has no driver that plugs memory: the program waits ten seconds for each cell, which is time enough to kill it, and says in the
end that the guest has not followed.
"""

import re
import subprocess

import lab

CALM, HALF, GROWN = [0, 0], [32, 0], [32, 32]


def asked():
    """The MiB that each guest cell is asked to plug."""
    devices = re.findall(r"<memory model='virtio-mem'.*?</memory>", lab.virsh("dumpxml", "grow"), re.DOTALL)
    found = {}
    for device in devices:
        cell, kib = (re.search(pattern, device).group(1) for pattern in (r"<node>(\d+)", r"<requested unit='KiB'>(\d+)"))
        found[int(cell)] = int(kib) // 1024
    return [found[cell] for cell in sorted(found)]


def write(more):
    """The site with so many MiB more for the guest."""
    text = lab.read("site.yaml")
    with open("now.yaml", "w") as site:
        site.write(text.replace("max_ram: 192MiB", f"max_ram: 192MiB\n    current_ram: {64 + more}MiB") + "\n")


def killed(when):
    """An apply that is killed when the guest's cells are asked for these amounts; the next one refuses."""
    process = subprocess.Popen(
        ["numactl-plan", "apply", "now.yaml", "--yes"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lab.until(f"the cells are asked for {when}", lambda: asked() == when, 60)
    process.kill()
    process.communicate()
    lab.equal("apply is killed on the way", (process.returncode, asked()), (-9, when))
    lab.equal("its journal is open", lab.open_journals(), 1)
    lab.tool("apply", "now.yaml", "--yes", status=75)


def as_it_was(watch, amounts, pages):
    lab.equal("what the cells are asked for", asked(), amounts)
    lab.equal("the pages", lab.pools(), dict(enumerate(pages)))
    lab.equal("no journal is open", lab.open_journals(), 0)
    lab.equal("the next plan is empty", lab.plan("now.yaml")["empty"], True)
    watch.fine()


def run():
    with lab.section("the guest runs with what it has"):
        write(0)
        lab.tool("apply", "now.yaml")
        watch = lab.Watch(["grow"])
        as_it_was(watch, CALM, (16, 16))
    with lab.section("killed when both cells are asked, and back"):
        write(64)
        killed(GROWN)
        lab.tool("rollback", "--yes")
        write(0)
        as_it_was(watch, CALM, (16, 16))
    with lab.section("killed between the cells, and on"):
        write(64)
        killed(HALF)
        said = lab.tool("apply", "now.yaml", "--yes", "--continue").all
        as_it_was(watch, GROWN, (32, 32))
        lab.contains("it says that the guest has not followed", said, "NP545")
    with lab.section("taken back, with its pages"):
        write(0)
        lab.tool("apply", "now.yaml", "--yes")
        as_it_was(watch, CALM, (32, 32))
        lab.tool("apply", "now.yaml", "--yes", "--allow-shrink")
        as_it_was(watch, CALM, (16, 16))


def pools():
    for name in lab.domains():
        lab.virsh("undefine", name)
    with lab.section("a pool grows into what a guest leaves"):
        lab.tool("apply", "leaves.yaml")
        watch = lab.Watch(["old"])
        before = lab.pools()
        lab.check("without the move it cannot", "NP313" in lab.run("numactl-plan", "plan", "comes.yaml").all)
        done = lab.tool("apply", "comes.yaml", "--live", "--yes").all
        lab.contains("which it does afterwards", done, "of them in memory that moving guests leave")
        lab.equal("the guests' memory", lab.places("old", "new"), {"old": [([0], 4)], "new": [([1], 2048)]})
        lab.equal("the pages", lab.pools(), {0: before[0], 1: 250})
        watch.fine()
        lab.settled("comes.yaml")


lab.main({"killed": run, "pools": pools})
