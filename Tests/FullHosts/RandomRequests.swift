internal import Diagnostics
package import HostModel
package import Placement
package import SiteFile

extension PlacementRequest {
    /// A small host that is about full: up to 4 cells, 6 guests, all policies.
    package static func random(seed: Int) -> PlacementRequest {
        var dice = SplitMix(seed: seed)
        let host = HostFacts.random(&dice)
        let all = host.onlineCPUs
        var policy = HostPolicy.plain(
            cpuRatio: dice.pick([1_000, 1_500, 4_000]), ramRatio: dice.pick([1_000, 1_000, 1_500]),
            reserved: dice.pick([0, 1_024]), manage: dice.chance(75), placement: dice.pick([.spread, .pack]))
        if dice.chance(40) {
            let shared = CPUSet(all.filter { _ in dice.chance(30) })
            if dice.chance(80) { policy.sharedCPUs = Located(shared) }
            if dice.chance(90) { policy.dedicatedCPUs = Located(all.subtracting(shared)) }
        }
        for cell in host.cells {
            for pool in cell.pools where dice.chance(15) {
                policy.pools.append(
                    PoolRequest(
                        pool: Located(PoolID(cell: cell.id, pageSize: pool.pageSize)),
                        pages: PageCount(UInt64(dice.number(0...2)))))
            }
        }
        let guests = (0..<dice.number(1...6)).map { PlacementGuest(name: "g\($0)", demand: .random(&dice, host: host)) }
        var foreign: [ForeignLoad] = []
        if dice.chance(20) {
            var load = ForeignLoad(name: "foreign")
            load.takenCPUs = CPUSet(all.filter { _ in dice.chance(10) })
            if dice.chance(50) { load.memory = [.init(cell: dice.pick(host.cells.map(\.id)), amount: 1_024)] }
            if dice.chance(30) {
                let cell = dice.pick(host.cells)
                let group = ForeignLoad.SharedVCPUs(cpus: CPUSet(cell.cpus.prefix(2)), count: dice.number(1...2))
                // Nothing runs on no CPU.
                if !cell.cpus.isEmpty { load.sharedVCPUs = [group] }
            }
            foreign = [load]
        }
        var request = PlacementRequest(host: host, policy: policy, guests: guests, foreign: foreign)
        // Dice of their own, so that devices and distances change nothing else of a seed's request.
        var more = SplitMix(seed: seed + 1 << 40)
        if more.chance(50) { request.addDevices(&more) }
        if more.chance(30) { request.host.addDistances(&more) }
        if more.chance(30) { request.policy.guestOverhead = .fixed(KiB(UInt64(more.pick([64, 256, 512])))) }
        if more.chance(25) { request.host.addGuestLimits(&more) }
        if more.chance(15) {
            request.policy.housekeepingCPUs = Located(CPUSet(request.host.onlineCPUs.filter { _ in more.chance(25) }))
        }
        return request
    }

    /// Devices on some cells, or on none, and guests of all device policies that name them.
    private mutating func addDevices(_ dice: inout SplitMix) {
        let cellsOfSocket = dice.number(1...2)
        for index in host.cells.indices where dice.chance(90) { host.cells[index].socket = index / cellsOfSocket }
        host.devices = (0..<8).map { number in
            let home = dice.chance(90) ? dice.pick(host.cells) : nil
            return HostDevice(address: .number(UInt8(number)), cell: home?.id, socket: home?.socket)
        }
        for index in guests.indices where dice.chance(60) {
            let number = dice.pick([1, 1, 1, 2, 2, 3])
            guests[index].demand.devices = (0..<number).map { _ in
                Located(PCIAddress.number(UInt8(dice.number(0...(dice.chance(3) ? 8 : 7)))))
            }
            guests[index].demand.devicePolicy = dice.pick(GuestDemand.DevicePolicy.allCases)
        }
    }
}

extension PCIAddress {
    /// The first function of the device of that number, 0 to 255: 32 slots a bus.
    package static func number(_ number: UInt8) -> PCIAddress {
        PCIAddress(bus: 0x3b + number / 32, slot: number % 32, function: 0).unsafelyUnwrapped
    }
}

extension HostFacts {
    /// Cells that are not all equally far from each other.
    fileprivate mutating func addDistances(_ dice: inout SplitMix) {
        for from in cells.indices {
            cells[from].distances = Dictionary(
                uniqueKeysWithValues: cells.indices.map { to in
                    (cells[to].id, from == to ? 10 : dice.pick([12, 20, 30, 40]))
                })
        }
    }

    /// A control group that bars some CPUs from guests, the memory of some cells, or both.
    fileprivate mutating func addGuestLimits(_ dice: inout SplitMix) {
        var limits = GuestLimits(source: "/sys/fs/cgroup/machine.slice")
        let style = dice.number(0...2)
        let share = dice.pick([60, 90])
        if style != 1 { limits.cpus = CPUSet(onlineCPUs.filter { _ in dice.chance(share) }) }
        if style != 0 { limits.memoryCells = CellSet(cells.map(\.id).filter { _ in dice.chance(70) }) }
        guestLimits = limits
    }

    package static func random(_ dice: inout SplitMix) -> HostFacts {
        let smt = dice.pick([1, 1, 2, 2, 2, 3, 4])
        var next = 0
        let cells = (0..<dice.number(1...4)).map { id in
            let cores = dice.number(0...(smt == 1 ? 6 : smt == 2 ? 4 : 2))
            let siblings = (0..<cores).map { _ in
                let threads = dice.chance(90) ? smt : max(1, smt - 1)
                defer { next += threads }
                return CPUSet(numbers: next..<next + threads)
            }
            let cpus = siblings.reduce(into: CPUSet()) { $0.formUnion($1) }
            var pools: [HugepagePool] = []
            if dice.chance(80) {
                let total = UInt64(dice.number(0...3))
                pools.append(HugepagePool(pageSize: PageSize(512), total: PageCount(total), free: PageCount(total)))
            }
            if dice.chance(50) {
                let total = UInt64(dice.number(0...1))
                pools.append(HugepagePool(pageSize: PageSize(1_024), total: PageCount(total), free: PageCount(total)))
            }
            return Cell(
                id: CellID(id), cpus: cpus, memory: KiB(UInt64(dice.number(2...8) * 1_024)), siblings: siblings,
                pools: pools)
        }
        return HostFacts(
            host: HostIdentity(name: "random"), onlineCPUs: cells.reduce(into: CPUSet()) { $0.formUnion($1.cpus) },
            cells: cells)
    }
}

extension GuestDemand {
    package static func random(_ dice: inout SplitMix, host: HostFacts) -> GuestDemand {
        if dice.chance(10) {
            return GuestDemand(vcpus: dice.number(1...3), memory: KiB(UInt64(dice.number(1...4) * 512)))
        }
        let count = min(host.cells.count, dice.pick([1, 1, 1, 2, 2, 3]))
        var vcpu = 0
        let cells = (0..<count).map { id in
            let vcpus = dice.number(1...4)
            defer { vcpu += vcpus }
            return GuestCellDemand(
                id: GuestCellID(id), vcpus: VCPUSet(numbers: vcpu..<vcpu + vcpus),
                memory: KiB(UInt64(dice.number(1...5) * 512)))
        }
        let all = VCPUSet(numbers: 0..<vcpu)
        let policy = dice.pick([CPUPolicy.shared, .dedicated, .dedicated, .mixed])
        var mask = policy == .dedicated ? all : []
        if policy == .mixed { mask = VCPUSet(all.filter { _ in dice.chance(50) }) }
        var demand = GuestDemand(
            vcpus: vcpu, memory: cells.reduce(KiB.zero) { $0 + $1.memory }, cells: cells, cpuPolicy: policy,
            dedicatedVCPUs: mask, threadPolicy: policy == .shared ? .prefer : dice.pick([.prefer, .isolate, .require]),
            emulatorPolicy: policy != .shared && dice.chance(25) ? .isolate : nil)
        let request = dice.pick([nil, nil, PageRequest.small, .large, .any, .exactly(PageSize(512))])
        demand.pageSize = request.map { Located($0) }
        if dice.chance(10) { demand.forcedCells[0] = Located(dice.pick(host.cells.map(\.id))) }
        return demand
    }
}
