internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import XMLTree

/// How room is made for a guest, in sentences and as a table.
struct RoomWords {
    private let room: RoomForGuest
    private let quote: (String) -> String

    /// Takes the answer and how names of others are written.
    init(_ room: RoomForGuest, quote: @escaping (String) -> String = { "'\(displayable($0))'" }) {
        self.room = room
        self.quote = quote
    }

    /// What was found out, without a full stop.
    var verdict: String {
        let guest = "guest \(quote(room.guest))"
        switch room.outcome {
        case .placed: return "\(guest) has its place\(cells(" on ")); no room has to be made"
        case .fits: return "\(guest) fits\(cells(" on ")) without a move"
        case .moves:
            return "\(guest) fits\(cells(" on ")) after \(Amount.count(room.moves.count, "move")) of others"
                + ", \(Amount.text(room.memory)) of running guests in all"
        case .restarts:
            return "no order of moves makes room for \(guest): the guests fit together only in an arrangement that "
                + "no single moves lead to, so some must be shut down for it"
        case .impossible: return "no moves make room for \(guest): the guests do not fit together in any arrangement"
        case .unreachable:
            return "no order of moves makes room for \(guest); whether restarts would is undecided: the search limit "
                + "was reached, a larger --effort searches longer"
        case .undecided:
            return "undecided whether moves make room for \(guest): the search limit was reached; a larger --effort "
                + "searches longer"
        case .overfull:
            return "no moves are looked for: by the site, \(NameList.text(room.misfits, quote: quote)) "
                + "\(room.misfits.count == 1 ? "does" : "do") not fit where they are now"
        case .unplanned: return "no moves are looked for: this plan does not place \(guest)"
        }
    }

    /// What else is to be known: how good the moves are, and who is not counted or not moved.
    var remarks: [String] {
        let bound = room.atLeast.map {
            "not proven least: at least \(Amount.text($0)) must move, found \(Amount.text(room.memory)); "
                + "a larger --effort searches longer"
        }
        let way =
            room.outcome != .moves
            ? nil
            : room.isCarriedOut
                ? "this plan carries the moves out"
                : "to carry the moves out: --make-room with --live, to plan or to apply"
        let uncounted =
            room.uncounted.isEmpty
            ? nil : "not counted, without a place yet: \(NameList.text(room.uncounted, quote: quote))"
        let fixed = RoomForGuest.Obstacle.allCases.compactMap { obstacle -> String? in
            let names = room.fixed.filter { $0.value == obstacle }.keys.sorted()
            return names.isEmpty ? nil : "not moved, \(obstacle.words): \(NameList.text(names, quote: quote))"
        }
        return [way, bound, uncounted].compactMap(\.self) + fixed
    }

    /// One row a move, in their order.
    var table: Table {
        Table(
            [
                .number("step"), .name("guest"), .list("host cell"), .number("memory"), .list("page"),
                .quoted("beside that"),
            ],
            room.moves.enumerated().map { index, move in
                [
                    "\(index + 1)", move.guest + (move.cellCount > 1 ? " cell \(move.guestCell)" : ""),
                    "\(move.from) -> \(move.to)", Amount.text(move.memory), "\(move.pageSize)", extras(of: move),
                ]
            })
    }

    private func extras(of move: RoomMove) -> String {
        let pages = move.morePages > .zero ? "\(move.morePages) more pages on cell \(move.to) first" : nil
        let pins = move.repinned.isEmpty ? nil : "other CPUs for \(move.repinned.joined(separator: ", ")) first"
        let state = move.isRunning ? nil : "shut off: its definition only"
        return [state, pages, pins].compactMap(\.self).joined(separator: "; ")
    }

    private func cells(_ word: String) -> String {
        guard !room.hostCells.isEmpty else { return "" }
        let noun = room.hostCells.count == 1 ? "host cell" : "host cells"
        return "\(word)\(noun) \(room.hostCells.map(\.description).joined(separator: ","))"
    }
}

extension RoomForGuest.Obstacle {
    fileprivate var words: String {
        switch self {
        case .held: "their memory cannot leave its cell while they run"
        case .pinned: "placed by hand"
        case .spread: "memory of several host cells"
        case .misplaced: "not where the site wants them"
        }
    }
}

extension PlanText {
    /// How room is made for the guest that was asked for.
    func room(_ paint: Paint) -> [String] {
        guard let room = plan.room else { return [] }
        let words = RoomWords(room)
        let lines = ([words.verdict] + words.remarks).flatMap { wrapped($0, to: paint.width - 2).map { "  \($0)" } }
        return [paint("Room for guest/\(displayable(room.guest))", .heading)] + words.table.lines(indent: 2, paint)
            + lines
    }
}

extension PlanMarkdown {
    /// The moves, and what is to be said of them.
    var room: [MarkdownPage.PagePart] {
        guard let room = plan.room else { return [] }
        let words = RoomWords(room, quote: MarkdownText.code)
        return [
            .rows(head: "\n", rows: ([words.verdict] + words.remarks).map { "- \($0)\n" }), .table(words.table),
        ]
    }
}

extension PlanHTML {
    /// The moves, and what is to be said of them.
    var room: [XMLElement] {
        guard let room = plan.room else { return [] }
        let words = RoomWords(room) { $0 }
        let list = HTML.element("ul", ([words.verdict] + words.remarks).map { HTML.text("li", $0) })
        let moves = HTML.table(words.table, guests: room.moves.map { [$0.guest] })
        return HTML.section("Room for \(room.guest)", [list] + moves)
    }
}

extension RoomForGuest {
    /// The answer in documents.
    static let part = DocumentPart<RoomForGuest>([
        .init("guest", Schema.text) { .text($0.guest) },
        .init("outcome", Schema.word(of: Outcome.self)) { .text($0.outcome.rawValue) },
        .init("moves", Schema.list(of: .object(movePart.schema))) { movePart.list($0.moves) },
        .init("memory_kib", Schema.count) { .number($0.memory.count) },
        .init("carried_out", Schema.flag) { .flag($0.isCarriedOut) },
        .init("host_cells", Schema.list(of: Schema.count)) { .list($0.hostCells.map { .number($0.rawValue) }) },
        .init("uncounted", Schema.texts) { .texts($0.uncounted) },
        .init("fixed", Schema.list(of: .object(fixedPart.schema))) { room in
            fixedPart.list(room.fixed.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        },
        .init("misfits", Schema.texts) { .texts($0.misfits) },
        .init(optional: "memory_bound", .object(boundPart.schema)) { room in
            room.atLeast.map { boundPart.json((atLeast: $0, found: room.memory)) }
        },
    ])
}

private let movePart = DocumentPart<RoomMove>([
    .init("guest", Schema.text) { .text($0.guest) },
    .init("guest_cell", Schema.count) { .number($0.guestCell.rawValue) },
    .init("from", Schema.count) { .number($0.from.rawValue) },
    .init("to", Schema.count) { .number($0.to.rawValue) },
    .init("memory_kib", Schema.count) { .number($0.memory.count) },
    .init("page_kib", Schema.count) { .number($0.pageSize.size.count) },
    .init("more_pages", Schema.count) { .number($0.morePages.count) },
    .init("pins", ["type": "object"]) { move in
        .object(Dictionary(uniqueKeysWithValues: move.pins.map { ("\($0.key)", .text("\($0.value)")) }))
    },
    .init("emulator_cpus", Schema.list()) { .text($0.emulator.map { "\($0)" } ?? "") },
    .init("repinned", Schema.texts) { .texts($0.repinned) },
    .init("running", Schema.flag) { .flag($0.isRunning) },
])

private let fixedPart = DocumentPart<(guest: String, obstacle: RoomForGuest.Obstacle)>([
    .init("guest", Schema.text) { .text($0.guest) },
    .init("reason", Schema.word(of: RoomForGuest.Obstacle.self)) { .text($0.obstacle.rawValue) },
])

private let boundPart = DocumentPart<(atLeast: KiB, found: KiB)>([
    .init("at_least_kib", Schema.count) { .number($0.atLeast.count) },
    .init("found_kib", Schema.count) { .number($0.found.count) },
])
