"""Runs the program on a pseudo-terminal and looks at the line of progress: drawn again in place, wiped when it is over, wiped when
somebody presses Ctrl-C, and not there at all where nobody looks. See run.

The facts come from standard input, a pipe to which the test writes when it likes: so long does reading them last.
"""

import os
import pathlib
import pty
import re
import select
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

    def __init__(self, folder, columns=80, arguments=(), **variables):
        reader, self.writer = os.pipe()
        self.screen, self.written = pyte.Screen(columns, 24), b""
        self.stream = pyte.ByteStream(self.screen)
        environment = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": "1", **variables}
        self.process, self.master = pty.fork()
        if self.process == 0:
            time.sleep(0.2)
            os.dup2(reader, 0)
            os.chdir(folder)
            os.execve(PROGRAM, ["numactl-plan", "plan", "site.yaml", "--facts", "-", *arguments], environment)
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


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "site.yaml").write_text(SITE)
        for test in (drawn, interrupted, unseen):
            test(folder)
    return 1 if failures else 0


sys.exit(main())
