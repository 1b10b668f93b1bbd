"""What the checks of the lab's scenarios share. They run in the lab's machine, as root.

A check compares what the kernel tells of a running guest with the tool's plan and with what the scenario says must hold. Each check
prints a line; a section without a check, and a scenario without one, has failed.
"""

import contextlib
import glob
import json
import os
import re
import struct
import subprocess
import sys
import time
import traceback

PATIENCE = int(os.environ.get("LAB_PATIENCE", "1"))
NODES = "/sys/devices/system/node"

_passed = 0
_failed = 0
_transcript = []


# ---- Checks


def check(what, holds, found=""):
    """One check. `found` is printed where it fails."""
    global _passed, _failed
    if holds:
        _passed += 1
        print(f"ok      {what}", flush=True)
    else:
        _failed += 1
        print(f"NOT OK  {what}\n{_indented(str(found))}", flush=True)
    return holds


def equal(what, found, wanted):
    """Checks that a value is the wanted one."""
    return check(what, found == wanted, f"found  {found!r:.2000}\nwanted {wanted!r:.2000}")


def contains(what, text, *parts):
    """Checks that a text has each of some parts in it, wherever its lines are broken."""
    words = " ".join(text.split())
    lacking = [part for part in parts if part not in text and " ".join(part.split()) not in words]
    return check(what, parts and not lacking, f"lacks {lacking}\n{text}")


def _indented(text):
    return "\n".join("        " + line for line in text.splitlines())


@contextlib.contextmanager
def section(name):
    """Checks that belong together. Without any it has failed: a loop that ran zero times has shown nothing."""
    before = _passed + _failed
    print(f"-- {name}", flush=True)
    yield
    if _passed + _failed == before:
        check(f"{name}: something was checked", False)


def main(boots):
    """Runs the checks of this boot, named by the first argument, and ends the process."""
    boot = sys.argv[1]
    start = time.monotonic()
    try:
        boots[boot]()
    except Exception:
        check(f"{boot} came to its end", False, traceback.format_exc())
    if _transcript:
        with open("/lab/transcript", "w") as file:
            file.write("\n".join(_transcript) + "\n")
    with open("/lab/checks", "w") as file:
        file.write(f"{_passed} {_failed}\n")
    print(f"{_passed} checks passed, {_failed} failed, {time.monotonic() - start:.0f} s", flush=True)
    sys.exit(0 if _passed and not _failed else 1)


def until(what, condition, seconds=60):
    """Waits until a condition holds, and says whether it came to hold."""
    end = time.monotonic() + seconds * PATIENCE
    while not condition():
        if time.monotonic() > end:
            return check(f"{what} within {seconds * PATIENCE} s", False)
        time.sleep(0.3)
    return True


# ---- Commands


class Ended:
    """A command that has ended: its output, its errors, its exit status."""

    def __init__(self, process):
        self.out, self.err, self.status = process.stdout, process.stderr, process.returncode

    @property
    def all(self):
        return f"{self.out}{self.err}(exit status {self.status})"

    @property
    def json(self):
        return json.loads(self.out)


def run(*command, limit=180):
    return Ended(
        subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit * PATIENCE
        )
    )


def tool(*arguments, status=0):
    """Runs numactl-plan, and checks how it ends."""
    ended = run("numactl-plan", *arguments)
    words = " ".join(arguments)
    check(f"numactl-plan {words} ends with {status}", ended.status == status, ended.all)
    return ended


def plan(site):
    """The plan of a site as a document."""
    return run("numactl-plan", "plan", site, "--format", "json").json


def virsh(*arguments):
    ended = run("virsh", "-q", *arguments)
    if ended.status != 0:
        raise RuntimeError(f"virsh {arguments}: {ended.all}")
    return ended.out


def domains():
    """All domains that libvirt knows, with their state."""
    lines = virsh("list", "--all").splitlines()
    return {name: state for _, name, state in (line.split(None, 2) for line in lines if line.strip())}


def settled(site):
    """Checks that a second run has nothing to do, that the plan is empty, and that the program's own look at the kernel agrees."""
    ended = tool("apply", site)
    equal(f"apply {site} again changes nothing", ended.out, "Nothing to do on lab.\n")
    equal(f"the plan of {site} is empty", plan(site)["empty"], True)
    tool("verify", site, "--deep", "--settle", "0")


def open_journals():
    """How many transactions have not come to an end."""
    return sum(entry["open"] for entry in run("numactl-plan", "history", "--format", "json").json["transactions"])


def show(command):
    """Runs a command of the tutorial, and keeps it with its output as one would see it in a terminal."""
    ended = run("bash", "-c", command + " 2>&1")
    _transcript.append(f"# {command}")
    _transcript.extend(line.rstrip() for line in ended.out.splitlines())
    return ended


# ---- The machine


def changeable():
    """All that an apply may change: definitions with the time of their last write, states, processes, pools, the boot file."""
    files = glob.glob("/etc/libvirt/qemu/**", recursive=True) + glob.glob("/etc/numactl-plan/*")
    return {
        "files": {path: (read(path), os.stat(path).st_mtime_ns) for path in files if os.path.isfile(path)},
        "domains": domains(),
        "processes": {path: read(path) for path in glob.glob("/run/libvirt/qemu/*.pid")},
        "pools": {size: pools(size) for size in (2048, 1 << 20)},
    }


@contextlib.contextmanager
def unchanged(what):
    """Checks that nothing of what an apply may change is changed meanwhile."""
    before = changeable()
    yield
    after = changeable()
    for part, wanted in before.items():
        equal(f"{what}: {part} as before", after[part], wanted)


@contextlib.contextmanager
def hog_pages(cell, count):
    """Has another program take huge pages of 2 MiB of a cell's pool."""
    program = (
        "import mmap,sys;n=int(sys.argv[1])<<21;m=mmap.mmap(-1,n,mmap.MAP_PRIVATE|mmap.MAP_ANONYMOUS|0x40000);"
        "[m.__setitem__(i,1) for i in range(0,n,1<<21)];print(0,flush=True);sys.stdin.read()"
    )
    command = ["numactl", f"--membind={cell}", sys.executable, "-c", program, str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            equal(f"{count} pages of cell {cell} are taken by somebody else", process.stdout.readline(), "0\n")
            yield
        finally:
            process.stdin.close()


@contextlib.contextmanager
def hog(cell, mib):
    """Has another program take memory of a cell that cannot be moved away: huge pages are not made of it meanwhile."""
    program = "import mmap,ctypes,sys;n=int(sys.argv[1])<<20;m=mmap.mmap(-1,n);" + (
        "e=ctypes.CDLL(None).mlock(ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(m))),ctypes.c_size_t(n));"
        "print(e,flush=True);sys.stdin.read()"
    )
    command = ["numactl", f"--membind={cell}", sys.executable, "-c", program, str(mib)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            equal(f"{mib} MiB of cell {cell} are taken by somebody else", process.stdout.readline(), "0\n")
            yield
        finally:
            process.stdin.close()


class Systemd:
    """systemd as the first process of a name space of its own, with nothing to start, and allowed all CPUs."""

    def __init__(self):
        os.makedirs("/run/systemd/system", exist_ok=True)
        with open("/run/systemd/system/lab.target", "w") as file:
            file.write("[Unit]\nDefaultDependencies=no\n")
        log = open("/lab/systemd.log", "w")
        everywhere = ("taskset", "-c", read("/sys/devices/system/cpu/online"))
        command = ("unshare", "--fork", "--pid", "--mount-proc", "/lib/systemd/systemd")
        self.process = subprocess.Popen(
            (*everywhere, *command, "--system", "--log-target=console", "--unit=lab.target"),
            env={**os.environ, "container": "lab"}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until("systemd runs", lambda: os.path.exists("/run/systemd/private") and self.run("systemctl", "list-timers").status == 0)

    @property
    def first(self):
        """Its number in this name space."""
        return read(f"/proc/{self.process.pid}/task/{self.process.pid}/children").split()[0]

    def run(self, *command):
        """Runs a command as systemd's neighbour: it answers nobody from another name space."""
        return run("nsenter", "-t", self.first, "--pid", "--mount", *command)


def masks():
    """Where each thread of the machine may run, by its number and begin; not those that nobody can move, nor guests'."""
    found = {}
    for folder in glob.glob("/proc/[0-9]*/task/[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            stat = read(f"{folder}/stat")
            fields = stat[stat.rindex(")") + 2 :].split()
            program = read(f"{folder}/../../comm")
            if int(fields[6]) & 0x04000000 or fields[0] == "Z" or program.startswith(("qemu-", "vhost-", "kvm-", "irq/")):
                continue
            allowed = [line for line in read(f"{folder}/status").splitlines() if line.startswith("Cpus_allowed_list")]
            found[int(os.path.basename(folder)), fields[19]] = (program, ids(allowed[0].split()[1]))
    return found


def online():
    return ids(read("/sys/devices/system/cpu/online"))


def transactions():
    return sorted(os.path.basename(path) for path in glob.glob("/var/lib/numactl-plan/txn/*"))


def siblings():
    """The cores, each as the set of its threads."""
    paths = glob.glob("/sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list")
    return {frozenset(ids(read(path))) for path in paths}


def ids(text):
    """The numbers of a list in the kernel's format."""
    numbers = set()
    for part in text.strip().split(","):
        if part:
            first, _, last = part.partition("-")
            numbers.update(range(int(first), int(last or first) + 1))
    return numbers


def read(path):
    with open(path) as file:
        return file.read().strip()


exists = os.path.exists


def cells():
    """The machine's cells, as the kernel tells them: CPUs as a set, memory in KiB, distances by cell."""
    found = {}
    online = sorted(ids(read(f"{NODES}/online")))
    for cell in online:
        memory = re.search(r"MemTotal:\s+(\d+)", read(f"{NODES}/node{cell}/meminfo"))
        distances = [int(value) for value in read(f"{NODES}/node{cell}/distance").split()]
        found[cell] = {
            "cpus": ids(read(f"{NODES}/node{cell}/cpulist")),
            "memory_kib": int(memory.group(1)),
            "distances": dict(zip(online, distances)),
        }
    return found


def pools(page_kib=2048, field="nr_hugepages"):
    """The pages of a size on each cell."""
    name = f"hugepages/hugepages-{page_kib}kB/{field}"
    return {cell: int(read(f"{NODES}/node{cell}/{name}")) for cell in cells() if _has(cell, name)}


def _has(cell, name):
    return os.path.exists(f"{NODES}/node{cell}/{name}")


# ---- Guests, as the kernel sees them


class Guest:
    """The process that emulates a guest."""

    def __init__(self, name):
        self.name = name
        self.pid = int(read(f"/run/libvirt/qemu/{name}.pid"))

    def _threads(self):
        """Of each thread its name and the CPUs that it may use."""
        for folder in glob.glob(f"/proc/{self.pid}/task/*"):
            with contextlib.suppress(FileNotFoundError):
                yield read(f"{folder}/comm"), _allowed(folder, "Cpus_allowed_list")

    def confine(self, vcpu, cpus):
        """Gives a vCPU's thread other CPUs, behind libvirt's back."""
        (path,) = glob.glob(f"/sys/fs/cgroup/**/*-{self.name}.*/**/vcpu{vcpu}/cpuset.cpus", recursive=True)
        with open(path, "w") as file:
            file.write(cpus)

    def vcpus(self):
        """The CPUs of each vCPU's thread, by the number of the vCPU."""
        threads = ((re.fullmatch(r"CPU (\d+)/\w+", name), cpus) for name, cpus in self._threads())
        return {int(match.group(1)): cpus for match, cpus in threads if match}

    def emulator(self):
        """The CPUs of all other threads but those that clear huge pages, one list when all may use the same."""
        others = {cpus for name, cpus in self._threads() if not re.match(r"CPU \d|TC ", name)}
        return others.pop() if len(others) == 1 else sorted(others)

    def cells(self):
        """Of each guest cell the memory that the process has for it, and the host cells on which its pages are.

        QEMU's command line tells which memory is whose; that it is bound so, and where its pages are, tells the kernel.
        """
        found = []
        mappings = list(self._mappings())
        for identifier, kib in self._memories():
            number = int(identifier.removeprefix("ram-node"))
            mine = [m for m in mappings if m["kib"] == kib and (f".{identifier}." in m["file"] or not m["file"])]
            # Two cells of one size and without files differ in their binding alone.
            mine = [m for m in mine if m["policy"] == self._claimed(identifier)] or mine
            mapping = mine[0] if mine else {"kib": 0, "policy": "missing", "pages": {}, "page_kib": 0}
            if mine:
                mappings.remove(mapping)
            found.append(
                {
                    "id": number,
                    "memory_kib": mapping["kib"],
                    "policy": mapping["policy"],
                    "on": sorted(mapping["pages"]),
                    "page_kib": mapping["page_kib"],
                    "held_kib": sum(mapping["pages"].values()),
                }
            )
        return sorted(found, key=lambda cell: cell["id"])

    def places(self):
        """Of each guest cell the host cells on which its pages are, and their size, whatever the kernel's policy is."""
        return [(cell["on"], cell["page_kib"]) for cell in self.cells()]

    def memory_cells(self):
        """The cells on which its threads may have memory."""
        fields = {_allowed(folder, "Mems_allowed_list") for folder in glob.glob(f"/proc/{self.pid}/task/*")}
        return ids(",".join(fields))

    def noted(self, cell=0):
        """What the program has noted in the running domain of where a guest cell's memory is."""
        document = virsh("dumpxml", self.name)
        found = re.search(rf"<(?:\w+:)?cell guestCell=.{cell}. ([^/]*)/>", document)
        return dict(re.findall(r"""(\w+)=["']([^"']*)""", found.group(1))) if found else {}

    def looked(self):
        """How often the guest's kernel has looked at all that it had written, and how much was not as written."""
        return struct.unpack("<II", self._kernel(0x8000, length=8))

    def fill(self):
        """Writes to all of its memory but where its kernel has written, so that there is a page everywhere."""
        kib = self._memories()[0][1]
        with self._memory() as memory:
            start = memory.tell()
            for stride in range(17, kib // 64):
                memory.seek(start + stride * 65536 + 4096)
                memory.write(bytes(61440))

    def stood_still(self, seconds=2):
        """A function that tells how long the guest stood still at most since this call, in seconds, as far as it noticed."""
        first, began = self._ticks(), time.monotonic()
        time.sleep(seconds)
        rate = (self._ticks() - first) / (time.monotonic() - began)
        self._kernel(0x800c, struct.pack("<I", 0))
        return lambda: struct.unpack("<I", self._kernel(0x800c, length=4))[0] * 1024 / rate

    def _ticks(self):
        return struct.unpack("<Q", self._kernel(0x8010, length=8))[0]

    def _kernel(self, address, data=b"", length=0):
        """Writes to a place of the guest's kernel, or reads from it."""
        with self._memory() as memory:
            memory.seek(address, os.SEEK_CUR)
            if data:
                memory.write(data)
            return memory.read(length)

    def _memory(self):
        """The memory of guest cell 0, to be read and written from its beginning on."""
        kib = self._memories()[0][1]
        mine = [m for m in self._mappings() if m["kib"] == kib and (".ram-node0." in m["file"] or not m["file"])]
        mapping = next((m for m in mine if m["policy"] == self._claimed("ram-node0")), mine[0])
        memory = open(f"/proc/{self.pid}/mem", "r+b", buffering=0)
        memory.seek(mapping["start"])
        return memory

    def floating(self):
        """The KiB of a guest without cells on each host cell, and its policy."""
        size = next(kib for identifier, kib in self._memories(r"pc\.ram"))
        mapping = next(m for m in self._mappings() if m["kib"] == size)
        return {"policy": mapping["policy"], "pages": mapping["pages"]}

    def _objects(self):
        words = read(f"/proc/{self.pid}/cmdline").split("\0")
        return [json.loads(word) for word in words if word.startswith('{"qom-type":"memory-backend')]

    def _memories(self, pattern=r"ram-node\d+"):
        return [(o["id"], o["size"] // 1024) for o in self._objects() if re.fullmatch(pattern, o["id"])]

    def _claimed(self, identifier):
        nodes = next(o.get("host-nodes", []) for o in self._objects() if o["id"] == identifier)
        return "bind:" + ",".join(str(node) for node in nodes)

    def _mappings(self):
        """The process's memory: size, policy, file, and KiB on each cell."""
        sizes = {}
        for line in read(f"/proc/{self.pid}/maps").splitlines():
            first, last = line.split()[0].split("-")
            sizes[int(first, 16)] = (int(last, 16) - int(first, 16)) // 1024
        for line in read(f"/proc/{self.pid}/numa_maps").splitlines():
            words = line.split()
            values = dict(word.split("=", 1) for word in words[2:] if "=" in word)
            page = int(values.get("kernelpagesize_kB", "4"))
            pages = {int(k[1:]): int(v) * page for k, v in values.items() if re.fullmatch(r"N\d+", k)}
            yield {
                "start": int(words[0], 16),
                "kib": sizes.get(int(words[0], 16), 0),
                "policy": words[1],
                "file": values.get("file", "").partition("/dev/hugepages")[2],
                "pages": pages,
                "page_kib": page,
            }


def _allowed(folder, field):
    return re.search(rf"^{field}:\s+(\S+)", read(f"{folder}/status"), re.MULTILINE).group(1)


def seen(name, touched=True):
    """A guest as the kernel sees it: the CPUs of its threads, and of each cell where its memory is.

    The guests' kernel writes to every 64 KiB of its memory; this waits until that is done.
    """
    guest = Guest(name)
    if touched:
        enough = lambda: all(c["held_kib"] >= _least(c) for c in guest.cells())
        until(f"the memory of {name} is written to", enough, 120)
    return {
        "vcpus": guest.vcpus(),
        "emulator": guest.emulator(),
        "cells": [{k: v for k, v in cell.items() if k != "held_kib"} for cell in guest.cells()],
    }


def _least(cell):
    """The least that a cell holds once it was written to: all of it in huge pages, of ordinary ones those written to."""
    if cell["page_kib"] > 4:
        return cell["memory_kib"]
    return (cell["memory_kib"] - 4096) // 16


class Watch:
    """Guests that must go on as they are whatever is done to their memory."""

    def __init__(self, names):
        self.guests, self.before = {}, {}
        self.add(names)

    def add(self, names):
        for name in names:
            guest = self.guests[name] = Guest(name)
            until(f"{name} looks at its memory", lambda: guest.looked()[0] > 0, 120)
            self.before[name] = guest.looked()[0]

    def fine(self):
        for name, guest in self.guests.items():
            equal(f"{name} is the same process", Guest(name).pid, guest.pid)
            until(f"{name} goes on", lambda: guest.looked()[0] > self.before[name], 60)
            equal(f"{name} finds all of its memory as it wrote it", guest.looked()[1], 0)


def places(*names):
    """Of each guest the host cells of its memory and the size of its pages, by guest cell."""
    return {name: Guest(name).places() for name in names}


def planned(document, name):
    """A guest as the plan says that the kernel shall see it. A guest without cells may use what floats, else every CPU."""
    guest = next(g for g in document["placement"]["guests"] if g["name"] == name)
    pins = {int(vcpu): cpus for cell in guest["cells"] for vcpu, cpus in cell["pins"].items()}
    return {
        "vcpus": pins,
        "emulator": guest["emulator_cpus"],
        "cells": [
            {
                "id": cell["id"],
                "memory_kib": cell["memory_kib"],
                "policy": f"bind:{cell['host_cell']}",
                "on": [cell["host_cell"]],
                "page_kib": cell["page_kib"],
            }
            for cell in guest["cells"]
        ],
    }


def guest(vcpus, emulator, *cells):
    """A guest as a scenario wants it: CPUs by vCPU; of each cell its KiB, its host cell, and its page where that is no ordinary one."""
    return {
        "vcpus": vcpus,
        "emulator": emulator,
        "cells": [
            {"id": n, "memory_kib": c[0], "policy": f"bind:{c[1]}", "on": [c[1]], "page_kib": c[2] if len(c) > 2 else 4}
            for n, c in enumerate(cells)
        ],
    }


def placed(document, name, wanted):
    """Checks that a guest is where the scenario wants it, and where the plan says."""
    found = seen(name)
    equal(f"{name} is where it must be, says the kernel", found, wanted)
    equal(f"{name} is where the plan says", found, planned(document, name))
