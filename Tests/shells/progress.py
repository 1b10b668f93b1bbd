"""Runs the program on a pseudo-terminal and looks at the line of progress: drawn again in place, wiped when it is over, wiped when
somebody presses Ctrl-C, and not there at all where nobody looks. See run.

The facts come from standard input, a pipe to which the test writes when it likes: so long does reading them last. Pools are files, and
strace holds the write to one of them up, as the kernel does that looks for pages. A guest without a system, of libvirt's embedded
driver, starts late since its emulator is a script that sleeps first, and does not shut down when asked.
"""

import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import fcntl
import time

import pyte

PROGRAM = os.path.abspath(sys.argv[1])
SITE = "hosts: {hv: {}}\nguests: {web: {vcpus: 1, ram: 1GiB, numa_nodes: 1}}\n"
FACTS = '{"cells": [{"id": 0, "cpus": "0-3", "memory_kib": 8388608}]}'
WIPE = b"\r\x1b[K"
failures = []


def check(what, condition, seen):
    print(f"progress: {'ok' if condition else 'FAILED'}: {what}")
    if not condition:
        failures.append(what)
        print(f"  {seen!r}")


class Terminal:
    """The program on a terminal of its own: what it wrote, and what is then to be seen."""

    def __init__(self, folder, columns=80, arguments=(), command=None, **variables):
        reader, self.writer = os.pipe()
        self.screen, self.written = pyte.Screen(columns, 24), b""
        self.stream = pyte.ByteStream(self.screen)
        environment = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": "1", **variables}
        self.process, self.master = pty.fork()
        if self.process == 0:
            time.sleep(0.2)
            os.dup2(reader, 0)
            os.chdir(folder)
            command = command or [PROGRAM, "plan", "site.yaml", "--facts", "-", *arguments]
            # What runs in the background of a shell inherits that Ctrl-C is ignored.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.execve(command[0], command, environment)
        os.close(reader)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    data = os.read(self.master, 65536)
                except OSError:
                    return
                self.written += data
                self.stream.feed(data)

    def until(self, pattern, seconds=60):
        """Watches until the line matches, and returns the match; None when that time is over or the program has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if match := re.fullmatch(pattern, self.line()):
                return match
            written = self.written
            self.watch(0.1)
            if self.written == written and self.has_ended():
                return None
        return None

    def has_ended(self):
        return os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def line(self):
        return self.screen.display[self.screen.cursor.y].rstrip()

    def answer(self):
        os.write(self.writer, FACTS.encode())
        os.close(self.writer)
        self.writer = None

    def end(self):
        if self.writer is not None:
            os.close(self.writer)
        self.watch(60)
        _, status = os.waitpid(self.process, 0)
        os.close(self.master)
        return status


def drawn(folder):
    terminal = Terminal(folder)
    terminal.watch(4)
    first = terminal.line()
    terminal.watch(2)
    second = terminal.line()
    check("says what lasts, and since when", re.fullmatch("reading standard input: [0-9]+ s", first), first)
    check("goes on counting in the same place", second != first and terminal.screen.cursor.y == 0, (first, second))
    check("is one line that is drawn again", terminal.written.count(WIPE) > 3 and b"\n" not in terminal.written, terminal.written)
    terminal.answer()
    status = terminal.end()
    after = terminal.written.rsplit(WIPE, 1)[-1]
    screen = "\n".join(terminal.screen.display)
    check("is wiped before the plan is shown", after.startswith(b"host hv") and "reading" not in screen, screen)
    check("and the plan ends as ever", os.waitstatus_to_exitcode(status) == 0, status)


def interrupted(folder):
    terminal = Terminal(folder)
    terminal.watch(4)
    check("is there when somebody presses Ctrl-C", terminal.line().startswith("reading"), terminal.line())
    os.write(terminal.master, b"\x03")
    status = terminal.end()
    check("leaves a clean line then", terminal.line() == "" and terminal.screen.cursor.x == 0, terminal.written)
    check("and the process ends by the signal", os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, status)


def unseen(folder):
    for what, arguments, variables in [
        ("with --quiet", ["--quiet"], {}), ("on a dumb terminal", [], {"TERM": "dumb"}),
    ]:
        terminal = Terminal(folder, arguments=arguments, **variables)
        terminal.watch(3)
        check(f"is not drawn {what}", terminal.written == b"", terminal.written)
        terminal.answer()
        terminal.end()
    program = subprocess.Popen(
        [PROGRAM, "plan", "site.yaml", "--facts", "-"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    time.sleep(3)
    output, errors = program.communicate(FACTS.encode(), timeout=60)
    check("is not drawn where the output is piped", errors == b"" and b"\x1b" not in output and program.returncode == 0, errors)


def made_host(folder):
    """The kernel's files of a host of one cell with a pool of 2 MiB pages; returns the pool's folder."""
    node, overall = "sys/devices/system/node/node0", "sys/kernel/mm/hugepages/hugepages-2048kB"
    pool = folder / node / "hugepages/hugepages-2048kB"
    files = {
        "proc/sys/kernel/hostname": "here", "proc/sys/kernel/osrelease": "6.1.0", "etc/machine-id": "0123456789abcdef" * 2,
        "sys/devices/system/cpu/online": "0-3", "sys/devices/system/node/online": "0", f"{node}/cpulist": "0-3",
        f"{node}/meminfo": "Node 0 MemTotal: 33554432 kB\nNode 0 MemFree: 33488896 kB", f"{node}/distance": "10",
        "proc/self/mountinfo": "30 1 0:30 / /dev/hugepages rw shared:2 - hugetlbfs hugetlbfs rw,pagesize=2048K",
        f"{pool.relative_to(folder)}/nr_hugepages": "0", f"{pool.relative_to(folder)}/surplus_hugepages": "0",
    }
    for name, count in [("nr", 1000000), ("free", 1000000), ("resv", 0), ("surplus", 0)]:
        files[f"{overall}/{name}_hugepages"] = str(count)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text + "\n")
    # No page is in use, whatever the size becomes.
    os.link(pool / "nr_hugepages", pool / "free_hugepages")
    return pool


def kept(folder):
    """Where apply keeps what it must, by options."""
    return ["--boot-file", f"{folder}/boot.json", "--lock-file", f"{folder}/lock", "--state-dir", f"{folder}/state", "--yes"]


def growing(folder):
    pool = made_host(folder / "host")
    (folder / "pools.yaml").write_text("site: pty\nhosts: {here: {pools: {2MiB: {cells: {0: 64}}}}}\n")
    size = pool / "nr_hugepages"
    terminal = Terminal(folder, command=[
        shutil.which("strace"), "-f", "-qq", "-o", "/dev/null", "-P", str(size), "-e", "trace=write,pwrite64",
        "-e", "inject=write,pwrite64:delay_enter=8000000:when=1", PROGRAM, "apply", "pools.yaml", "--root", f"{folder}/host",
        "--connect", "test:///default", *kept(folder)])
    # The program has emptied the file, unlike the kernel's; until its write gets through there is what the test says.
    begun = terminal.until(r"reserving huge pages: (\d+) s left; Ctrl-C rolls back")
    seen = []
    for pages in (16, 40):
        size.write_text(f"{pages}\n")
        seen.append(terminal.until(rf"reserving huge pages: {pages} of 64 pages, (\d+) s left; Ctrl-C rolls back", 4))
    check("says how many pages a growing pool has", begun and all(seen), terminal.written)
    status = terminal.end()
    screen = "\n".join(terminal.screen.display)
    check("is gone from what apply reports", "reserving" not in screen and "Applied 2 steps" in screen, screen)
    check("and the pool has grown", status == 0 and size.read_text() == "64\n", (status, size.read_text()))


def waiting(folder):
    if os.geteuid() != 0:
        print("progress: NOT RUN: a start and a shutdown, which take root")
        return
    libvirt, emulator = folder / "libvirt", folder / "slow"
    (libvirt / "etc").mkdir(parents=True)
    (libvirt / "etc/qemu.conf").write_text(
        'stdio_handler = "file"\nuser = "root"\ngroup = "root"\nsecurity_driver = "none"\nnamespaces = []\n'
        "cgroup_controllers = []\nremember_owner = 0\n")
    emulator.write_text(
        '#!/bin/sh\ncase "$*" in *guest=*) sleep 3 ;; esac\n' f'exec {shutil.which("qemu-system-x86_64")} "$@"\n')
    emulator.chmod(0o755)
    (folder / "base.xml").write_text(
        "<domain type='qemu'><name>base</name><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type arch='x86_64' machine='pc'>hvm"
        f"</type></os><features><acpi/></features><devices><emulator>{emulator}</emulator></devices></domain>")

    def apply(state, *options):
        (folder / "guest.yaml").write_text(
            "site: pty\nhosts: {np-pty: {pools: {manage: false}}}\nguests:\n"
            f"  web01: {{vcpus: 1, ram: 64MiB, accelerator: qemu, base: base.xml, console: false, state: {state}}}\n")
        return Terminal(folder, command=[
            PROGRAM, "apply", "guest.yaml", "--host", "np-pty", "--connect", f"qemu:///embed?root={libvirt}", *kept(folder), *options],
            LIBVIRT_LOG_OUTPUTS="3:file:/dev/null")

    try:
        terminal = apply("running")
        check("names the guest that starts", terminal.until(r"start web01: [1-9]\d* s", 120), terminal.written)
        status = terminal.end()
        screen = "\n".join(terminal.screen.display)
        check("is gone when the guest runs", status == 0 and "start web01" not in screen and "started web01" in screen, screen)

        terminal = apply("shutoff", "--shutdown-timeout", "5")
        first = terminal.until(r"waiting for web01 to shut down: (\d+) s left; Ctrl-C rolls back")
        second = terminal.until(r"waiting for web01 to shut down: [01] s left; Ctrl-C rolls back")
        check("names the guest that is waited for, and counts down", first and second and int(first[1]) >= 2, terminal.written)
        status = terminal.end()
        screen = "\n".join(terminal.screen.display)
        check("and what helps is said", "--shutdown-timeout" in screen and "--force-off" in screen and status != 0, screen)

        terminal = apply("shutoff")
        terminal.until(r"waiting for web01 to shut down: 11\d s left; Ctrl-C rolls back")
        os.write(terminal.master, b"\x03")
        status = os.waitstatus_to_exitcode(terminal.end())
        screen = "\n".join(terminal.screen.display)
        check("ends the wait at Ctrl-C, which rolls back", status in (13, 130) and "waiting for" not in screen, (status, screen))
    finally:
        terminal = apply("shutoff", "--force-off", "--shutdown-timeout", "1")
        check("and the guest is off again", terminal.end() == 0, terminal.written)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "site.yaml").write_text(SITE)
        for test in (drawn, interrupted, unseen, growing, waiting):
            test(folder)
    return 1 if failures else 0


sys.exit(main())
