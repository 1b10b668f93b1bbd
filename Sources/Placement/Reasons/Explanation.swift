internal import Diagnostics
internal import HostModel
internal import SiteFile

/// Looks into a refusal: which guests exclude each other, and what would help. Every answer is proven by a search of its own.
struct Explanation {
    let request: PlacementRequest
    /// The budget of all its searches together.
    let budget: SearchBudget

    /// The share of the budget for one question, and what one costs at least, for each guest on each host cell, in fit checks.
    private static let (share, leastCost) = (8, 32)
    /// How many other guests are tried as the one to remove.
    private static let removals = 24
    /// How many sizes are tried on the way to the largest that fits.
    private static let sizes = 12
    /// On how many cells more CPUs are tried.
    private static let cells = 8
    /// The highest ratio of shared vCPUs to CPUs that is proposed: Nova's own default.
    private static let highestRatio = 16

    /// Whether the guests fit if all may move; nil if undecided.
    private func fits(
        _ guests: [PlacementGuest], within budget: SearchBudget? = nil,
        changing: (inout PlacementRequest) -> Void = { _ in }
    ) -> Bool? {
        let part = (budget ?? self.budget).part(Explanation.share)
        guard part.left > 0 else { return nil }
        defer { part.spend(Explanation.leastCost * guests.count * request.host.cells.count) }
        var question = request
        question.explains = false
        question.guests = guests.map { PlacementGuest(name: $0.name, demand: $0.demand) }
        changing(&question)
        let bestEffort = BestEffort(request: question, budget: part)
        let isFixed = bestEffort.candidates.isEmpty && !bestEffort.hasChoices
        let answer = fits(PlacementRun(question, budget: isFixed ? part : part.part(2)))
        // With memory from elsewhere they might fit yet.
        return answer == true || isFixed ? answer : bestEffort.fits(fits)
    }

    private func fits(_ placing: PlacementRun) -> Bool? {
        guard placing.poolShortages.isEmpty, placing.obstacles.isEmpty, !placing.someGuestFitsNowhere else {
            return false
        }
        switch placing.attempt(keeping: []) {
        case .found: return true
        case .impossible: return false
        case .undecided: return nil
        }
    }

    // MARK: Which guests exclude each other

    /// A set of guests that do not fit together, and whether it is minimal; empty if all can move, and fit then, or if the budget does
    /// not suffice to leave anybody out.
    ///
    /// Guests are left out in blocks that are halved, as long as the rest still does not fit. In the end each guest of the set was
    /// left out on its own, and the others fitted. Where a search gives up, the guests left out stay in the set.
    func conflict() -> (names: [String], isMinimal: Bool) {
        let budget = budget.part(2)
        if let loner { return ([loner], true) }
        // That they do not fit was decided; here they do not have to stay where they are.
        guard fits(request.guests, within: budget) != true else { return ([], true) }
        var set = request.guests
        var isMinimal = true
        var block = max(1, set.count / 2)
        while true {
            var start = 0
            while start < set.count {
                var rest = set
                rest.removeSubrange(start..<min(start + block, set.count))
                let answer = rest.isEmpty ? true : fits(rest, within: budget)
                if block == 1, answer == nil { isMinimal = false }
                if answer == false { set = rest } else { start += block }
            }
            if block == 1 {
                let saysNothing = !isMinimal && set.count == request.guests.count
                return saysNothing ? ([], true) : (set.map(\.name), isMinimal)
            }
            block = max(1, block / 2)
        }
    }

    /// A guest that has no place even alone: of several the last.
    private var loner: String? {
        var question = request
        for index in question.guests.indices { question.guests[index].present = nil }
        let run = PlacementRun(question, budget: budget)
        guard run.poolShortages.isEmpty else { return nil }
        let leaving = BestEffort(request: question, budget: budget).candidates
        var alone = LoneRefutation(PlacementState(run.grid), allowsMixedPages: true)
        let last = run.needs.indices.last { index in
            !leaving.contains(index) && run.needs[index].map { alone.refutes($0) } ?? true
        }
        // What others have by hand counts there.
        return last.flatMap { fits([request.guests[$0]]) == false ? request.guests[$0].name : nil }
    }

    // MARK: What would help

    /// Changes of one guest, or around it, each of which makes all guests fit.
    func remedies(for name: String, lacking reasons: [Shortage]) -> [Remedy] {
        guard let index = request.guests.firstIndex(where: { $0.name == name }) else { return [] }
        let demand = request.guests[index].demand
        func helps(_ changed: GuestDemand) -> Bool {
            var guests = request.guests
            guests[index].demand = changed
            return fits(guests) == true
        }
        var remedies = choices(demand).filter { helps($0.demand) }.map(\.remedy)
        remedies += otherCells(demand, beside: remedies, helps) + softPolicy(demand, reasons, helps)
        remedies += fewerVCPUs(demand, helps) + lessMemory(demand, reasons, helps)
        remedies += moreCPUs(reasons) + higherRatio(reasons) + shrunkPools(reasons) + withoutAnother(than: index)
        return remedies
    }

    /// The same guest with another value of one key.
    private func choices(_ demand: GuestDemand) -> [(remedy: Remedy, demand: GuestDemand)] {
        var choices: [(Remedy, GuestDemand)] = []
        func add(_ remedy: Remedy, _ change: (inout GuestDemand) -> Void) {
            var changed = demand
            change(&changed)
            if changed != demand { choices.append((remedy, changed)) }
        }
        let present = demand.pageSize?.value
        if let mark = demand.pageSize?.mark {
            let sizes = request.host.hugePageSizes.filter(demand.isWhole(in:))
            let requests: [GuestDemand.PageRequest] = sizes.map { .exactly($0) } + [.small]
            for wanted in requests where wanted != present {
                add(.pageSize(wanted)) { $0.pageSize = Located(wanted, at: mark) }
            }
            if demand.cpuPolicy == .shared { add(.pageSize(nil)) { $0.pageSize = nil } }
        }
        if var growth = demand.growth {
            growth.reserve = .now
            add(.reserveNow) { $0 = $0.growing(growth) }
        }
        for policy in [GuestDemand.ThreadPolicy.prefer, .require] where !demand.dedicatedVCPUs.isEmpty {
            if policy == .prefer || demand.threadPolicy == .isolate {
                add(.threadPolicy(policy)) { $0.threadPolicy = policy }
            }
        }
        for policy in [GuestDemand.DevicePolicy.socket, .preferred]
        where !(demand.devices.isEmpty && demand.deviceWishes.isEmpty) && demand.isBound {
            add(.devicePolicy(policy)) { $0.devicePolicy = policy }
        }
        if demand.emulatorPolicy == .isolate { add(.emulatorOnGuestCPUs) { $0.emulatorPolicy = nil } }
        for count in 1...max(1, request.host.cells.count) where demand.isBound && demand.forcedCells.isEmpty {
            guard let cells = demand.evenCells(count, vcpus: demand.vcpus, memory: demand.memory) else { continue }
            add(.cells(count)) { $0.cells = cells }
        }
        return choices
    }

    /// Less obvious guest cells: hidden ones if more cells help, and two of different sizes if equal ones do not.
    private func otherCells(
        _ demand: GuestDemand, beside found: [Remedy], _ helps: (GuestDemand) -> Bool
    ) -> [Remedy] {
        let counts = found.compactMap { if case .cells(let count) = $0 { count } else { nil } }
        if let count = counts.first(where: { $0 > max(1, demand.cells.count) }) {
            guard demand.cells.count <= 1, !demand.hidesCells, demand.growth == nil,
                let cells = demand.evenCells(count, vcpus: demand.vcpus, memory: demand.memory)
            else { return [] }
            var hidden = demand
            hidden.cells = cells
            hidden.hidesCells = true
            return helps(hidden) ? [.hiddenCells(count)] : []
        }
        guard counts.isEmpty, demand.isBound, demand.forcedCells.isEmpty, demand.cells.count <= 2 else { return [] }
        for cells in demand.unevenCells(grain: demand.memoryGrain(on: request.host, cells: 1))
            .prefix(Explanation.sizes)
        {
            var uneven = demand
            uneven.cells = cells
            if helps(uneven) { return [.unevenCells(cells)] }
        }
        return []
    }

    /// Memory from other host cells if its own does not have it all; only if memory was short.
    private func softPolicy(_ demand: GuestDemand, _ reasons: [Shortage], _ helps: (GuestDemand) -> Bool) -> [Remedy] {
        guard reasons.contains(where: { $0.resource == .memory }), demand.memoryPolicy == .strict,
            !demand.cells.isEmpty,
            demand.cells.allSatisfy({ $0.policy == nil })
        else { return [] }
        var soft = demand
        soft.memoryPolicy = .preferred
        return helps(soft) ? [.memoryPolicy(.preferred)] : []
    }

    /// The largest number of vCPUs below the present one that fits, in steps of the guest's cells.
    private func fewerVCPUs(_ demand: GuestDemand, _ helps: (GuestDemand) -> Bool) -> [Remedy] {
        let step = max(1, demand.cells.count)
        var vcpus = demand.vcpus - step
        for _ in 0..<Explanation.sizes where vcpus >= step {
            if let smaller = demand.resized(vcpus: vcpus, memory: demand.memory), helps(smaller) {
                return [.vcpus(vcpus)]
            }
            vcpus -= step
        }
        return []
    }

    /// The largest amount of memory below the present one that fits, to within a sixteenth; only where memory or pages were short.
    private func lessMemory(_ demand: GuestDemand, _ reasons: [Shortage], _ helps: (GuestDemand) -> Bool) -> [Remedy] {
        let isShort = reasons.contains { reason in
            switch reason.resource {
            case .memory, .pages: true
            default: false
            }
        }
        guard isShort, demand.growth == nil else { return [] }
        for sixteenths in stride(from: UInt64(15), through: 4, by: -1) {
            let grain = demand.memoryGrain(on: request.host)
            let amount = demand.memory.count * sixteenths / 16 / grain * grain
            guard amount > 0, let smaller = demand.resized(vcpus: demand.vcpus, memory: KiB(amount)) else { continue }
            if helps(smaller) { return [.memory(KiB(amount))] }
        }
        return []
    }

    /// The fewest CPUs more on one cell that was short of CPUs; of several such cells the one that needs fewest.
    private func moreCPUs(_ reasons: [Shortage]) -> [Remedy] {
        let hasSets = request.policy.dedicatedCPUs != nil || request.policy.sharedCPUs != nil
        guard !hasSets else { return [] }
        var missing: [CellID: Int] = [:]
        for reason in reasons {
            guard let cell = reason.hostCell, reason.resource.isOfCPUs else { continue }
            missing[cell] = max(missing[cell] ?? 0, Int(reason.needed - min(reason.free, reason.needed)))
        }
        var fewest: (count: Int, cell: CellID)?
        let cells = missing.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(Explanation.cells)
        for (cell, most) in cells where most < fewest?.count ?? .max {
            let count = smallest(through: most) { count in
                fits(request.guests) { $0.host = request.host.adding(count, to: cell) } == true
            }
            if let count { fewest = (count, cell) }
        }
        return fewest.map { [.moreCPUs($0.count, cell: $0.cell)] } ?? []
    }

    /// The lowest ratio, in tenths, with which the shared vCPUs fit; only where these were short.
    private func higherRatio(_ reasons: [Shortage]) -> [Remedy] {
        guard reasons.contains(where: { $0.resource == .sharedVCPUs }) else { return [] }
        let present = request.policy.cpuAllocationRatio.thousandths / 100
        let tenths = smallest(through: Explanation.highestRatio * 10) { tenths in
            guard tenths > present else { return false }
            return fits(request.guests) {
                $0.policy.cpuAllocationRatio = Ratio(thousandths: UInt64(tenths) * 100)
            } == true
        }
        return tenths.map { [.cpuRatio(Ratio(thousandths: UInt64($0) * 100))] } ?? []
    }

    /// Whether unused huge pages hold the memory that is short.
    private func shrunkPools(_ reasons: [Shortage]) -> [Remedy] {
        let isShort = reasons.contains { reason in
            switch reason.resource {
            case .memory, .pages: true
            default: false
            }
        }
        guard isShort, request.policy.managesPools, !request.allowsShrink,
            fits(request.guests, changing: { $0.allowsShrink = true }) == true
        else { return [] }
        return [.shrinkPools]
    }

    /// The smallest number from 1 that holds, when all above it hold too; nil when `last` does not.
    private func smallest(through last: Int, holds: (Int) -> Bool) -> Int? {
        guard last > 0, holds(last) else { return nil }
        var (failing, holding) = (0, last)
        while holding - failing > 1 {
            let middle = failing + (holding - failing) / 2
            if holds(middle) { holding = middle } else { failing = middle }
        }
        return holding
    }

    /// The smallest other guest without which the rest fits.
    private func withoutAnother(than index: Int) -> [Remedy] {
        let others = request.guests.indices.filter { $0 != index }.sorted { left, right in
            let (a, b) = (request.guests[left].demand, request.guests[right].demand)
            return (a.vcpus, a.memory, left) < (b.vcpus, b.memory, right)
        }
        for other in others.prefix(Explanation.removals) {
            var guests = request.guests
            let removed = guests.remove(at: other)
            if fits(guests) == true { return [.without(removed.name)] }
        }
        return []
    }
}

extension Shortage.Resource {
    /// Whether more CPUs on the cell are more of it.
    fileprivate var isOfCPUs: Bool {
        switch self {
        case .dedicatedCPUs, .wholeCores, .sharedCPUs, .sharedVCPUs: true
        default: false
        }
    }
}

extension GuestDemand {
    /// Even cells, or nil when vCPUs or memory cannot be divided.
    fileprivate func evenCells(_ count: Int, vcpus: Int, memory: KiB) -> [GuestCellDemand]? {
        guard pins.isEmpty, vcpus % count == 0, memory.count % UInt64(count) == 0, sharesGrowth(by: count) else {
            return nil
        }
        let each = vcpus / count
        return (0..<count).map { index in
            GuestCellDemand(
                id: GuestCellID(index), vcpus: VCPUSet(numbers: each * index..<each * (index + 1)),
                memory: KiB(memory.count / UInt64(count)))
        }
    }

    /// Whether so many cells can share what the guest can be given, in the blocks of virtio-mem.
    private func sharesGrowth(by count: Int) -> Bool {
        [growth?.size, growth?.requested].compactMap(\.self)
            .allSatisfy { $0.count * UInt64(cells.count) % (UInt64(count) * MemoryGrowth.leastBlock.count) == 0 }
    }

    /// Two cells of different sizes, those that differ least first; memory goes with the vCPUs, in multiples of `grain` KiB.
    fileprivate func unevenCells(grain: UInt64) -> [[GuestCellDemand]] {
        guard pins.isEmpty, vcpus > 2, memory.count % grain == 0, growth == nil else { return [] }
        let first = (1..<vcpus).filter { $0 * 2 != vcpus }.sorted {
            (abs($0 * 2 - vcpus), -$0) < (abs($1 * 2 - vcpus), -$1)
        }
        return first.compactMap { count in
            let share = memory.count / UInt64(vcpus) * UInt64(count) / grain * grain
            guard share > 0, share < memory.count else { return nil }
            return [
                GuestCellDemand(id: 0, vcpus: VCPUSet(numbers: 0..<count), memory: KiB(share)),
                GuestCellDemand(
                    id: 1, vcpus: VCPUSet(numbers: count..<vcpus), memory: KiB(memory.count - share)),
            ]
        }
    }

    /// The same guest with another size, its cells even; nil when its cells are uneven now or could not be even.
    fileprivate func resized(vcpus count: Int, memory amount: KiB) -> GuestDemand? {
        // Without a wish every vCPU is a socket; a topology that was asked for holds one number of vCPUs only.
        if !pins.isEmpty { return nil }
        if let cpuTopology, count != vcpus, cpuTopology.sockets != vcpus { return nil }
        var smaller = self
        smaller.vcpus = count
        smaller.memory = amount
        let all = VCPUSet(numbers: 0..<count)
        smaller.dedicatedVCPUs = cpuPolicy == .dedicated ? all : dedicatedVCPUs.intersection(all)
        smaller.realtimeVCPUs = realtimeVCPUs.intersection(all)
        smaller.scheduler?.vcpus = scheduler?.vcpus.intersection(all) ?? all
        guard !cells.isEmpty else { return smaller }
        guard Set(cells.map(\.vcpus.count)).count == 1, Set(cells.map(\.memory)).count == 1,
            let even = evenCells(cells.count, vcpus: count, memory: amount)
        else { return nil }
        smaller.cells = zip(even, cells).map { cell, present in
            GuestCellDemand(
                id: cell.id, vcpus: cell.vcpus, memory: cell.memory, memoryCells: present.memoryCells,
                policy: present.policy)
        }
        return smaller
    }

    /// What the guest's memory must be a multiple of, in KiB: a page, or a MiB, for each cell.
    ///
    /// - Parameter count: The number of cells; nil is as many as it has.
    fileprivate func memoryGrain(on host: HostFacts, cells count: Int? = nil) -> UInt64 {
        let page: UInt64 =
            switch pageSize?.value {
            case .exactly(let size): size.size.count
            case .large: host.hugePageSizes.first?.size.count ?? 1_024
            default: 1_024
            }
        return max(page, 1_024) * UInt64(max(1, count ?? cells.count))
    }
}

extension HostFacts {
    /// The host with more CPUs on a cell, each a core of its own.
    fileprivate func adding(_ count: Int, to cell: CellID) -> HostFacts {
        var host = self
        let first = (cells.flatMap { $0.cpus.last.map { [$0.rawValue] } ?? [] }.max() ?? 0) + 1
        for index in host.cells.indices where host.cells[index].id == cell {
            for number in first..<first + count {
                host.cells[index].cpus.insert(CPU(number))
                host.cells[index].siblings.append([CPU(number)])
                host.onlineCPUs.insert(CPU(number))
            }
        }
        return host
    }
}
