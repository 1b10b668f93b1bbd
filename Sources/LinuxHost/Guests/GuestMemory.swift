internal import CNuma
public import Execution
internal import Glibc
public import HostModel
internal import LivePlacement
public import SystemPackage

/// The memory of guests that libvirt's QEMU driver runs on this machine: where it is by `/proc/PID/numa_maps`, and `move_pages(2)`.
public struct GuestMemory: MemoryHost {
    private let root: FilePath
    private let folder: String?
    private let uri: String
    private let pace: MovePace
    private let mayContinue: @Sendable () -> Bool

    /// How much is moved in one call of the kernel: the guest's vCPUs wait only for pages that are on their way.
    private static let share = KiB(32 * 1_024)
    /// How often what could not be moved, since somebody had it in use for a moment, is tried: half a minute in all. Of a page of 1 GiB
    /// something often is.
    private static let rounds = 36

    /// What is waited before a round, in microseconds: most often the page is free at once.
    private static func pause(before round: Int) -> useconds_t { min(1_000_000, 10_000 << useconds_t(min(round, 10))) }

    /// Looks at the guests of a connection.
    ///
    /// - Parameters:
    ///   - root: `/`, or the root of a captured file tree; there nothing is moved, since its processes do not run here.
    ///   - runtimeFolder: `XDG_RUNTIME_DIR`, below which the driver of a session keeps the numbers of its processes.
    ///   - rate: The most that is moved in a second; nil for as fast as it goes.
    ///   - mayContinue: Asked between two shares; false ends the move.
    public init(
        uri: String, root: FilePath = "/", runtimeFolder: String?, rate: KiB? = nil,
        mayContinue: @escaping @Sendable () -> Bool = { true }
    ) {
        self.root = root
        self.uri = uri
        pace = MovePace(rate: rate)
        self.mayContinue = mayContinue
        folder = GuestProcessFiles.folder(uri: uri, runtimeFolder: runtimeFolder)
    }

    /// Where a piece of a guest's memory is.
    public func places(of memory: PieceOfMemory) throws(StepFailure) -> [CellID: KiB] {
        try areas(of: memory).areas.reduce(into: [:]) { places, area in
            for (cell, pages) in area.pages { places[cell, default: .zero] += pages * area.pageSize }
        }
    }

    /// Moves a piece of a guest's memory.
    public func move(_ memory: PieceOfMemory, to cell: CellID) throws(StepFailure) {
        for round in 1...GuestMemory.rounds {
            let (process, areas) = try areas(of: memory)
            let left = areas.filter { $0.pages.contains { $0.key != cell && $0.value > .zero } }
            guard !left.isEmpty else { return }
            guard mayContinue() else { throw .interrupted }
            if round > 1 { usleep(GuestMemory.pause(before: round)) }
            for area in left { try move(area, of: process, to: cell) }
        }
    }

    private func move(_ area: MemoryArea, of process: Int, to cell: CellID) throws(StepFailure) {
        guard let size = area.size else { return }
        let page = area.pageSize.size
        let count = size.count / page.count
        let atOnce = max(1, GuestMemory.share.count / page.count)
        var first: UInt64 = 0
        while first < count {
            guard mayContinue() else { throw .interrupted }
            let pages = min(atOnce, count - first)
            let started = ContinuousClock.now
            let addresses = (first..<first + pages).map { UInt(area.start + $0 * page.count * 1_024) }
            try PageMove(process: process, addresses: addresses, cell: cell).carryOut()
            pace.wait(after: KiB(pages * page.count), since: started)
            first += pages
        }
    }

    /// Lets the guest have memory on that cell too.
    public func admit(_ cell: CellID, to guest: String) throws(StepFailure) {
        try groups(of: guest).admit(cell)
    }

    /// Lets the guest have memory on these cells only.
    public func confine(_ guest: String, to cells: CellSet) throws(StepFailure) {
        guard !cells.isEmpty else { return }
        try groups(of: guest).confine(to: cells)
    }

    private func groups(of guest: String) throws(StepFailure) -> GuestGroups {
        let (reader, pidFile) = try reader(of: guest)
        do throws(Unread) {
            return try GuestGroups(process: reader.identity(of: guest, pidFile: pidFile), root: root)
        } catch {
            throw .unseen(guest, error)
        }
    }

    private func areas(of memory: PieceOfMemory) throws(StepFailure) -> (process: Int, areas: [MemoryArea]) {
        let (reader, pidFile) = try reader(of: memory.guest)
        do throws(Unread) {
            let (process, all) = try reader.memory(of: memory.guest, pidFile: pidFile)
            guard let areas = GuestShape(memory.live).areas(in: all)[memory.cell], !areas.isEmpty else {
                throw Unread("its memory cannot be told from the emulator's own")
            }
            return (process, areas)
        } catch {
            throw .unseen(memory.guest, error)
        }
    }

    private func reader(of guest: String) throws(StepFailure) -> (GuestProcessReader, pidFile: String) {
        guard HostFiles(root: root).isLive else { throw .unseen(guest, Unread("\(root) is not the running machine")) }
        guard let folder else { throw .unseen(guest, Unread("\(uri) runs no QEMU on this machine")) }
        return (GuestProcessReader(root: root), "\(folder)/\(guest).pid")
    }
}

extension StepFailure {
    fileprivate static func unseen(_ guest: String, _ reason: Unread) -> StepFailure {
        .refused(
            HostRefusal(
                call: "move_pages", kind: reason.isForbidden ? .notPermitted : .other, code: 0,
                message: "the memory of \(guest): \(reason.what)"))
    }
}

/// One call of `move_pages(2)`.
private struct PageMove {
    let process: Int
    /// The pages' first bytes.
    let addresses: [UInt]
    let cell: CellID

    /// Moves the pages that are there, also those that other processes share. One that is in use for the moment stays.
    func carryOut() throws(StepFailure) {
        var pages = addresses.map { UnsafeMutableRawPointer(bitPattern: $0) }
        let cells = [CInt](repeating: CInt(cell.rawValue), count: pages.count)
        var status = [CInt](repeating: 0, count: pages.count)
        let result = numa_move_pages(
            pid_t(process), UInt(pages.count), &pages, cells, &status, CInt(MPOL_MF_MOVE_ALL))
        let code = errno
        if result < 0 { throw refusal(code) }
        // The target has no room: there is no point in going on.
        if status.contains(-ENOMEM) { throw refusal(ENOMEM) }
        if status.contains(-EACCES) { throw refusal(EACCES) }
    }

    private func refusal(_ code: CInt) -> StepFailure {
        let words =
            switch code {
            case ENOMEM: "cell \(cell) has no room for more pages of that size"
            case EACCES: "the control groups of process \(process) do not allow cell \(cell)"
            case ESRCH: "process \(process) has ended"
            default: "\(String(cString: strerror(code)))"
            }
        return .refused(
            HostRefusal(
                call: "move_pages", kind: code == EPERM ? .notPermitted : .other, code: Int(code), message: words))
    }
}

/// Keeps moves to a rate.
private struct MovePace {
    let rate: KiB?

    /// Waits until that much has taken as long as it may.
    func wait(after amount: KiB, since start: ContinuousClock.Instant) {
        guard let rate, rate > .zero else { return }
        let due = Duration.milliseconds(Int64(amount.count * 1_000 / rate.count))
        let left = due - (ContinuousClock.now - start)
        guard left > .zero else { return }
        let (seconds, attoseconds) = left.components
        usleep(useconds_t(min(1_000_000_000, seconds * 1_000_000 + attoseconds / 1_000_000_000_000)))
    }
}
