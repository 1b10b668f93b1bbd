"""Devices of the host by what they are: found with their cells, chosen near the guests and near programs beside them, divided, and divided
again after a boot."""

import glob
import os
import re
import shutil
import subprocess

import lab

FOLDER = "/sys/bus/pci/devices"


def numbers():
    """By address: vendor and model of each device, as the kernel tells them."""
    return {
        name: (lab.read(f"{FOLDER}/{name}/vendor").strip()[2:], lab.read(f"{FOLDER}/{name}/device").strip()[2:])
        for name in os.listdir(FOLDER)
    }


def disk():
    (found,) = (name for name in os.listdir(FOLDER) if os.path.exists(f"{FOLDER}/{name}/sriov_numvfs"))
    return found


def parts():
    """The addresses of the disk's virtual functions."""
    links = (f"{FOLDER}/{disk()}/{name}" for name in os.listdir(f"{FOLDER}/{disk()}") if name.startswith("virtfn"))
    return {os.path.basename(os.readlink(link)) for link in links}


def given(guest):
    """The addresses of the devices that a guest's definition has."""
    text = "".join(part.split("</hostdev>")[0] for part in lab.virsh("dumpxml", guest).split("<hostdev ")[1:])
    found = re.findall(r"<source>\s*<address domain='0x(\w+)' bus='0x(\w+)' slot='0x(\w+)' function='0x(\w+)'/>", text)
    return {f"{domain}:{bus}:{slot}.{function}" for domain, bus, slot, function in found}


def chosen():
    lab.run("modprobe", "nvme")
    (dice,) = (name for name, number in numbers().items() if number == ("1af4", "1044"))
    with lab.section("what the devices are"):
        devices = {d["address"]: d for d in lab.run("numactl-plan", "facts", "--no-libvirt", "--format", "json").json["pci"]}
        lab.equal("all are there", set(devices), set(os.listdir(FOLDER)))
        lab.equal("the cells", [devices[disk()]["cell"], devices[dice]["cell"]], [1, 2])
        for name, device in devices.items():
            lab.equal(f"the class of {name}", "0x" + device["class"], lab.read(f"{FOLDER}/{name}/class").strip())
            driver = f"{FOLDER}/{name}/driver"
            lab.equal(
                f"the driver of {name}", device.get("driver"),
                os.path.basename(os.readlink(driver)) if os.path.exists(driver) else None,
            )
        lab.equal("the disk", [devices[disk()]["vfs"][key] for key in ("total", "now")], [4, 0])
        lab.check("the machine's own disk is in use", any(d.get("in_use") for d in devices.values()), devices)
        lab.check("the others are not", not any(devices[name].get("in_use") for name in (disk(), dice)), devices)
    with lab.section("guests have them on their cells"):
        lab.tool("apply", "site.yaml")
        lab.equal("the disk is divided", lab.read(f"{FOLDER}/{disk()}/sriov_numvfs").strip(), "2")
        lab.equal("one guest has what came of it", given("part"), parts())
        lab.equal("where the kernel says that it is", {lab.read(f"{FOLDER}/{name}/numa_node").strip() for name in parts()}, {"1"})
        lab.equal("the other one has the other device", given("dice"), {dice})
        guests = lab.plan("site.yaml")["placement"]["guests"]
        lab.equal(
            "the guests are beside them", {guest["name"]: guest["cells"][0]["host_cell"] for guest in guests},
            {"dice": 2, "part": 1},
        )
        lab.equal("the plan says so", {guest["name"]: set(guest["host_devices"]) for guest in guests}, {"dice": {dice}, "part": parts()})
        lab.settled("site.yaml")
    with lab.section("more than there are"):
        more = lab.read("site.yaml").replace("count: 2", "count: 5")
        with open("more.yaml", "w") as file:
            file.write(more)
        lab.contains("are refused", lab.tool("apply", "more.yaml", status=10).all, "host devices: vf of nvme")
    with lab.section("a rollback"):
        lab.tool("rollback", "--yes")
        lab.equal("makes the disk whole", lab.read(f"{FOLDER}/{disk()}/sriov_numvfs").strip(), "0")
        lab.equal("and leaves no guest", lab.domains(), {})
    actors()
    lab.tool("apply", "site.yaml")


ACTORS = """
site: actors
hosts:
  lab:
    connect: qemu:///system
    cpus: {{dedicated: 2-7}}
    isolation: full
    actors:
      storage: {{cpus: 6-7}}
      switch: {{cpus: 2, near: "{disk}", pages: {{2MiB: 8}}, unit: switch.service}}
flavors:
  own: {{vcpus: 2, ram: 128MiB, numa_nodes: 1, cpu_policy: dedicated}}
guests:
  own: {{flavor: own, accelerator: qemu, kernel: /var/lib/libvirt/images/tiny, state: running}}
"""
RECORDS = "/etc/numactl-plan/actors.json"
SETTINGS = "/etc/systemd/{}.d/50-numactl-plan.conf"


def allowed(process):
    (cpus,) = re.findall(r"Cpus_allowed_list:\s+(\S+)", lab.read(f"/proc/{process}/status"))
    return cpus


def actors():
    """Programs beside the guests, one of them near the disk, on a machine that calls itself one of systemd's."""
    os.makedirs("/run/systemd/system")
    for name, more in [("actors.yaml", ""), ("crowded.yaml", "  more: {flavor: own, accelerator: qemu}\n")]:
        with open(name, "w") as file:
            file.write(ACTORS.format(disk=disk()) + more)
    with lab.section("programs beside the guests"):
        told = lab.tool("apply", "actors.yaml")
        places = {actor["name"]: actor["cpus"] for actor in lab.run("numactl-plan", "facts", "--format", "json").json["actors"]}
        lab.equal("have their CPUs, one near the disk", places, {"storage": "6-7", "switch": "4-5"})
        lab.equal("the guest has what is left", lab.Guest("own").vcpus(), {0: "2", 1: "3"})
        lab.equal("and its pages are there", lab.pools()[1], 8)
        lab.equal("for its configuration: a list", lab.tool("render", "--actor", "switch", "--format", "list", "actors.yaml").out, "4-5\n")
        lab.equal("a mask", int(lab.tool("render", "--actor", "switch", "--format", "mask", "actors.yaml").out, 16), 0x30)
        lab.contains("its unit", lab.read(SETTINGS.format("system/switch.service")), "CPUAffinity=4-5", "NUMAMask=1")
        lab.contains("what else systemd starts", lab.read(SETTINGS.format("system.conf")), "[Manager]", "CPUAffinity=0-1")
        lab.contains("how the unit takes that", told.all, "systemctl restart switch.service")
    with subprocess.Popen(["taskset", "-c", "4-5", "sleep", "600"]) as program, lab.hog_pages(1, 8):
        lab.settled("actors.yaml")
        lab.equal("its own program stays", allowed(program.pid), "4-5")
        program.kill()
    with lab.section("systemd takes that"):
        with open("/run/systemd/system/switch.service", "w") as file:
            file.write("[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sleep 9876\n")
        systemd = lab.Systemd()
        lab.equal("the unit starts", systemd.run("systemctl", "start", "switch.service").status, 0)
        (unit,) = lab.run("pgrep", "-f", "^/bin/sleep 9876").out.split()
        lab.equal("it has the actor's CPUs", allowed(unit), "4-5")
        lab.contains("and memory of its cell", lab.read(f"/proc/{unit}/numa_maps"), " bind:1 ")
        lab.run("kill", "-9", systemd.first)
    with lab.section("one guest too many"):
        refused = lab.tool("apply", "crowded.yaml", status=10).all
        lab.contains("is refused, and the actors are named", refused, "storage", "switch")
    with lab.section("actors undone"):
        lab.virsh("destroy", "own")
        lab.tool("rollback", "--yes")
        left = glob.glob("/etc/systemd/**/50-numactl-plan.conf", recursive=True)
        lab.equal("no file is left", left + [path for path in [RECORDS] if lab.exists(path)], [])
        lab.equal("and no page", lab.pools()[1], 0)
    shutil.rmtree("/run/systemd")


def again():
    lab.run("modprobe", "nvme")
    with lab.section("after a boot"):
        lab.equal("the disk is whole", lab.read(f"{FOLDER}/{disk()}/sriov_numvfs").strip(), "0")
        lab.contains("which is noticed", lab.tool("verify", "site.yaml", status=2).out, "sriov_numvfs: wanted 2, found 0")
        lab.tool("boot")
        lab.equal("until the boot file is followed", lab.read(f"{FOLDER}/{disk()}/sriov_numvfs").strip(), "2")
        lab.equal("the guest has the same as before", given("part"), parts())
        lab.settled("site.yaml")


lab.main({"chosen": chosen, "again": again})
