internal import HostModel
internal import Placement
internal import Planning

/// What happens to a guest, or to several alike, in one line: what it gets, where, and what changes.
struct GuestLine {
    /// The names, in the order of the plan.
    var names: [String]
    /// The change of the first of them.
    let change: Change
    /// Its columns: `2 vCPU`, `2 GiB`, `cell 1`; empty where nothing is known.
    let columns: [String]
    /// Which CPUs it runs on.
    private(set) var cpus: CPUUse
    /// What happens to it: nothing more for one that is made.
    let action: String

    /// Which CPUs a guest's vCPUs run on.
    enum CPUUse: Hashable {
        /// Each vCPU on one of its own.
        case own(CPUSet, text: String)
        /// As the words say.
        case words(String)

        var text: String {
            switch self {
            case .own(_, let text): text
            case .words(let words): words
            }
        }
    }

    /// Takes a guest's change and where the guest is after it; nil when that is not known.
    init(_ change: Change, at place: GuestPlacement?) {
        guard case .guest(let name) = change.subject else { preconditionFailure("a pool has no line of a guest") }
        names = [name]
        self.change = change
        let isGone = [.remove, .release].contains(change.action)
        columns = GuestLine.columns(change, isGone ? nil : place)
        cpus = isGone ? .words("") : place.map(CPUUse.init) ?? .words("")
        action = ActionWords(change).text
    }

    /// The lines of a plan's guests, alike ones folded into one.
    ///
    /// - Parameter isWhole: Whether each guest of a name keeps a line of its own.
    static func all(of plan: Plan, isWhole: (String) -> Bool) -> [GuestLine] {
        let places = plan.placement.guests.keyed(by: \.name)
        let changes = plan.changes.filter(\.isGuest)
        // A plan that a person takes in at a glance tells each guest's own CPUs.
        let foldsOwn = changes.count > 20
        var lines: [GuestLine] = []
        var known: [LineKey: Int] = [:]
        for change in changes {
            guard case .guest(let name) = change.subject else { continue }
            let line = GuestLine(change, at: places[name])
            let key = line.key(foldingOwn: foldsOwn)
            if !isWhole(name), let index = known[key] {
                lines[index].add(line)
            } else {
                if !isWhole(name) { known[key] = lines.count }
                lines.append(line)
            }
        }
        return lines
    }

    private struct LineKey: Hashable {
        let columns: [String]
        let cpus: String?
        let action: String
        let sort: Change.Action
    }

    private func key(foldingOwn: Bool) -> LineKey {
        var cpus: String? = cpus.text
        if foldingOwn, case .own = self.cpus { cpus = nil }
        return LineKey(columns: columns, cpus: cpus, action: action, sort: change.action)
    }

    private mutating func add(_ other: GuestLine) {
        names += other.names
        guard case .own(let mine, _) = cpus, case .own(let others, _) = other.cpus else { return }
        cpus = .own(mine.union(others), text: "own \(mine.union(others))")
    }

    /// The guests by name, and how many they are.
    var title: String { names.count == 1 ? names[0] : "\(NameList.text(names) { $0 }) (\(names.count))" }

    private static func columns(_ change: Change, _ place: GuestPlacement?) -> [String] {
        let placed = place.map { $0.cells.reduce(0) { $0 + $1.vcpus.count } } ?? 0
        let vcpus = placed > 0 ? UInt64(placed) : change.wantedVCPUs
        let memory = place?.memory ?? (change.action == .remove ? nil : change.wantedMemory)
        let pages = Set(place?.cells.map(\.pageSize) ?? []).filter { $0 > PageSize(64) }.sorted()
        let huge = pages.isEmpty ? "" : " in \(pages.map(\.description).joined(separator: "+"))"
        let amount =
            place?.range.map { "\(Amount.text($0.now)) of \(Amount.text($0.most))" } ?? memory.map { Amount.text($0) }
        return [vcpus.map { "\($0) vCPU" } ?? "", amount.map { $0 + huge } ?? "", place.map(location) ?? ""]
    }

    /// `cell 1`, `cells 0,2`, `cell 0, memory 1`; `any cell` for a guest without topology.
    private static func location(_ place: GuestPlacement) -> String {
        guard !place.cells.isEmpty else { return "any cell" }
        let hosts = place.cells.map { "\($0.hostCell)" }
        let homes = Set(place.cells.filter(\.isSpread).flatMap(\.memoryByCell.keys)).sorted()
        let memory = homes.isEmpty ? "" : ", memory \(homes.map(\.description).joined(separator: ","))"
        return "\(hosts.count == 1 ? "cell" : "cells") \(hosts.joined(separator: ","))\(memory)"
    }
}

extension GuestLine.CPUUse {
    /// The CPUs of a guest's vCPUs, in few words.
    fileprivate init(_ place: GuestPlacement) {
        guard !place.cells.isEmpty else {
            self = .words(place.floatingCPUs.map { "on \($0.text(empty: "none"))" } ?? "")
            return
        }
        let texts = place.cells.filter { !$0.vcpus.isEmpty }.map { CellPins($0).text }
        let isOwn = place.cells.allSatisfy { $0.dedicatedVCPUs == $0.vcpus }
        let pins = place.cells.flatMap(\.pins.values).reduce(into: CPUSet()) { $0.formUnion($1) }
        guard !isOwn else {
            let lists = texts.map { $0.hasPrefix("own ") ? String($0.dropFirst(4)) : $0 }
            self = .own(pins, text: "own \(lists.joined(separator: " / "))")
            return
        }
        let joined = texts.joined(separator: " / ")
        self = .words(joined.first?.isNumber == true ? "on \(joined)" : joined)
    }
}
