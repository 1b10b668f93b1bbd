internal import ArgumentParser
internal import Diagnostics
internal import HostModel
internal import Planning

/// What the host is supposed to be instead.
struct HostChangeOptions: ParsableArguments {
    @Option(
        name: .customLong("without-cell"),
        help: ArgumentHelp("Assume that the host lacks this cell; may be repeated.", valueName: "cell"))
    var withoutCells: [Int] = []

    @Option(
        name: .customLong("add-memory"),
        help: ArgumentHelp(
            "Assume this much more memory on this cell, such as 1=64GiB; may be repeated.",
            valueName: "cell=size"))
    var memories: [CellMemory] = []

    @Option(
        help: ArgumentHelp("Assume that the site runs on the machine of this facts file.", valueName: "file"),
        completion: .jsonFile)
    var on: String?

    /// Whether anything is supposed.
    var isGiven: Bool { on != nil || !withoutCells.isEmpty || !memories.isEmpty }

    /// The host as it is supposed to be.
    ///
    /// - Throws: ``CommandFailure`` with 64 when it has no such cell.
    func applied(to facts: HostFacts) throws -> HostFacts {
        var host = facts
        for memory in memories { host = try host.with(memory.cell) { $0.adding(memory.size, to: $1) } }
        for cell in withoutCells { host = try host.with(cell) { $0.without($1) } }
        guard !host.cells.isEmpty else {
            throw ValidationError("--without-cell removes every cell of the host.")
        }
        return host
    }
}

extension HostFacts {
    fileprivate func with(_ number: Int, _ change: (HostFacts, CellID) -> HostFacts) throws -> HostFacts {
        guard let cell = cells.first(where: { Int($0.id.rawValue) == number }) else {
            throw ValidationError("The host has no cell \(number); it has cells \(CellSet(cells.map(\.id))).")
        }
        return change(self, cell.id)
    }
}

/// `1=64GiB`: more memory for a cell.
struct CellMemory: ExpressibleByArgument, Sendable {
    let cell: Int
    let size: KiB

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let cell = Int(parts[0]), cell >= 0, let size = try? Size.parse(parts[1]), size > .zero,
            size.count < 1 << 40
        else { return nil }
        (self.cell, self.size) = (cell, size)
    }
}

/// `web=4,db=1`: guests that are counted together.
struct FlavorMix: ExpressibleByArgument, Sendable {
    let parts: [(name: String, count: Int)]

    /// The most guests of one mix.
    private static let most = 1_000

    init?(argument: String) {
        var parts: [(name: String, count: Int)] = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", omittingEmptySubsequences: false)
            guard words.count == 2, !words[0].isEmpty, let count = Int(words[1]), (1...FlavorMix.most).contains(count)
            else { return nil }
            parts.append((String(words[0]), count))
        }
        guard parts.reduce(0, { $0 + $1.count }) <= FlavorMix.most else { return nil }
        self.parts = parts
    }
}
