public import HostModel

/// How room is made for a guest by moving others between host cells while they run, or that there is no such way.
public struct RoomForGuest: Hashable, Sendable {
    /// What was found out.
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        /// The guest has its place already.
        case placed
        /// The guest fits, and nobody has to move.
        case fits
        /// The guest fits after these moves.
        case moves
        /// An arrangement exists, and no order of moves leads to it: some guests would have to be shut down.
        case restarts
        /// No arrangement exists, whatever is restarted.
        case impossible
        /// No order of moves leads to room, and whether restarts would could not be found out within the search limit.
        case unreachable
        /// The search limit was reached before moves were found or ruled out.
        case undecided
        /// Guests that are on the host do not all fit where they are.
        case overfull
        /// The guest is not placed by this plan: it keeps its place, is absent, or its domain may not be changed.
        case unplanned
    }

    /// Why a guest is not moved.
    public enum Obstacle: String, Hashable, Sendable, CaseIterable {
        /// Its memory cannot leave its cell while it runs: devices of the host use it, or new pages would come from the old cell.
        case held
        /// It is pinned, or bound to its host cells, by hand.
        case pinned
        /// Its memory comes from other host cells than its CPUs, or from several.
        case spread
        /// It is not where the site wants it.
        case misplaced
    }

    /// The guest.
    public var guest: String
    /// What was found out.
    public var outcome: Outcome
    /// The moves, in the order in which each finds room.
    public var moves: [RoomMove] = []
    /// The least memory that any moves take, where less than in these is not ruled out; nil where it is.
    public var atLeast: KiB?
    /// Where the guest then fits, by guest cell; empty where it has no cells, or no place.
    public var hostCells: [CellID] = []
    /// Guests without a place that are not counted, ascending.
    public var uncounted: [String] = []
    /// Guests that are not moved, and why.
    public var fixed: [String: Obstacle] = [:]
    /// Guests that do not fit where they are, ascending.
    public var misfits: [String] = []
    /// Whether the plan that this is a part of carries the moves out.
    package var isCarriedOut = false

    init(_ guest: String, _ outcome: Outcome) { (self.guest, self.outcome) = (guest, outcome) }

    /// What is said of a guest that a plan does not place.
    package init(unplanned guest: String) { self.init(guest, .unplanned) }

    /// An answer as it is found.
    package init(_ guest: String, moves: [RoomMove], hostCells: [CellID], atLeast: KiB? = nil) {
        self.init(guest, .moves)
        (self.moves, self.hostCells, self.atLeast) = (moves, hostCells, atLeast)
    }

    /// The memory of running guests that the moves take.
    public var memory: KiB { moves.reduce(.zero) { $0 + ($1.isRunning ? $1.memory : .zero) } }
}

/// One guest cell that goes from one host cell to another.
public struct RoomMove: Hashable, Sendable {
    /// The guest.
    public var guest: String
    /// Its cell.
    public var guestCell: GuestCellID
    /// How many cells it has.
    public var cellCount: Int
    /// The host cell that it leaves.
    public var from: CellID
    /// The host cell that it goes to.
    public var to: CellID
    /// Its memory.
    public var memory: KiB
    /// The size of its pages.
    public var pageSize: PageSize
    /// Pages by which the pool of the host cell it goes to must grow before.
    public var morePages: PageCount
    /// The guest's CPUs on that host cell, for the vCPUs that have one each.
    public var pins: [VCPU: CPU]
    /// The CPU of its emulator there, where that has one to itself.
    public var emulator: CPU?
    /// Guests on that host cell that get other CPUs of it before, ascending.
    public var repinned: [String]
    /// Whether the guest runs; else only its definition changes.
    public var isRunning: Bool

    package init(
        guest: String, guestCell: GuestCellID = 0, cellCount: Int = 1, from: CellID, to: CellID, memory: KiB,
        pageSize: PageSize, morePages: PageCount = 0, pins: [VCPU: CPU] = [:], emulator: CPU? = nil,
        repinned: [String] = [], isRunning: Bool = true
    ) {
        (self.guest, self.guestCell, self.cellCount) = (guest, guestCell, cellCount)
        (self.from, self.to, self.memory, self.pageSize) = (from, to, memory, pageSize)
        (self.morePages, self.pins, self.emulator, self.repinned) = (morePages, pins, emulator, repinned)
        self.isRunning = isRunning
    }
}
