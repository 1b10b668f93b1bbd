internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// Keys that bring more of a domain under management than it can be said to have.
extension ImportAttempt {
    /// How many additions are tried for one domain.
    private static let mostAdditions = 24

    /// Keys that may be added to a domain's entry as they stand, so that a plan for the file can be carried out and changes the least of
    /// what matters; nil where there are none.
    func suggestion(for name: String) -> (keys: [SketchKey], changes: [String])? {
        guard let record = source.records.first(where: { $0.facts.name == name }), let keys = ways[name]?.first else {
            return nil
        }
        var best: (keys: [SketchKey], changes: [String], weight: Int)?
        for more in sketches(of: record).additions(to: keys).prefix(ImportAttempt.mostAdditions) {
            guard let changes = changes(of: name, keys: keys + more) else { continue }
            let weight = changes.reduce(0) { $0 + Self.weight(of: $1) }
            if best.map({ weight < $0.weight }) ?? true {
                best = (more, changes.map(\.path), weight)
            }
            if weight == 0 { break }
        }
        return best.map { ($0.keys, $0.changes) }
    }

    /// What a plan changes in a domain with these keys and in no other; nil where they are no valid entry, or there is no such plan.
    private func changes(of name: String, keys: [SketchKey]) -> [ChangedPart]? {
        guard demand(keys) != nil else { return nil }
        var attempt = self
        attempt.ways[name]?[0] = keys
        let plan = attempt.plan()
        guard plan.verdict == .changes || plan.verdict == .noChanges, plan.placement.unplaced.isEmpty,
            attempt.complaints(plan).isSubset(of: [name])
        else { return nil }
        let own = plan.changes.first { $0.subject == .guest(name) }
        return (own?.parts ?? []).filter { $0.key != .metadata }
    }

    /// What a change costs: a pin, a page size or a binding says where a guest is, and counts more than anything else.
    private static func weight(of part: ChangedPart) -> Int {
        let places = [
            "cputune.vcpupin", "cputune.emulatorpin", "cputune.iothreadpin", "memoryBacking.page", "numatune",
        ]
        if places.contains(where: part.path.hasPrefix) { return part.now == nil ? 3 : 10 }
        return part.path.hasPrefix("cpu.numa.cell") ? 3 : 1
    }
}
