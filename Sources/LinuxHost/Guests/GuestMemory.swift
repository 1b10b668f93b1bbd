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

    /// The most that is moved in one call of the kernel: fewer calls were measured to be faster for ordinary pages, but nobody interrupts
    /// one. The guest's vCPUs wait only for pages that are on their way.
    private static let share = KiB(256 * 1_024)
    /// How often what could not be moved, since somebody had it in use for a moment, is tried: half a minute in all. Of a page of 1 GiB
    /// something often is.
    private static let rounds = 36
    /// How many calls a round makes for a share in which pages are in use.
    private static let callsForBusyShare = 16

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

    /// Moves a piece of a guest's memory. Where not all of it was there it looks again afterwards: the guest may have got more on the old
    /// cells meanwhile.
    public func move(_ memory: PieceOfMemory, to cell: CellID) throws(StepFailure) {
        try moveTransparentHugePages(of: memory, to: cell)
        for _ in 1...GuestMemory.rounds {
            let (process, areas) = try areas(of: memory)
            let elsewhere = areas.filter { $0.pages.contains { $0.key != cell && $0.value > .zero } }
            guard !elsewhere.isEmpty else { return }
            var left = 0
            for area in elsewhere { left += try move(area, of: process, to: cell) }
            guard left == 0, !elsewhere.allSatisfy(\.isWhole) else { return }
        }
    }

    /// Moves ordinary pages that the kernel holds as huge ones, each by its first address: asked for each of its ordinary pages, it moves
    /// all of them with the first and has the others looked up for nothing, which takes as long as the move. What is not held so stays
    /// for later, as does all of it where a rate is kept: what is moved here is not known.
    private func moveTransparentHugePages(of memory: PieceOfMemory, to cell: CellID) throws(StepFailure) {
        guard pace.rate == nil else { return }
        let (process, areas) = try areas(of: memory)
        let huge = GuestMemory.transparentHugePage
        let bytes = huge.size.count * 1_024
        let atOnce = Int(GuestMemory.share.count / huge.size.count)
        for area in areas where area.pageSize < huge && area.pages.contains(where: { $0.key != cell }) {
            guard let size = area.size else { continue }
            let first = (area.start + bytes - 1) / bytes * bytes
            var rest = stride(from: first, to: area.start + size.count * 1_024, by: Int(bytes)).map { UInt($0) }[...]
            var moves = PageMoves(process: process, cell: cell, most: atOnce)
            while !rest.isEmpty {
                guard mayContinue() else { throw .interrupted }
                _ = try moves.move(rest.prefix(atOnce))
                rest = rest.dropFirst(atOnce)
            }
        }
    }

    /// The size of transparent huge pages on most machines. Where it is another one, less is gained.
    private static let transparentHugePage = PageSize(2_048)

    /// Moves an area, and tries again what was in use.
    ///
    /// - Returns: How many pages do not move.
    private func move(_ area: MemoryArea, of process: Int, to cell: CellID) throws(StepFailure) -> Int {
        guard let size = area.size else { return 0 }
        let page = area.pageSize.size
        let atOnce = max(1, Int(clamping: pace.share(atMost: GuestMemory.share).count / page.count))
        var moves = PageMoves(process: process, cell: cell, most: atOnce)
        let bytes = page.count * 1_024
        var left: [UInt] = []
        var rest = (0..<size.count / page.count).lazy.map { UInt(area.start + $0 * bytes) }[...]
        while !rest.isEmpty {
            let share = rest.prefix(atOnce)
            try paced(share.count, page) { () throws(StepFailure) in
                let answer = try moves.move(share)
                left += answer.unsaid + answer.busy
            }
            rest = rest.dropFirst(atOnce)
        }
        for round in 2...GuestMemory.rounds where !left.isEmpty {
            // Most of what the first calls do not say anything of is moved.
            if round > 2 { usleep(GuestMemory.pause(before: round)) }
            left = try moveAgain(left, atOnce: atOnce, page, by: &moves)
        }
        return left.count
    }

    /// Moves what was left.
    ///
    /// - Returns: What is still left: first that with which no call has begun, so that the next round does.
    private func moveAgain(
        _ pages: [UInt], atOnce: Int, _ size: KiB, by moves: inout PageMoves
    ) throws(StepFailure) -> [UInt] {
        var (untried, busy): ([UInt], [UInt]) = ([], [])
        var rest = pages[...]
        while !rest.isEmpty {
            var share = rest.prefix(atOnce)
            try paced(share.count, size) { () throws(StepFailure) in
                var calls = 0
                while !share.isEmpty, calls < GuestMemory.callsForBusyShare {
                    let answer = try moves.move(share)
                    // The first of which nothing is said is where the kernel gave up. The others are tried without it.
                    busy += answer.busy + answer.unsaid.prefix(1)
                    share = answer.unsaid.dropFirst()
                    calls += 1
                }
            }
            untried += share
            rest = rest.dropFirst(atOnce)
        }
        return untried + busy
    }

    /// Moves so many pages, and takes as long as it may.
    private func paced(
        _ pages: Int, _ size: KiB, _ move: () throws(StepFailure) -> Void
    ) throws(StepFailure) {
        guard mayContinue() else { throw .interrupted }
        let started = ContinuousClock.now
        try move()
        pace.wait(after: KiB(UInt64(pages) * size.count), since: started)
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

extension MemoryArea {
    /// Whether each of its pages is somewhere, so that none can come.
    fileprivate var isWhole: Bool {
        guard let size else { return false }
        return pages.values.reduce(PageCount.zero) { $0 + $1 } * pageSize >= size
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

/// Calls of `move_pages(2)`, one after the other.
private struct PageMoves {
    private let process: Int
    private let cell: CellID
    private let cells: [CInt]
    private var status: [CInt]
    private var pages: [UnsafeMutableRawPointer?] = []

    /// What no page's status is: the kernel has not said anything of it.
    private static let unsaid = CInt.min

    /// - Parameter most: The most pages of a call, 1 or more.
    init(process: Int, cell: CellID, most: Int) {
        (self.process, self.cell) = (process, cell)
        cells = [CInt](repeating: CInt(cell.rawValue), count: most)
        status = [CInt](repeating: PageMoves.unsaid, count: most)
        pages.reserveCapacity(most)
    }

    /// Moves the pages that are there, also those that other processes share. One that is in use for the moment stays, and where that
    /// shows only when it is copied, the kernel gives the call up: of what it had in hand, and of all that follows, it says nothing.
    ///
    /// - Parameter addresses: The pages' first bytes, no more than the most of a call.
    /// - Returns: Those that stay, and those of which nothing is said.
    mutating func move(_ addresses: some Collection<UInt>) throws(StepFailure) -> (busy: [UInt], unsaid: [UInt]) {
        pages.removeAll(keepingCapacity: true)
        for address in addresses { pages.append(UnsafeMutableRawPointer(bitPattern: address)) }
        for index in pages.indices { status[index] = PageMoves.unsaid }
        let result = numa_move_pages(
            pid_t(process), UInt(pages.count), &pages, cells, &status, CInt(MPOL_MF_MOVE_ALL))
        let code = errno
        if result < 0 { throw refusal(code) }
        var (busy, unsaid): ([UInt], [UInt]) = ([], [])
        for (address, status) in zip(addresses, status) {
            switch status {
            // It is there; nothing is there; the page of zeros, or what was unmapped meanwhile.
            case CInt(cell.rawValue), -ENOENT, -EFAULT: break
            // The target has no room: there is no point in going on.
            case -ENOMEM, -EACCES: throw refusal(-status)
            case PageMoves.unsaid: unsaid.append(address)
            default: busy.append(address)
            }
        }
        return (busy, unsaid)
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

    /// How much is moved in one go: at a rate what takes a quarter of a second.
    func share(atMost most: KiB) -> KiB {
        guard let rate, rate > .zero else { return most }
        return min(most, KiB(max(1, rate.count / 4)))
    }

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
