internal import Diagnostics
internal import HostModel

/// Turns the settings of a guest into its demand, and checks every rule that needs no host.
///
/// The order is Nova's: policies, masks, emulator threads, resources and traits, cells, page size, locked memory, then what the guest
/// sees. A rule about a key that could not be read, or about a number that is missing, stays silent: that is reported already.
struct DemandRules {
    let choice: FlavorChoice
    /// Host cells chosen by the operator.
    let placement: Located<[CellEntry<GuestCellID, Int>]>?
    /// Whether what is not said stays as a domain has it: then a key may say something of what others do not.
    let isPartial: Bool
    var report = Findings()

    var settings: FlavorSettings { choice.settings }
    var image: FlavorSettings { choice.image }
    var vcpus: Int? { settings.vcpus?.value }
    var memory: KiB? { settings.ram?.value }

    init(
        _ choice: FlavorChoice, placement: Located<[CellEntry<GuestCellID, Int>]>? = nil, isPartial: Bool = false
    ) {
        self.choice = choice
        self.placement = placement
        self.isPartial = isPartial
    }

    /// Whether the value of a key could not be read.
    func isBroken(_ keys: String...) -> Bool { keys.contains(where: choice.broken.contains) }

    /// The demand; it means something only when no error was reported and vCPUs and memory are known.
    mutating func demand() -> GuestDemand {
        var demand = GuestDemand(vcpus: vcpus ?? 0, memory: memory ?? .zero)
        demand.currentVCPUs = currentVCPUs()
        let policy = cpuPolicy()
        demand.cpuPolicy = policy?.value ?? .shared
        demand.threadPolicy = threadPolicy(policy)
        demand.cpuKind = settings.cpuKind?.value ?? .performance
        demand.isolation = isolation(policy)
        demand.emulatorPolicy = emulatorPolicy(policy)
        demand.realtimeVCPUs = realtimeVCPUs(policy)
        demand.scheduler = scheduler()
        demand.dedicatedVCPUs = dedicatedVCPUs(policy, realtime: demand.realtimeVCPUs)
        demand.pins = handPins(demand)
        demand.pageSize = pageSize()
        demand.cells = cells(policy, pageSize: demand.pageSize)
        checkPages(demand.pageSize, of: demand.cells)
        demand.lockedMemory = lockedMemory() || !demand.realtimeVCPUs.isEmpty
        demand.currentMemory = settings.maximumMemory == nil ? currentMemory() : nil
        demand.memoryAccess = settings.memoryAccess?.value
        demand.forcedCells = forcedCells(demand.cells, policy)
        bindMemory(of: &demand, hasCells: hasCells(policy))
        hideCells(of: &demand, hasCells: hasCells(policy))
        grow(&demand)
        demand.cpuTopology = cpuTopology(hasCells: hasCells(policy) && !demand.hidesCells)
        demand.asksForTopology = asksForTopology
        demand.view = view(of: demand, hasCells: hasCells(policy))
        demand.ioThreads = settings.ioThreads?.value
        demand.devicePolicy = devicePolicy()
        demand.cpuMode = settings.cpuMode?.value.rawValue
        demand.physicalAddress = physicalAddress()
        return demand
    }
}
