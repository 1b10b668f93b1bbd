"""Guests planned to the last MiB that fits on a cell: they start, QEMU's own memory stays within what the plan counts for it, and the
cell keeps its reserve. Their memory is taken at once and for good."""

import os
import re
import shutil
import signal
import time

import lab

MIB = 1024
CELL = 1
RESERVED = 256 * MIB
IMAGES = "/var/lib/libvirt/images"

BARE = "<controller type='usb' model='none'/><memballoon model='none'/>"
DEVICES = (
    "".join(
        f"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{IMAGES}/{disk}.raw'/>"
        f"<target dev='vd{disk}' bus='virtio'/></disk><interface type='user'><model type='virtio'/></interface>"
        for disk in "ab"
    )
    + "<graphics type='vnc' autoport='yes'/><video><model type='vga'/></video>"
    "<controller type='usb' model='qemu-xhci'/><memballoon model='virtio'/>"
)
BASE = """<domain type='kvm'><name>base</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<memoryBacking><allocation mode='immediate'/></memoryBacking>
<os><type arch='x86_64' machine='q35'>hvm</type><kernel>{images}/tiny</kernel></os><features><acpi/></features>
<devices>{devices}<serial type='null'/></devices></domain>
"""
SITE = """site: overhead
hosts: {{lab: {{connect: "qemu:///system"}}}}
guests:
  {name}:
    {{vcpus: {vcpus}, ram: {ram}MiB, numa_placement: {{0: 1}}, mem_page_size: {page}, base: {base}.xml, state: running}}
"""


def overhead(vcpus, ordinary):
    """What the manual says that a plan counts for QEMU, in KiB: 32 MiB, 256 KiB a vCPU, a 256th of the memory in ordinary pages."""
    return 32 * MIB + 256 * vcpus + -(-ordinary // 256)


def most(vcpus, page):
    """The most MiB that a guest may have on the cell, and the step to the next size."""
    room = lab.cells()[CELL]["memory_kib"] - RESERVED
    ram = step = 1 if page == "small" else 2
    while (ram + step) * MIB + overhead(vcpus, (ram + step) * MIB if step == 1 else 0) <= room:
        ram += step
    return ram, step


def available():
    """Memory of the cell that is free, or that the kernel drops when it is needed, in KiB: what CPUs keep at hand is given back first."""
    for file, value in (("drop_caches", "3"), ("compact_memory", "1")):
        with open(f"/proc/sys/vm/{file}", "w") as control:
            control.write(value)
    text = lab.read(f"{lab.NODES}/node{CELL}/meminfo")
    return sum(
        int(re.search(rf" {re.escape(field)}:\s+(\d+)", text).group(1))
        for field in ("MemFree", "Active(file)", "Inactive(file)", "SReclaimable")
    )


def own_memory(guest, ram):
    """What QEMU has beside its guest's memory, in KiB: what is not from files, nor shared, and page tables; and its resident size."""
    private = 0
    for mapping in re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", lab.read(f"/proc/{guest.pid}/smaps"), flags=re.MULTILINE):
        if mapping and int(re.search(r"^Size:\s+(\d+)", mapping, re.MULTILINE).group(1)) != ram:
            private += sum(int(kib) for kib in re.findall(r"^Private_Dirty:\s+(\d+)", mapping, re.MULTILINE))
    status = dict(re.findall(r"^(\w+):\s+(\d+) kB", lab.read(f"/proc/{guest.pid}/status"), re.MULTILINE))
    return private + int(status["VmPTE"]), int(status["VmRSS"])


def still(value):
    """A value once it has stopped growing, or after some seconds."""
    last = value()
    for _ in range(10):
        time.sleep(1)
        now = value()
        if abs(now[0] - last[0]) < 64:
            break
        last = now
    return now


def full(vcpus, base, page):
    name = f"{base}-{page.lower()}-{vcpus}"
    ram, step = most(vcpus, page)
    counted = overhead(vcpus, ram * MIB if page == "small" else 0)
    with lab.section(f"{vcpus} vCPUs, {base}, {page} pages, {ram} MiB"):
        for size, status in ((ram + step, 10), (ram, 0)):
            with open("site.yaml", "w") as file:
                file.write(SITE.format(name=name, vcpus=vcpus, ram=size, page=page, base=base))
            document = lab.tool("plan", "site.yaml", "--format", "json", status=status).json
        cell = next(c for c in document["placement"]["cells"] if c["id"] == CELL)
        lab.equal("what the plan counts for QEMU", cell["overhead_kib"], counted)
        lab.tool("apply", "site.yaml")
        guest = lab.Guest(name)
        lab.equal("it has all its memory, and on its cell", [(c["held_kib"], c["on"]) for c in guest.cells()], [(ram * MIB, [CELL])])
        own, resident = still(lambda: own_memory(guest, ram * MIB))
        left, total = available(), lab.cells()[CELL]["memory_kib"]
        beyond, others = resident - (ram * MIB if page == "small" else 0), total - left - ram * MIB - own
        print(f"        counted {counted} KiB; QEMU's own {own}, resident beyond memory {beyond}, available {left}, others {others}", flush=True)
        lab.check("QEMU's own memory is within it", own <= counted, f"{own} of {counted} KiB")
        lab.check("all that others have of the cell is within the reserve", 0 < others <= RESERVED, f"{others} of {RESERVED} KiB")
        lab.check("and the rest of the reserve is there", left >= RESERVED - others, f"{left} KiB, others have {others}")
    lab.virsh("destroy", name)
    lab.virsh("undefine", name)


def use_kvm():
    """Has libvirtd find KVM, which the machine emulates."""
    lab.run("modprobe", "kvm_amd")
    lab.until("there is a /dev/kvm", lambda: lab.exists("/dev/kvm"))
    shutil.chown("/dev/kvm", "root", "kvm")
    os.chmod("/dev/kvm", 0o660)
    pid = int(lab.read("/run/libvirtd.pid"))
    os.kill(pid, signal.SIGTERM)
    lab.until("libvirtd ends", lambda: not lab.exists(f"/proc/{pid}"))
    lab.run("libvirtd", "-d")
    lab.until("libvirtd answers", lambda: lab.run("virsh", "-q", "version").status == 0)


def overheads():
    use_kvm()
    for base, devices in (("bare", BARE), ("devices", DEVICES)):
        with open(f"{base}.xml", "w") as file:
            file.write(BASE.format(images=IMAGES, devices=devices))
    for disk in "ab":
        with open(f"{IMAGES}/{disk}.raw", "w") as file:
            file.truncate(1 << 20)
    # Ordinary pages first: the pool only grows from one to the next.
    full(16, "devices", "small")
    full(1, "bare", "2MiB")


lab.main({"overhead": overheads})
