public import HostModel
public import SiteFile

/// One change that would make all guests of a host fit.
public enum Remedy: Hashable, Sendable {
    /// Another page size for the guest; nil is ordinary memory without a page size.
    case pageSize(GuestDemand.PageRequest?)
    /// Another use of sibling threads.
    case threadPolicy(GuestDemand.ThreadPolicy)
    /// No CPU of its own for the emulator.
    case emulatorOnGuestCPUs
    /// Another nearness of the guest's host devices.
    case devicePolicy(GuestDemand.DevicePolicy)
    /// So many guest cells instead.
    case cells(Int)
    /// So many guest cells of the same size, which the guest does not see.
    case hiddenCells(Int)
    /// Guest cells of different sizes.
    case unevenCells([GuestCellDemand])
    /// Another binding of the guest's memory.
    case memoryPolicy(GuestDemand.MemoryPolicy)
    /// So many vCPUs instead.
    case vcpus(Int)
    /// So many CPUs for the actor instead.
    case cpus(Int)
    /// So much memory instead.
    case memory(KiB)
    /// Memory only for what a guest that can grow has now.
    case reserveNow
    /// So many CPUs more on that host cell.
    case moreCPUs(Int, cell: CellID)
    /// More shared vCPUs on each CPU of the host.
    case cpuRatio(Ratio)
    /// Pools that give back the free pages that nobody asks for.
    case shrinkPools
    /// Another guest left out, or moved to another host.
    case without(String)
    /// An actor left out.
    case withoutActor(String)
    /// So many moves of others, of so much memory, with guests left out that have no place yet.
    case moves(Int, KiB, without: [String])
}

extension Remedy {
    /// The change for a site in which these are actors; nil where an actor has no such key.
    ///
    /// - Parameter isOfActor: Whether it is to help an actor.
    func told(of actors: Set<String>, isOfActor: Bool) -> Remedy? {
        switch self {
        case .without(let name) where actors.contains(name): .withoutActor(name)
        case .vcpus(let count) where isOfActor: .cpus(count)
        case .threadPolicy, .moreCPUs, .cpuRatio, .shrinkPools, .without: self
        default: isOfActor ? nil : self
        }
    }
}
