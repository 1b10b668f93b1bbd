"""Looks at the pages of a plan in a real browser, over a pipe of the DevTools protocol."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

WIDTHS = [420, 800, 1280, 1920]
SMALLEST = 11  # pixels


class Browser:
    """Chromium without a window. It is asked one thing after the other."""

    def __init__(self, folder):
        commands, theirs_in = os.pipe()
        theirs_out, answers = os.pipe()
        self.write, self.read = theirs_in, theirs_out
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars '
             f'--remote-debugging-pipe --user-data-dir="{folder}" about:blank 3<&{commands} 4>&{answers}'],
            pass_fds=[commands, answers], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self.number, self.buffer, self.session, self.events = 0, b"", None, []
        target = next(t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log"]:
            self.ask(f"{domain}.enable")

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def next(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.read, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has gone")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        answer = json.loads(text)
        if "method" in answer:
            self.events.append(answer)
        return answer

    def open(self, page, width, dark=False, scripts=True):
        self.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.events = []
        self.ask("Page.navigate", url=page.as_uri())
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.next()

    def value(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def photograph(self, path):
        height = self.value("document.documentElement.scrollHeight")
        width = self.value("window.innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, 6000), "scale": 1}
        data = self.ask("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(data))

    def complaints(self):
        """What the page threw, or was forbidden."""
        return [event["params"] for event in self.events
                if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded")]

    def close(self):
        self.process.terminate()
        self.process.wait()


SIZES = """(() => {
  const small = {};
  for (const element of document.querySelectorAll('body *')) {
    if (['SCRIPT', 'STYLE'].includes(element.tagName)) continue;
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
    let size = parseFloat(getComputedStyle(element).fontSize);
    const drawing = element.ownerSVGElement;
    if (drawing && drawing.viewBox.baseVal.width) {
      const width = drawing.getBoundingClientRect().width;
      if (width) size *= width / drawing.viewBox.baseVal.width;
    }
    if (size < %f - 0.6) small[element.textContent.slice(0, 30)] = size;
  }
  return small;
})()""" % SMALLEST

SHOWN = "[...document.querySelectorAll('tr[data-g], details[data-g], .tile')].filter(e => e.offsetParent !== null).length"
FIND = """(word => {
  const field = document.getElementById('find');
  field.value = word;
  field.dispatchEvent(new Event('input'));
})(%s)"""
LIT = """(name => {
  const own = [...document.querySelectorAll('[data-g]')].filter(e => e.getAttribute('data-g').split('\\t').includes(name));
  return {drawn: own.filter(e => e.ownerSVGElement && e.classList.contains('hl')).length,
          listed: own.filter(e => !e.ownerSVGElement && e.classList.contains('hl')).length,
          others: document.querySelectorAll('.hl').length - own.filter(e => e.classList.contains('hl')).length};
})(%s)"""


class Checks:
    def __init__(self):
        self.failures = []

    def hold(self, name, is_true, detail=""):
        if not is_true:
            self.failures.append(name)
            print(f"browser: {name}: {detail}")


def look(browser, checks, name, page, guest, shots):
    for dark in [False, True]:
        for width in WIDTHS:
            browser.open(page, width, dark)
            what = f"{name} at {width} {'dark' if dark else 'light'}"
            across = browser.value("[document.documentElement.scrollWidth, window.innerWidth]")
            checks.hold(f"{what} does not scroll sideways", across[0] <= across[1], across)
            checks.hold(f"{what} complains of nothing", not browser.complaints(), browser.complaints())
            small = browser.value("document.querySelectorAll('details').forEach(d => { d.open = true; }), " + SIZES)
            checks.hold(f"{what} has no small words", not small, small)
            across = browser.value("[document.documentElement.scrollWidth, window.innerWidth]")
            checks.hold(f"{what} unfolded does not scroll sideways", across[0] <= across[1], across)
            if shots:
                browser.open(page, width, dark)
                browser.photograph(shots / f"{name}-{width}-{'dark' if dark else 'light'}.png")
    browser.open(page, 1280)
    row = f"[...document.querySelectorAll('[data-g]')].find(e => e.getAttribute('data-g').split('\\t').includes({json.dumps(guest)}) && !e.ownerSVGElement)"
    for kind, begin in [("pointer", "new PointerEvent('pointerover', {bubbles: true})"),
                        ("keyboard", "new FocusEvent('focusin', {bubbles: true})")]:
        browser.value(f"{row}.dispatchEvent({begin})")
        lit = browser.value(LIT % json.dumps(guest))
        checks.hold(f"{name}: the {kind} lights a guest in picture and tables", lit["drawn"] and lit["listed"], lit)
        browser.value("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
        checks.hold(f"{name}: Escape puts the light out", browser.value("document.querySelectorAll('.hl').length") == 0)
    before = browser.value(SHOWN)
    browser.value(FIND % json.dumps(guest))
    after = browser.value(SHOWN)
    checks.hold(f"{name}: the filter leaves what fits", 0 < after <= before, [before, after])
    browser.value(FIND % json.dumps("no such guest"))
    checks.hold(f"{name}: the filter leaves nothing", browser.value(SHOWN) == 0, browser.value(SHOWN))
    checks.hold(f"{name}: the filter counts", browser.value("document.getElementById('found').textContent").startswith("0 of "))
    browser.value("document.getElementById('unfold').click()")
    folded = browser.value("[...document.querySelectorAll('details')].filter(d => !d.open).length")
    checks.hold(f"{name}: everything is unfolded", folded == 0, folded)
    browser.open(page, 420, scripts=False)
    words = browser.value("document.querySelector('main').textContent")
    checks.hold(f"{name}: is whole without scripts", guest in words and browser.value(
        "getComputedStyle(document.querySelector('.tools')).display") == "none")


def cells(count, cores, memory):
    return [{"id": cell, "cpus": f"{cell * cores * 2}-{(cell + 1) * cores * 2 - 1}", "memory_kib": memory << 20,
             "siblings": [f"{cpu},{cpu + 1}" for cpu in range(cell * cores * 2, (cell + 1) * cores * 2, 2)],
             "pools": [{"page_kib": 2048, "total": 0, "free": 0, "surplus": 0},
                       {"page_kib": 1048576, "total": 0, "free": 0, "surplus": 0}]} for cell in range(count)]


def domain(name, cell, cpus):
    pins = "".join(f"<vcpupin vcpu='{number}' cpuset='{cpu}'/>" for number, cpu in enumerate(cpus))
    return {"name": name, "uuid": f"0000000{cell}-0000-4000-8000-{len(name):012d}", "state": "shutoff", "xml": f"""
        <domain type='kvm'><name>{name}</name><memory unit='GiB'>8</memory><vcpu>{len(cpus)}</vcpu><cputune>{pins}</cputune>
        <numatune><memory mode='strict' nodeset='{cell}'/><memnode cellid='0' mode='strict' nodeset='{cell}'/></numatune>
        <os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
        <cpu><numa><cell id='0' cpus='0-{len(cpus) - 1}' memory='8' unit='GiB'/></numa></cpu></domain>"""}


def pages(program, folder):
    """Pages by name, each with a guest that is on it."""
    disk = 'disks: [{path: "/{name}.qcow2"}]'
    (folder / "fifty.yaml").write_text(
        "site: rack7\nhosts: {hv50: {}}\nguests:\n"
        f"  vm: {{vcpus: 2, ram: 2GiB, numa_nodes: 1, cpu_policy: dedicated, count: 40, {disk}}}\n"
        f"  db: {{vcpus: 4, ram: 4GiB, numa_nodes: 2, mem_page_size: 2MiB, count: 8, {disk}}}\n"
        f"  web: {{vcpus: 1, ram: 1GiB, count: 4, {disk}}}\n")
    (folder / "hv50.json").write_text(json.dumps({"host": {"name": "hv50"}, "cells": cells(4, 16, 64)}))
    (folder / "moving.yaml").write_text(
        "site: rack7\nhosts: {hv02: {}}\nguests:\n"
        "  db01: {adopt: true, vcpus: 4, ram: 8GiB, numa_nodes: 1, cpu_policy: dedicated, numa_placement: {0: 1}}\n"
        "  db02: {adopt: true, vcpus: 4, ram: 8GiB, numa_nodes: 1, cpu_policy: dedicated, numa_placement: {0: 0}}\n"
        f"  new01: {{vcpus: 2, ram: 4GiB, numa_nodes: 1, cpu_policy: dedicated, {disk}}}\n")
    (folder / "hv02.json").write_text(json.dumps({
        "host": {"name": "hv02"}, "cells": cells(2, 8, 32),
        "domains": [domain("db01", 0, [2, 3, 4, 5]), domain("db02", 1, [16, 17, 18, 19])]}))
    (folder / "rack.yaml").write_text(
        "site: rack7\nhosts: {hv01: {}, hv02: {}, hv03: {}, hv50: {}, lost: {}}\nguests:\n"
        f"  vm: {{vcpus: 2, ram: 2GiB, numa_nodes: 1, cpu_policy: dedicated, host: hv50, count: 20, {disk}}}\n"
        f"  a: {{vcpus: 4, ram: 8GiB, numa_nodes: 2, host: hv02, {disk}}}\n"
        f"  big: {{vcpus: 60, ram: 90GiB, numa_nodes: 1, cpu_policy: dedicated, host: hv03, {disk}}}\n")
    facts = folder / "facts"
    facts.mkdir()
    for host, shape in [("hv01", (2, 4, 16)), ("hv02", (2, 8, 32)), ("hv03", (1, 16, 32)), ("hv50", (4, 16, 64))]:
        (facts / f"{host}.json").write_text(json.dumps({"host": {"name": host}, "cells": cells(*shape)}))
    examples = pathlib.Path("examples").resolve()
    wanted = {
        "small": (["examples/pinned.yaml", "--facts", str(examples / "hv01.json")], "db01"),
        "fifty": ([str(folder / "fifty.yaml"), "--facts", str(folder / "hv50.json")], "vm-7"),
        "moving": ([str(folder / "moving.yaml"), "--facts", str(folder / "hv02.json")], "db01"),
        "rack": ([str(folder / "rack.yaml"), "--all-hosts", "--facts", str(facts)], "vm-7"),
    }
    for name, (arguments, guest) in wanted.items():
        run = subprocess.run([program, "plan", *arguments, "--format", "html"], capture_output=True, text=True)
        if not run.stdout.startswith("<!DOCTYPE html>"):
            raise SystemExit(f"browser: {name}: {run.stdout}{run.stderr}")
        page = folder / f"{name}.html"
        page.write_text(run.stdout)
        yield name, page, guest


def main():
    program = sys.argv[1]
    shots = pathlib.Path(sys.argv[3]) if sys.argv[2:3] == ["--shots"] else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    checks = Checks()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = pathlib.Path(name)
        browser = Browser(folder / "profile")
        try:
            for page in pages(program, folder):
                look(browser, checks, *page, shots)
        finally:
            browser.close()
    print(f"browser: {len(checks.failures)} failures" if checks.failures else "browser: all pages are well")
    sys.exit(1 if checks.failures else 0)


if __name__ == "__main__":
    main()
