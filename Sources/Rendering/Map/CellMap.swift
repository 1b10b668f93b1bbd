internal import HostModel
internal import Planning

/// One cell of a map.
struct CellMap {
    /// The widest list of CPUs before a row.
    private static let longestLabel = 14

    private let cell: CellPicture
    private let picture: HostPicture
    /// How many characters a thread takes: as many as a tag has.
    private let width: Int

    init(_ cell: CellPicture, in picture: HostPicture) {
        self.cell = cell
        self.picture = picture
        width = picture.guests.first?.tag.count ?? 1
    }

    /// The lines of the cell.
    func lines(_ paint: Paint) -> [String] {
        let count = cell.cpus.isEmpty ? "no CPUs" : Amount.count(cell.cpus.count, "CPU")
        return [paint("cell \(cell.id)  \(count)", .heading)] + threadLines(paint.width) + sharedLines(paint.width)
            + barLines(paint)
    }

    // MARK: Threads

    /// A core in a row, and how many blanks stand before it.
    private struct CorePlace {
        var threads: [CellPicture.Thread]
        var gap: Int
    }

    private func threadLines(_ width: Int) -> [String] {
        let lines = rows(within: width).flatMap { row in
            (0..<(row.map(\.threads.count).max() ?? 0)).map { line(of: row, thread: $0) }
        }
        let longest = lines.map(\.label.count).max() ?? 0
        return lines.map { "  " + $0.label + String(repeating: " ", count: longest - $0.label.count + 2) + $0.signs }
    }

    /// The cores handed out to rows from left to right; a row has a line for each thread of a core. Cores that share a last-level
    /// cache stay in one row where a row is long enough for them.
    private func rows(within columns: Int) -> [[CorePlace]] {
        let room = columns - CellMap.longestLabel - 4
        let gap = width > 1 ? 1 : 0
        var rows: [[CorePlace]] = [[]]
        var length = 0
        for cache in cell.caches {
            let whole = cache.count * (width + gap)
            if length > 0, length + 1 + whole > room { (rows, length) = (rows + [[]], 0) }
            for (index, core) in cache.enumerated() {
                if length + width + gap > room { (rows, length) = (rows + [[]], 0) }
                let blanks = length == 0 ? 0 : gap + (index == 0 ? 1 : 0)
                rows[rows.count - 1].append(CorePlace(threads: core, gap: blanks))
                length += blanks + width
            }
        }
        return rows
    }

    private func line(of row: [CorePlace], thread: Int) -> (label: String, signs: String) {
        var (cpus, signs) = (CPUSet(), "")
        for place in row {
            signs += String(repeating: " ", count: place.gap)
            if thread < place.threads.count {
                cpus.insert(place.threads[thread].cpu)
                signs += sign(of: place.threads[thread].use)
            } else {
                signs += String(repeating: " ", count: width)
            }
        }
        while signs.last == " " { signs.removeLast() }
        let all = cpus.description
        let ends = "\(cpus.first.map { "\($0)" } ?? "")…\(cpus.last.map { "\($0)" } ?? "")"
        return (all.count <= CellMap.longestLabel ? all : ends, signs)
    }

    private func sign(of use: ThreadUse) -> String {
        func filled(_ sign: String) -> String { String(repeating: sign, count: width) }
        return switch use {
        case .dedicated(let guest, _, _): picture.guests[guest].tag
        case .emulator(let guest): picture.guests[guest].tag.lowercased()
        case .idle: filled("x")
        case .actor: filled("@")
        case .foreign: filled("#")
        case .shared: filled("·")
        case .free, .isolated: filled("░")
        case .host: filled("-")
        }
    }

    private func sharedLines(_ width: Int) -> [String] {
        guard cell.sharedVCPUs > 0 else { return [] }
        let tags = cell.sharing.map { picture.guests[$0].tag }.joined(separator: " ")
        let words =
            "\(Amount.count(cell.sharedVCPUs, "vCPU")) on \(Amount.count(cell.sharedCPUs.count, "shared CPU"))"
        return CellMap.wrappedLines(tags.isEmpty ? words : "\(words): \(tags)", indent: 2, width: width)
    }

    // MARK: Memory

    private func barLines(_ paint: Paint) -> [String] {
        // Blanks that do not break keep an amount and its unit on one line; a terminal is given ordinary ones.
        let (hard, soft): (Character, Character) = ("\u{A0}", " ")
        let rows = cell.memory.all.map { bar in
            let parts = bar.parts.map { part in
                String("\(word(for: part.owner)) \(Amount.text(part.amount))".map { $0 == soft ? hard : $0 })
            }
            return [bar.name, MapBar(bar).text, bar.size, parts.joined(separator: ", ")]
        }
        let table = Table([.name(), .name(), .number(), ""], rows)
        return table.lines(indent: 2, paint).map { line in String(line.map { $0 == hard ? soft : $0 }) }
    }

    private func word(for owner: MemoryBar.Owner) -> String {
        switch owner {
        case .guest(let guest): picture.guests[guest].tag
        case .others: "others"
        case .pool(let size): "\(size) pages"
        case .overhead: "QEMU"
        case .reserve: "reserve"
        case .used: "in use"
        case .free: "free"
        case .unknown: "not known"
        }
    }

    /// A text within the width of a terminal.
    static func wrappedLines(_ text: String, indent: Int, width: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        return wrapped(text, to: width - indent).map { margin + $0 }
    }
}
