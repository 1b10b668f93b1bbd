internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

extension ActorPlacement {
    /// An actor as documents have it.
    static let part = DocumentPart<ActorPlacement>([
        .init("name", Schema.text) { .text($0.name) },
        .init("host_cells", Schema.list(of: Schema.count)) { .list($0.hostCells.map { .number($0.rawValue) }) },
        .init("cpus", Schema.list()) { .text($0.cpus.description) },
        .init("idle_cpus", Schema.list()) { .text($0.takenCPUs.subtracting($0.cpus).description) },
        .init("memory_kib", Schema.count) { .number($0.memory.count) },
        .init(optional: "page_kib", Schema.count) { $0.pages.map { .number($0.size.size.count) } },
        .init(optional: "pages", Schema.count) { $0.pages.map { .number($0.count.count) } },
    ])
}

extension PlanTables {
    /// One row an actor that gets CPUs, loses them or gets other ones.
    static func actors(_ changes: [Change]) -> Table {
        let actors = changes.filter(\.isActor)
        return Table(
            [.name("actor"), "CPUs", "besides", "change"],
            actors.map { change in
                let cpus = change.parts.filter { $0.key == .actorCPUs }.map { Words.values($0) }
                let others = change.parts.filter { $0.key != .actorCPUs }.map { part in
                    "\(displayable(part.path)) \(Words.values(part))"
                }
                return Table.Row(
                    cells: [
                        change.address, cpus.isEmpty ? "" : "CPUs \(cpus.joined())", others.joined(separator: ", "),
                        change.action.rawValue,
                    ], sign: Sign(change.action))
            }, title: "Actors")
    }

    /// One row an actor: where it is, and what it has.
    static func actors(at places: [ActorPlacement], title: String = "") -> Table {
        Table(
            [.name("actor"), "host cells", "CPUs", "kept idle", "huge pages", .number("memory")],
            places.map { actor in
                [
                    actor.name, "\(actor.hostCells)", "\(actor.cpus)",
                    actor.takenCPUs.subtracting(actor.cpus).text(empty: "-"), actor.pages.map { "\($0)" } ?? "-",
                    actor.memory > .zero ? Amount.text(actor.memory) : "-",
                ]
            }, title: title)
    }
}

extension Change {
    /// Whether it is about an actor.
    var isActor: Bool { if case .actor = subject { true } else { false } }
}
