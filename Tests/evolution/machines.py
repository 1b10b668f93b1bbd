"""Hosts to evolve a site on: a made-up one as a file tree, and this machine."""
import json
import os
import subprocess


class Host:
    """Cells with their CPUs, cores and memory, and the sizes of pages; pools are read from the files each time."""

    def __init__(self, root, cells, pages):
        self.root, self.cells, self.pages = root, cells, pages

    def pool(self, cell, page):
        """The pages of a pool as the kernel's file has them."""
        folder = f"{self.root}/sys/devices/system/node/node{cell}/hugepages/hugepages-{page}kB"
        with open(folder + "/nr_hugepages") as file:
            return int(file.read())

    def cpus(self):
        return sorted(cpu for cell in self.cells for cpu in cell["cpus"])

    def core(self, cpu):
        return next(core for cell in self.cells for core in cell["cores"] if cpu in core)


def made_up(random, root):
    """Writes a host of two or three cells below `root`. Its pools are plain files: all pages are free, and what is written is there."""
    threads = random.choice([1, 2])
    cells, first = [], 0
    for number in range(random.choice([2, 2, 3])):
        count = random.choice([4, 6, 8])
        cpus = list(range(first, first + count))
        first += count
        cores = [cpus[i : i + threads] for i in range(0, count, threads)]
        cells.append({"id": number, "cpus": cpus, "cores": cores, "memory": random.choice([4, 6, 8]) << 20})
    pages = [2048, 1048576] if random.random() < 0.5 else [2048]

    def write(name, text):
        path = f"{root}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(f"{text}\n")

    write("sys/devices/system/node/online", f"0-{len(cells) - 1}")
    write("sys/devices/system/cpu/online", f"0-{first - 1}")
    write("proc/sys/kernel/hostname", "evolving")
    write("proc/meminfo", f"MemTotal: {sum(c['memory'] for c in cells)} kB\nHugepagesize: 2048 kB")
    for cell in cells:
        node = f"sys/devices/system/node/node{cell['id']}"
        write(f"{node}/cpulist", f"{cell['cpus'][0]}-{cell['cpus'][-1]}")
        write(f"{node}/meminfo", f"Node {cell['id']} MemTotal: {cell['memory']} kB")
        write(f"{node}/distance", " ".join("10" if c is cell else str(20 + abs(c["id"] - cell["id"])) for c in cells))
        for core in cell["cores"]:
            for cpu in core:
                write(f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list", ",".join(map(str, core)))
        for page in pages:
            folder = f"{node}/hugepages/hugepages-{page}kB"
            write(f"{folder}/nr_hugepages", 0)
            write(f"{folder}/surplus_hugepages", 0)
            os.symlink("nr_hugepages", f"{root}/{folder}/free_hugepages")
    for page in pages:
        for name, value in [("nr", 0), ("free", 1 << 30), ("resv", 0), ("surplus", 0)]:
            write(f"sys/kernel/mm/hugepages/hugepages-{page}kB/{name}_hugepages", value)
    return Host(root, cells, pages)


def this_machine(program):
    """The machine itself, as its own facts say."""
    facts = json.loads(subprocess.check_output([program, "facts", "--no-libvirt", "--format", "json"]))
    cells = [
        {
            "id": cell["id"], "cpus": cpu_list(cell["cpus"]), "memory": cell["memory_kib"],
            "cores": [cpu_list(core) for core in cell["siblings"]],
        }
        for cell in facts["cells"]
    ]
    return Host("", cells, [2048])


def cpu_list(text):
    """The numbers of a list such as 0-3,8."""
    numbers = []
    for part in filter(None, (text or "").split(",")):
        low, _, high = part.partition("-")
        numbers += range(int(low), int(high or low) + 1)
    return numbers
