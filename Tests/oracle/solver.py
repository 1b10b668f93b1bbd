"""The question whether guests fit a host, as a model for CP-SAT: made of the host's facts and the guests' own words."""
from ortools.sat.python import cp_model


class Question:
    """All guests of a host together.

    Threads are counted core by core where `by_core` says so, and on host cells whose cores are not alike; else by arithmetic over the
    cores of a cell, of which each has one thread, or two.
    """

    def __init__(self, host, guests, by_core):
        self.host, self.guests, self.by_core = host, guests, by_core
        self.model = cp_model.CpModel()
        self.place, self.sized = {}, {}
        self.impossible = not all(self.add_guest(index, guest) for index, guest in enumerate(guests))
        if self.impossible:
            return
        self.left = {cell.id: self.add_threads(cell) for cell in host.cells}
        self.add_sharing()
        self.add_memory()

    def solve(self, seconds):
        """True or False, or None where it was not decided; and the seconds that this took."""
        if self.impossible:
            return False, 0.0
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.random_seed = 1
        status = solver.solve(self.model)
        answer = {cp_model.OPTIMAL: True, cp_model.FEASIBLE: True, cp_model.INFEASIBLE: False}.get(status)
        return answer, solver.wall_time

    # Where guest cells are

    def add_guest(self, index, guest):
        model, host = self.model, self.host
        if not guest.cells:
            return all(address in host.devices for address in guest.devices)
        sizes = [size for size in guest.page_sizes(host) if all(memory % size == 0 for _, memory in guest.cells)]
        if not sizes:
            return False
        for number, (_, memory) in enumerate(guest.cells):
            forced = guest.placement.get(number)
            if forced is not None and forced not in host.by_id:
                return False
            for cell in host.cells:
                variable = model.new_bool_var("")
                self.place[index, number, cell.id] = variable
                if forced is not None and cell.id != forced:
                    model.add(variable == 0)
                choices = []
                for size in sizes:
                    has = model.new_bool_var("")
                    self.sized[index, number, cell.id, size] = has
                    if size != host.base_page and size not in cell.pools and guest.numa_policy != "preferred":
                        model.add(has == 0)
                    choices.append(has)
                model.add(sum(choices) == variable)
            model.add_exactly_one(self.place[index, number, cell.id] for cell in host.cells)
        for cell in host.cells:
            on = [self.place[index, number, cell.id] for number in range(len(guest.cells)) if guest.placement.get(number) != cell.id]
            there = [number for number in guest.placement if guest.placement[number] == cell.id]
            # Cells that the site puts together are together; no other joins them.
            model.add(sum(on) <= (0 if there else 1))
        for address in guest.devices:
            near = host.near(guest, address)
            if near is not None:
                model.add_bool_or([self.place[index, number, cell] for number in range(len(guest.cells)) for cell in near] or [False])
        return True

    def wants(self, cell):
        """Guest cells that may be on a host cell: guest, place, dedicated vCPUs, shared ones, whether the emulator is with them."""
        for index, guest in enumerate(self.guests):
            for number, (vcpus, _) in enumerate(guest.cells):
                own = len(vcpus & guest.dedicated)
                emulator = number == 0 and guest.emulator == "isolate"
                yield guest, self.place[index, number, cell.id], own, len(vcpus) - own, emulator

    # Threads

    def add_threads(self, cell):
        """The CPUs that are left for shared use on a host cell, as an expression."""
        host = self.host
        away = host.taken | host.crowded
        cores = [(len(core & host.dedicated), len(core & host.shared), not core & away) for core in cell.cores]
        for guest, place, own, _, _ in self.wants(cell):
            if guest.threads == "require" and own and not cell.has_smt:
                self.model.add(place == 0)
        alike = [{(1, 0, True)}, {(2, 0, True)}] if host.has_sets else [{(1, 1, True)}, {(2, 2, True)}]
        plain = set(cores) in alike
        if plain and not self.by_core:
            return self.count_threads(cell, cores)
        return self.seat_threads(cell, cores)

    def count_threads(self, cell, cores):
        """Cores that are alike, with one thread or two: whole cores, pairs and threads only add up."""
        threads, shared, _ = cores[0]
        whole, pairs, single = [], [], []
        for guest, place, own, _, emulator in self.wants(cell):
            if guest.threads == "isolate":
                whole.append(own * place)
            else:
                single.append(own * place)
                if guest.threads == "require":
                    pairs.append(own // 2 * place)
            if emulator:
                single.append(1 * place)
        self.model.add(sum(whole) + sum(pairs) <= len(cores))
        if threads == 1:
            self.model.add(sum(pairs) == 0)
        self.model.add(threads * sum(whole) + sum(single) <= threads * len(cores))
        return shared * len(cores) - (threads * sum(whole) + sum(single) if shared else 0)

    def seat_threads(self, cell, cores):
        model = self.model
        others = [[] for _ in cores]
        isolated = [[] for _ in cores]
        for guest, place, own, _, emulator in self.wants(cell):
            if emulator:
                seats = [model.new_bool_var("") for _ in cores]
                model.add(sum(seats) == place)
                for seat, core in zip(seats, others):
                    core.append(seat)
            if not own:
                continue
            if guest.threads == "isolate":
                seats = [model.new_bool_var("") for _ in cores]
                for seat, core, (threads, _, is_whole) in zip(seats, isolated, cores):
                    core.append(seat)
                    if not threads or not is_whole:
                        model.add(seat == 0)
            else:
                seats = [model.new_int_var(0, threads, "") for threads, _, _ in cores]
                for seat, core in zip(seats, others):
                    core.append(seat)
                if guest.threads == "require":
                    self.require(seats, cores)
            model.add(sum(seats) == own * place)
        left = []
        for (threads, shared, _), free, whole in zip(cores, others, isolated):
            taken = model.new_bool_var("")
            model.add(sum(whole) == taken)
            model.add(sum(free) <= threads)
            model.add(sum(free) == 0).only_enforce_if(taken)
            left.append(shared - shared * taken)
            if not self.host.has_sets:
                left.append(-sum(free))
        return sum(left)

    def require(self, seats, cores):
        """At least two threads of each core, but for one single thread."""
        model, singles = self.model, []
        for seat, (threads, _, _) in zip(seats, cores):
            single, several = model.new_bool_var(""), model.new_bool_var("")
            model.add(seat >= single + 2 * several)
            model.add(seat <= single + threads * several)
            model.add(single + several <= 1)
            singles.append(single)
        model.add(sum(singles) <= 1)

    def add_sharing(self):
        model, host = self.model, self.host
        foreign = host.foreign_shared()
        every, whole = [], []
        for cell in host.cells:
            left, sharing = self.left[cell.id], []
            for _, place, _, shared, _ in self.wants(cell):
                if shared:
                    sharing.append(shared * place)
                    model.add(left >= shared).only_enforce_if(place)
            if sharing:
                is_shared = model.new_bool_var("")
                model.add(sum(sharing) == 0).only_enforce_if(~is_shared)
                model.add(1000 * (sum(sharing) + foreign.get(cell.id, 0)) <= host.cpu_ratio * left).only_enforce_if(is_shared)
            every += sharing
            whole.append(left)
        floating = [guest.vcpus for guest in self.guests if not guest.cells]
        for vcpus in floating:
            model.add(sum(whole) >= vcpus)
        if any(guest.emulator == "share" and len(guest.realtime) == guest.vcpus for guest in self.guests):
            model.add(sum(whole) >= 1)
        certain = sum(len(vcpus - guest.dedicated) for guest in self.guests for vcpus, _ in guest.cells)
        if (floating or foreign.get(None)) and certain + sum(floating):
            needed = certain + sum(floating) + sum(foreign.values())
            model.add(1000 * needed <= host.cpu_ratio * sum(whole))

    # Memory

    def add_memory(self):
        model, host = self.model, self.host
        pages = {(cell.id, size): [] for cell in host.cells for size in cell.pools}
        firm, soft, fit = ({cell.id: [] for cell in host.cells} for _ in range(3))
        floating = []
        for index, guest in enumerate(self.guests):
            small = guest.page in (None, "small") or guest.page not in ("large", "any") and guest.page_sizes(host) == [host.base_page]
            overhead = guest.overhead(host.overhead, guest.ram if small else 0)
            if not guest.cells:
                floating.append(guest.ram + overhead)
                continue
            first = next((number for number, (_, memory) in enumerate(guest.cells) if memory), None)
            for number, (_, memory) in enumerate(guest.cells):
                for cell in host.cells:
                    place = self.place[index, number, cell.id]
                    ordinary = soft if guest.overcommits else firm
                    own = overhead if number == first else 0
                    if own:
                        ordinary[cell.id].append(own * place)
                    if guest.numa_policy == "preferred":
                        if own and guest.overcommits:
                            fit[cell.id].append((place, own))
                        continue
                    for size in guest.page_sizes(host):
                        has = self.sized.get((index, number, cell.id, size))
                        if has is None:
                            continue
                        if size == host.base_page:
                            ordinary[cell.id].append(memory * has)
                        elif size in cell.pools:
                            pages[cell.id, size].append(memory // size * has)
                    if guest.overcommits:
                        fit[cell.id].append((place, memory + own))
            if guest.numa_policy == "preferred":
                self.spread(guest, pages, soft if guest.overcommits else firm)
        self.limit(pages, firm, soft, fit, floating)

    def spread(self, guest, pages, ordinary):
        """Memory that may come from any cell, in pages of one size for all of the guest."""
        sizes = [size for size in guest.page_sizes(self.host) if all(memory % size == 0 for _, memory in guest.cells)]
        has = {size: self.model.new_bool_var("") for size in sizes}
        self.model.add_exactly_one(has.values())
        for _, memory in guest.cells:
            for size in sizes:
                unit = 1 if size == self.host.base_page else size
                parts = []
                for cell in self.host.cells:
                    if unit > 1 and size not in cell.pools:
                        continue
                    part = self.model.new_int_var(0, memory // unit, "")
                    parts.append(part)
                    (ordinary[cell.id] if unit == 1 else pages[cell.id, size]).append(part)
                self.model.add(sum(parts) == memory // unit * has[size])

    def limit(self, pages, firm, soft, fit, floating):
        model, host = self.model, self.host
        foreign = host.foreign_memory()
        ordinary_of, capacity_of = [], []
        for cell in host.cells:
            if not cell.serves_memory:
                model.add(sum(sum(pages[cell.id, size]) for size in cell.pools) + sum(firm[cell.id]) + sum(soft[cell.id]) == 0)
                for place, amount in fit[cell.id]:
                    if amount:
                        model.add(place == 0)
                continue
            in_pools = []
            for size, pool in cell.pools.items():
                total, others = pool["total"], cell.others[size]
                used = sum(pages[cell.id, size])
                if not host.manages:
                    if pages[cell.id, size]:
                        has_any = model.new_bool_var("")
                        model.add(used == 0).only_enforce_if(~has_any)
                        model.add(used + others <= total).only_enforce_if(has_any)
                    in_pools.append(total * size)
                    continue
                wanted = model.new_int_var(total, max(total, cell.memory // size + others), "")
                model.add(wanted >= used + others)
                in_pools.append(size * wanted)
            own = foreign.get(cell.id, 0)
            ordinary = cell.memory - sum(in_pools)
            model.add(ordinary - sum(firm[cell.id]) - own >= 0)
            capacity = model.new_int_var(0, cell.memory * host.ram_ratio // 1000, "")
            model.add(1000 * capacity <= host.ram_ratio * (ordinary - sum(firm[cell.id]) - own))
            model.add(sum(soft[cell.id]) <= capacity)
            for place, amount in fit[cell.id]:
                model.add(ordinary >= amount).only_enforce_if(place)
            ordinary_of.append(ordinary)
            capacity_of.append(capacity)
        for memory in floating:
            model.add(sum(ordinary_of) >= memory)
        anywhere = foreign.get(None, 0) * host.ram_ratio // 1000
        if floating or anywhere and self.guests:
            every = sum(sum(parts) for parts in soft.values())
            model.add(every + sum(floating) + anywhere <= sum(capacity_of))
