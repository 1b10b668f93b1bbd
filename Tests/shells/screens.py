"""Types into real shells in a terminal and looks at the screen. See run."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

import pyte

PROGRAM, SHOW = sys.argv[1], "--show" in sys.argv[2:]
SITE = """\
hosts: {hv01: {}, hv02: {}}
guests:
  db01: {vcpus: 1, ram: 1GiB}
  web: {vcpus: 1, ram: 1GiB, count: 3}
  lab: {vcpus: 1, ram: 1GiB}
"""

TRANSACTION = "20261125T151000.656Z"

# What is typed before Tab, then all words that must be on the screen, then words that must not be.
CASES = [
    ("numactl-plan sta", ["numactl-plan status"], []),
    ("numactl-plan ", ["apply", "plan", "status", "explain", "schema", "validate"], []),
    ("numactl-plan plan --f", ["--facts", "--format"], ["--host"]),
    ("numactl-plan plan --format ", ["text", "json", "markdown", "svg"], ["rack.yaml"]),
    ("numactl-plan plan ra", ["numactl-plan plan rack.yaml"], []),
    ("numactl-plan plan --facts hv", ["--facts hv01.json"], []),
    ("numactl-plan plan rack.yaml --host ", ["hv01", "hv02"], ["db01"]),
    ("numactl-plan status rack.yaml we", ["web-1", "web-2", "web-3"], ["lab"]),
    ("numactl-plan status rack.yaml d", ["rack.yaml db01"], []),
    # The site file that would be read when none is named.
    ("numactl-plan status o", ["status only"], []),
    ("numactl-plan explain NP60", ["NP601", "NP602"], ["NP304"]),
    ("numactl-plan apply rack.yaml --restart db01,la", ["--restart db01,lab"], []),
    ("numactl-plan rollback --state-dir state 2026", [f"--state-dir state {TRANSACTION}"], []),
    ("numactl-plan schema ", ["site", "facts", "plan", "fleet-plan"], ["rack.yaml"]),
]


class Terminal:
    """A shell in a terminal of 100 columns and 40 rows."""

    def __init__(self, arguments, environment, folder):
        self.screen = pyte.HistoryScreen(100, 40, history=1000)
        self.stream = pyte.ByteStream(self.screen)
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe(arguments[0], arguments, environment)
        self.settle(8, quiet=1)

    def settle(self, limit, quiet=0.25):
        """Reads until nothing has come for a while, and answers what a terminal is asked."""
        end, last = time.monotonic() + limit, time.monotonic()
        came = False
        while time.monotonic() < end:
            if select.select([self.master], [], [], 0.05)[0]:
                try:
                    data = os.read(self.master, 65536)
                except OSError:
                    return
                self.stream.feed(data)
                if b"\x1b[c" in data or b"\x1b[0c" in data:
                    os.write(self.master, b"\x1b[?62;22c")
                last, came = time.monotonic(), True
            elif came and time.monotonic() - last > quiet:
                return

    def type(self, text):
        os.write(self.master, text.encode())
        self.settle(5)

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display).strip("\n")

    def close(self):
        os.close(self.master)
        os.waitpid(self.process, 0)


def shells(folder):
    """How each shell starts with our completions and nobody else's settings, and with a prompt that is easily seen."""
    scripts = {}
    for name, path in [("bash", "bash"), ("zsh", "zsh/_numactl-plan"), ("fish", "fish/completions/numactl-plan.fish")]:
        scripts[name] = folder / "home" / path
        scripts[name].parent.mkdir(parents=True, exist_ok=True)
        text = subprocess.run([PROGRAM, "--generate-completion-script", name], check=True, capture_output=True).stdout
        scripts[name].write_bytes(text)
    (folder / "home" / "bashrc").write_text(
        f". /usr/share/bash-completion/bash_completion\n. {scripts['bash']}\nPS1='> '\nbind 'set enable-bracketed-paste off'\n")
    (folder / "home" / ".zshrc").write_text(
        f"fpath=({scripts['zsh'].parent} $fpath)\nautoload -Uz compinit && compinit -u\nPS1='> '\nunset zle_bracketed_paste\n")
    (folder / "home" / "fish" / "config.fish").write_text(
        "set -g fish_greeting\nfunction fish_prompt; echo -n '> '; end\nset -g fish_autosuggestion_enabled 0\n")
    return {
        "bash": ["bash", "--rcfile", str(folder / "home" / "bashrc"), "-i"],
        "zsh": ["zsh", "-i"],
        "fish": ["fish", "-i"],
    }


def main():
    failures = count = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        (folder / "bin" / "numactl-plan").symlink_to(os.path.abspath(PROGRAM))
        work = folder / "work"
        work.mkdir()
        (work / "rack.yaml").write_text(SITE)
        (work / "site.yaml").write_text("guests: {only: {vcpus: 1, ram: 1GiB}}\n")
        (work / "hv01.json").write_text("{}")
        (work / "state" / "txn" / TRANSACTION).mkdir(parents=True)
        environment = {
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin", "HOME": str(folder / "home"), "ZDOTDIR": str(folder / "home"),
            "XDG_CONFIG_HOME": str(folder / "home"), "TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
        }
        for shell, arguments in shells(folder).items():
            terminal = Terminal(arguments, environment, work)
            for typed, wanted, unwanted in CASES:
                count += 1
                # What the last case left is wiped out: the line, then the screen.
                terminal.type("\x15\x0c")
                terminal.type(typed)
                # Shells complete what is common first, and list what is left when asked again.
                for _ in range(3):
                    terminal.type("\t")
                    text = terminal.text()
                    words = re.sub(r"\s+", " ", text)
                    missing = [word for word in wanted if word not in words]
                    if not missing:
                        break
                excess = [word for word in unwanted if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)]
                if missing or excess:
                    failures += 1
                    print(f"shells: {shell}: '{typed}' and Tab: missing {missing}, unwanted {excess}; the screen:\n{text}\n")
                elif SHOW:
                    print(f"--- {shell}\n{text}\n")
            terminal.close()
    print(f"shells: {count - failures} of {count} screens are as wanted")
    return 1 if failures else 0


sys.exit(main())
