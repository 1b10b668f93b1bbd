internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

/// One attempt to say all domains, with certain words for the host.
struct ImportAttempt {
    /// How many plans may be made to give a second chance.
    private static let mostTries = 200

    private let source: ImportSource
    private var hostKeys: [SketchKey]
    /// By domain: the ways that are still to be tried, the present one first. The last one is that it stays as it is.
    private var ways: [String: [[SketchKey]]] = [:]
    /// By domain: the way that a plan would change least of what is there, and what it would change.
    private var nearest: [String: (keys: [SketchKey], changes: [String])] = [:]
    private var pools: [String] = []

    init(_ source: ImportSource, hostKeys: [SketchKey]) {
        self.source = source
        self.hostKeys = hostKeys
        if let connect = source.request.connect { self.hostKeys.append(SketchKey("connect", .word(connect))) }
        for record in source.records { ways[record.facts.name] = self.ways(of: record) }
    }

    /// By domain whose settings cannot all be said: why.
    var unsaid: [String: [String]] {
        let words = ["its memory, its memory devices or its cells cannot be written in a site file"]
        return Dictionary(
            ways.keys.filter(isAsItIs).map { ($0, nearest[$0]?.changes ?? words) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether the domain is only taken over.
    private func isAsItIs(_ name: String) -> Bool { ways[name]?.count == 1 }

    /// Tries until a plan changes nothing. Domains that were left out while others were said wrongly get a second chance, one by
    /// one.
    mutating func run() {
        settle()
        var tries = ImportAttempt.mostTries
        for record in source.records where isAsItIs(record.facts.name) {
            for way in ways(of: record).dropLast() where isAsItIs(record.facts.name) && tries > 0 {
                tries -= 1
                readmit(way, for: record.facts.name)
            }
        }
        settlePools()
    }

    /// Says one more domain that way, if a plan changes nothing then.
    private mutating func readmit(_ way: [SketchKey], for name: String) {
        var attempt = self
        attempt.ways[name]?.insert(way, at: 0)
        let complaints = attempt.complaints(attempt.plan())
        if complaints.isEmpty { ways = attempt.ways }
        if complaints.count == 1, let words = complaints[name] { note(words, of: way, for: name) }
    }

    private mutating func note(_ words: [String], of way: [SketchKey], for name: String) {
        if words.count < nearest[name]?.changes.count ?? .max { nearest[name] = (way, words) }
    }

    private mutating func settle() {
        while true {
            let plan = plan()
            let complaints = complaints(plan)
            let open = complaints.filter { !isAsItIs($0.key) }
            guard !open.isEmpty else { return }
            for (name, words) in open {
                guard let tried = ways[name]?.removeFirst() else { continue }
                note(words, of: tried, for: name)
            }
        }
    }

    /// Pools that would change are taken as they are where that works, since the file shall change nothing.
    private mutating func settlePools() {
        let changed = plan().changes.filter { if case .pool = $0.subject { true } else { false } }
        guard !changed.isEmpty else { return }
        var taken = self
        taken.hostKeys.append(SketchKey("pools", .map([SketchKey("manage", .flag(false))])))
        if taken.complaints(taken.plan()).isEmpty {
            self = taken
        } else {
            pools = changed.map(\.address)
        }
    }

    // MARK: The planner's opinion

    private func plan() -> Plan {
        guard let site = SiteReader.read(SourceText(name: "import", text: sketch.text)).value, site.hosts.count == 1
        else {
            return Plan(
                host: "", site: "", verdict: .refused,
                placement: Placement(verdict: .infeasible, guests: [], unplaced: [], cells: []))
        }
        return Planner.plan(
            PlanRequest(
                host: source.request.host, site: site.name.value, policy: site.hosts[0], guests: site.guests,
                defaultHugePage: source.request.defaultHugePage, explains: false)
        ).plan
    }

    /// By domain: what the plan would do to it, in words; empty when it would leave everything as it is.
    private func complaints(_ plan: Plan) -> [String: [String]] {
        var complaints: [String: [String]] = [:]
        for change in plan.changes {
            guard case .guest(let name) = change.subject else { continue }
            let parts = change.parts.filter { $0.key != .metadata }
            if !parts.isEmpty { complaints[name] = parts.map(\.words) }
        }
        for guest in plan.placement.unplaced {
            complaints[guest.name] = ["as such a guest it would not fit where it is, beside the others"]
        }
        for name in plan.placement.moved { complaints[name] = ["as such a guest it would be moved"] }
        let said = Set(ways.keys.filter { !isAsItIs($0) })
        complaints = complaints.filter { said.contains($0.key) }
        if complaints.isEmpty, ![.changes, .noChanges].contains(plan.verdict), let last = said.max() {
            // Nobody in particular is at fault: one after the other is tried otherwise.
            complaints[last] = ["the host would be refused with it"]
        }
        return complaints
    }

    /// The ways to say a domain that the site file's own rules accept, and that mean as many vCPUs and cells as it has.
    private func ways(of record: DomainRecord) -> [[SketchKey]] {
        let sketches = GuestSketches(
            record, host: source.request.host, defaultHugePage: source.request.defaultHugePage)
        return exact(sketches, record) + [sketches.asItIs]
    }

    private func exact(_ sketches: GuestSketches, _ record: DomainRecord) -> [[SketchKey]] {
        // A guest's keys have no word for memory devices, whose memory is the host's all the same.
        guard let load = try? DomainLoad(reading: record.document), load.totalMemory == record.parts.memory else {
            return []
        }
        return sketches.all.filter { keys in
            let alone = SiteSketch(site: source.site, host: source.hostName, guests: [(record.facts.name, keys)])
            let site = SiteReader.read(SourceText(name: "import", text: alone.text)).value
            guard let demand = site?.guests.first?.demand else { return false }
            let cells = record.parts.guestCells.sorted { $0.id < $1.id }
            if demand.hidesCells { return cells.isEmpty }
            return demand.cells.map(\.vcpus) == cells.map(\.vcpus) && demand.cells.map(\.memory) == cells.map(\.memory)
        }
    }

    // MARK: The file

    /// Guests of a flavor that is on their marks are written by that name, as far as the flavor means the same for all of them.
    private var sketch: SiteSketch {
        var sketch = SiteSketch(site: source.site, host: source.hostName, hostKeys: hostKeys)
        let own: Set<String> = ["autostart", "adopt", "numa_placement"]
        for record in source.records {
            guard let keys = ways[record.facts.name]?.first else { continue }
            guard let flavor = record.mark?.flavor, !isAsItIs(record.facts.name) else {
                sketch.guests.append((record.facts.name, keys))
                continue
            }
            let shared = keys.filter { !own.contains($0.name) }
            if !sketch.flavors.contains(where: { $0.name == flavor }) { sketch.flavors.append((flavor, shared)) }
            let isSame = sketch.flavors.contains { $0.name == flavor && $0.keys == shared }
            let rest = keys.filter { own.contains($0.name) }
            sketch.guests.append(
                (record.facts.name, isSame ? [SketchKey("flavor", .word(flavor))] + rest : keys))
        }
        return sketch
    }

    /// The file with what is left out as comments.
    var result: ImportedSite {
        var sketch = sketch
        let refused = source.refused.map { SiteSketch.LeftOut(name: $0.name, reasons: [$0.reason]) }
        sketch.leftOut = refused.sorted { $0.name < $1.name }
        for (name, reasons) in unsaid {
            sketch.asTheyAre[name] = SiteSketch.LeftOut(name: name, nearest: nearest[name]?.keys, reasons: reasons)
        }
        var diagnostics = sketch.leftOut.map { domain in
            Diagnostic(
                .importInexact, "domain '\(domain.name)' is left out: no site can have it", severity: .warning,
                notes: domain.reasons)
        }
        diagnostics += sketch.asTheyAre.values.sorted { $0.name < $1.name }.map { domain in
            Diagnostic(
                .importInexact, "domain '\(domain.name)' is taken over as it is: its keys would not say all of it",
                severity: .note, notes: domain.reasons)
        }
        if !pools.isEmpty {
            diagnostics.append(
                Diagnostic(
                    .importInexact, "the plan for the file changes \(pools.joined(separator: ", "))",
                    severity: .warning,
                    hint: "guests that do not run need pages that are not there"))
        }
        return ImportedSite(text: sketch.text, guests: sketch.guests.map(\.name).sorted(), diagnostics: diagnostics)
    }
}

extension ChangedPart {
    /// What would change, in words.
    fileprivate var words: String {
        let sides = [now, want].map { value -> String in
            switch value {
            case nil: "nothing"
            case .text(let text): text
            case .number(let number): "\(number)"
            case .flag(let flag): flag ? "yes" : "no"
            }
        }
        return "\(path) would change from \(sides[0]) to \(sides[1])"
    }
}
