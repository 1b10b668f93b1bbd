public import DomainXML
public import HostModel

/// What the interpreter needs of the memory of running guests.
public protocol MemoryHost {
    /// Where a piece of a running guest's memory is: how much of it by host cell. Memory that the guest has not touched is nowhere.
    func places(of memory: PieceOfMemory) throws(StepFailure) -> [CellID: KiB]

    /// Lets the guest's processes have memory on that cell too.
    func admit(_ cell: CellID, to guest: String) throws(StepFailure)

    /// Moves what is there of a piece to a host cell, page by page, while the guest runs. What cannot be moved stays where it is,
    /// which ``places(of:)`` tells.
    ///
    /// - Throws: ``StepFailure/interrupted`` when the operator ends it, a refusal where the cell has no room: what was moved so far
    ///   stays moved.
    func move(_ memory: PieceOfMemory, to cell: CellID) throws(StepFailure)

    /// Lets the guest's processes have memory on these cells only.
    func confine(_ guest: String, to cells: CellSet) throws(StepFailure)
}

/// One piece of a running guest's memory.
public struct PieceOfMemory: Hashable, Sendable {
    /// The domain's name.
    public var guest: String
    /// The guest cell; nil for all memory of a guest without cells.
    public var cell: GuestCellID?
    /// What the domain was started with, which tells the pieces apart.
    public var live: FoundSettings

    package init(guest: String, cell: GuestCellID?, live: FoundSettings) {
        self.guest = guest
        self.cell = cell
        self.live = live
    }
}

/// Guests whose memory nobody looks at.
public struct NoMemory: MemoryHost {
    private let reason: String

    /// Makes one that gives that reason.
    package init(_ reason: String = "their memory is not examined here") { self.reason = reason }

    /// Refuses.
    public func places(of memory: PieceOfMemory) throws(StepFailure) -> [CellID: KiB] { throw refusal }
    /// Refuses.
    public func admit(_ cell: CellID, to guest: String) throws(StepFailure) { throw refusal }
    /// Refuses.
    public func move(_ memory: PieceOfMemory, to cell: CellID) throws(StepFailure) { throw refusal }
    /// Refuses.
    public func confine(_ guest: String, to cells: CellSet) throws(StepFailure) { throw refusal }

    private var refusal: StepFailure {
        .refused(HostRefusal(call: "move_pages", kind: .other, code: 0, message: reason))
    }
}
