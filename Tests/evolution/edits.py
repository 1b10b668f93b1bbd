"""Random edits: of the site file, and of the host behind its back. Each returns a sentence, or None where it does not apply."""
import re
import xml.etree.ElementTree as ET


class Edits:
    def __init__(self, world, random):
        self.world, self.random = world, random
        self.counter = 0

    def pick(self):
        """Makes one edit and says what it was."""
        while True:
            edit = self.random.choice(SITE_EDITS * 2 + HAND_EDITS + (LIVE_EDITS * 2 if self.world.is_real else []))
            said = edit(self)
            if said:
                return said

    @property
    def guests(self):
        return self.world.site["guests"]

    def some_guest(self):
        names = [n for n, g in self.guests.items() if g.get("state") != "absent"]
        return self.random.choice(names) if names else None

    def defined(self):
        names = [n for n in self.guests if n in self.world.domains()]
        return self.random.choice(names) if names else None

    # The site file.

    def add(self):
        if len(self.guests) >= self.world.most:
            return None
        self.counter += 1
        name = f"{self.world.prefix}g{self.counter}"
        self.guests[name] = {"accelerator": "qemu", **self.shape()}
        if self.world.is_real and self.random.random() < 0.5:
            self.guests[name]["state"] = "running"
        return f"add {name}: {self.guests[name]}"

    def shape(self):
        """Keys of a guest that no rule forbids."""
        random, real = self.random, self.world.is_real
        nodes = random.choice([0, 0, 1, 1, 2] if not real else [0, 1])
        cells = nodes or 1
        guest = {
            "vcpus": cells * random.choice([1, 1, 2] if not real else [1]),
            "ram": f"{cells * random.choice([64, 128, 512, 1024] if not real else [32, 64])}MiB",
        }
        if nodes:
            guest["numa_nodes"] = nodes
        if random.random() < 0.4:
            guest["cpu_policy"] = "dedicated"
            if random.random() < 0.4:
                guest["cpu_thread_policy"] = random.choice(["prefer", "isolate", "require"] if not real else ["prefer"])
            if random.random() < 0.2:
                guest["emulator_threads_policy"] = "isolate"
        if random.random() < 0.4:
            guest["mem_page_size"] = random.choice(["2MiB", "2MiB", "small", "large"] if not real else ["2MiB"])
            if 1048576 in self.world.host.pages and random.random() < 0.3:
                guest["mem_page_size"], guest["ram"] = "1GiB", f"{cells}GiB"
        if nodes and "cpu_policy" not in guest and "mem_page_size" not in guest and random.random() < 0.3:
            guest["numa_policy"] = random.choice(["preferred", "none", "restrictive"])
        return guest

    def remove(self):
        name = self.some_guest()
        if not name:
            return None
        if self.random.random() < 0.5:
            del self.guests[name]
            return f"take {name} out"
        self.guests[name] = {"state": "absent"}
        return f"want {name} absent"

    def forget_absent(self):
        names = [n for n, g in self.guests.items() if g.get("state") == "absent"]
        for name in names:
            del self.guests[name]
        return f"forget {names}" if names else None

    def reshape(self):
        name = self.some_guest()
        # An adopted guest's entry names a part of the domain; another shape would contradict what it leaves as it is.
        if not name or self.guests[name].get("adopt"):
            return None
        kept = {k: v for k, v in self.guests[name].items() if k in ("accelerator", "state", "autostart", "adopt")}
        self.guests[name] = {**kept, **self.shape()}
        return f"make {name} {self.guests[name]}"

    def place(self):
        name = self.some_guest()
        guest = self.guests.get(name)
        if not guest or not guest.get("numa_nodes") or guest.get("numa_policy") == "none":
            return None
        if "numa_placement" in guest:
            del guest["numa_placement"]
            return f"let {name} be placed"
        guest["numa_placement"] = {0: self.random.choice(self.world.host.cells)["id"]}
        return f"place {name} on {guest['numa_placement']}"

    def state(self):
        name = self.some_guest()
        if not name:
            return None
        key, choices = ("state", ["running", "shutoff", None]) if self.world.is_real else ("autostart", [True, False, None])
        value = self.random.choice(choices)
        self.guests[name].pop(key, None)
        if value is not None:
            self.guests[name][key] = value
        return f"{name}: {key} {value}"

    def host(self):
        policy, random, cpus = self.world.site["hosts"]["h"], self.random, self.world.host.cpus()
        key = random.choice(["cpus", "cpu_allocation_ratio", "reserved", "placement", "pools"])
        policy.pop(key, None)
        value = {
            "cpus": {"shared": random.sample(cpus, max(1, len(cpus) // 3))},
            "cpu_allocation_ratio": random.choice([1.5, 2.0, 8.0]),
            "reserved": {"memory": random.choice(["128MiB", "512MiB"])},
            "placement": random.choice(["spread", "pack"]),
            "pools": {"2MiB": {"cells": {c["id"]: random.choice([0, 3, 16]) for c in self.world.host.cells}}},
        }[key]
        if key == "cpus":
            shared = sorted(value["shared"])
            value = {
                "shared": ",".join(map(str, shared)), "dedicated": ",".join(str(c) for c in cpus if c not in shared),
            }
            if self.world.is_real:
                return None
        if random.random() < 0.6:
            policy[key] = value
        return f"host: {key} {policy.get(key)}"

    # The host, behind the program's back.

    def change(self, what, rewrite):
        name = self.defined()
        if not name:
            return None
        root = ET.fromstring(self.world.document(name))
        if rewrite(root) is False:
            return None
        return f"by hand: {what} of {name}" if self.world.define(name, ET.tostring(root, encoding="unicode")) else None

    def some_cpus(self):
        cpus = self.world.host.cpus()
        return ",".join(map(str, sorted(self.random.sample(cpus, self.random.randint(1, len(cpus))))))

    def pin_by_hand(self):
        def rewrite(root):
            tune = root.find("cputune")
            if tune is None:
                tune = ET.SubElement(root, "cputune")
            for pin in tune.findall("vcpupin"):
                if pin.get("vcpu") == "0":
                    tune.remove(pin)
            tune.append(ET.Element("vcpupin", vcpu="0", cpuset=self.some_cpus()))

        return self.change("the first pin", rewrite)

    def unpin_by_hand(self):
        def rewrite(root):
            if root.find("cputune") is None:
                return False
            root.remove(root.find("cputune"))
            return True

        return self.change("no tuning any more", rewrite)

    def emulator_by_hand(self):
        def rewrite(root):
            tune = root.find("cputune")
            if tune is None:
                return False
            for pin in tune.findall("emulatorpin"):
                tune.remove(pin)
            tune.append(ET.Element("emulatorpin", cpuset=self.some_cpus()))
            return True

        return self.change("the emulator", rewrite)

    def nodes_by_hand(self):
        def rewrite(root):
            nodes = root.findall("numatune/memnode")
            if not nodes:
                return False
            other = str(self.random.choice(self.world.host.cells)["id"])
            self.random.choice(nodes).set("nodeset", other)
            root.find("numatune/memory").set("mode", self.random.choice(["strict", "preferred"]))
            for node in nodes:
                node.set("mode", root.find("numatune/memory").get("mode"))
            return True

        return self.change("memory bindings", rewrite)

    def unbind_by_hand(self):
        def rewrite(root):
            if root.find("numatune") is None:
                return False
            root.remove(root.find("numatune"))
            return True

        return self.change("no memory binding any more", rewrite)

    def pages_by_hand(self):
        def rewrite(root):
            backing = root.find("memoryBacking")
            if backing is not None:
                root.remove(backing)
            else:
                root.insert(4, ET.fromstring("<memoryBacking><hugepages/><locked/></memoryBacking>"))

        return self.change("huge pages", rewrite)

    def size_by_hand(self):
        def rewrite(root):
            if root.find("cpu/numa") is not None:
                return False
            for key in ("memory", "currentMemory"):
                root.find(key).text = str(int(root.findtext(key)) + 65536)
            root.find("vcpu").text = str(int(root.findtext("vcpu")) + 1)
            for topology in root.findall("cpu/topology"):
                root.find("cpu").remove(topology)
            return True

        return self.change("the size", rewrite)

    def current_by_hand(self):
        def rewrite(root):
            root.find("currentMemory").text = str(int(root.findtext("memory")) // 2)
            if int(root.findtext("vcpu")) > 1:
                root.find("vcpu").set("current", "1")

        return self.change("the balloon and vCPUs in use", rewrite)

    def iothreads_by_hand(self):
        def rewrite(root):
            if root.find("iothreads") is not None:
                return False
            root.insert(4, ET.fromstring("<iothreads>2</iothreads>"))
            tune = root.find("cputune")
            if tune is not None:
                tune.append(ET.Element("iothreadpin", iothread="1", cpuset=self.some_cpus()))
            return True

        return self.change("iothreads", rewrite)

    def title_by_hand(self):
        def rewrite(root):
            if root.find("title") is not None:
                return False
            root.insert(1, ET.fromstring("<title>not ours &amp; kept</title>"))
            return True

        return self.change("a title", rewrite)

    def undefine_by_hand(self):
        name = self.defined()
        if not name or self.guests[name].get("adopt"):
            return None
        self.world.remove(name)
        return f"by hand: {name} is undefined"

    def unmark_by_hand(self):
        """A domain without its mark is nobody's: it must be taken over again."""
        name = self.defined()
        if not name or self.guests[name].get("state") == "absent":
            return None
        text = re.sub(r"<metadata>.*</metadata>", "", self.world.document(name), flags=re.DOTALL)
        if not self.world.define(name, text):
            return None
        self.guests[name]["adopt"] = True
        return f"by hand: {name} loses its mark, and is to be adopted"

    def stranger(self):
        """A domain of somebody else comes or goes; it starts with the host, so it counts."""
        name = f"{self.world.prefix}stranger"
        if name in self.world.strangers:
            self.world.remove(name)
            del self.world.strangers[name]
            return "the stranger goes"
        if self.world.is_real:
            return None
        cpu = self.random.choice(self.world.host.cpus())
        text = f"""<domain type='qemu'><name>{name}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
            <cputune><vcpupin vcpu='0' cpuset='{cpu}'/></cputune><os><type arch='x86_64'>hvm</type></os></domain>"""
        if not self.world.define(name, text):
            return None
        self.world.virsh("autostart", name)
        self.world.strangers[name] = self.world.document(name)
        return f"a stranger comes, pinned to CPU {cpu}"

    # Running guests.

    def running(self):
        names = [n for n in self.world.running() if n in self.guests]
        return self.random.choice(names) if names else None

    def pin_live(self):
        name = self.running()
        if not name:
            return None
        self.world.virsh("vcpupin", name, "0", self.some_cpus(), "--live")
        return f"live: the first pin of {name}"

    def emulator_live(self):
        name = self.running()
        if not name:
            return None
        self.world.virsh("emulatorpin", name, self.some_cpus(), "--live")
        return f"live: the emulator of {name}"

    def pull_the_plug(self):
        name = self.running()
        if not name:
            return None
        self.world.virsh("destroy", name)
        return f"{name} loses power"

    def start_by_hand(self):
        idle = [n for n in self.guests if n in self.world.domains() and n not in self.world.running()]
        if not idle:
            return None
        name = self.random.choice(idle)
        return f"{name} is started by hand" if self.world.try_virsh("start", name) else None


SITE_EDITS = [
    Edits.add, Edits.add, Edits.remove, Edits.forget_absent, Edits.reshape, Edits.reshape, Edits.place, Edits.state,
    Edits.host,
]
HAND_EDITS = [
    Edits.pin_by_hand, Edits.unpin_by_hand, Edits.emulator_by_hand, Edits.nodes_by_hand, Edits.unbind_by_hand,
    Edits.pages_by_hand, Edits.size_by_hand, Edits.current_by_hand, Edits.iothreads_by_hand, Edits.title_by_hand,
    Edits.undefine_by_hand, Edits.unmark_by_hand, Edits.stranger,
]
LIVE_EDITS = [Edits.pin_live, Edits.emulator_live, Edits.pull_the_plug, Edits.start_by_hand]
