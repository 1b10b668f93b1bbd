internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile

/// One attempt to express all domains, with given keys for the host.
struct ImportAttempt {
    /// How many plans may be made to give a second chance.
    private static let mostTries = 200

    let source: ImportSource
    private var hostKeys: [SketchKey]
    /// By domain: the ways still to be tried, the present one first. In the last two the domain keeps its place.
    var ways: [String: [[SketchKey]]] = [:]
    /// By domain: the ways that express all of it, the best first.
    private var sayable: [String: [[SketchKey]]] = [:]
    private var pools: [String] = []
    /// By domain that keeps its place: keys that would change it, which its entry goes without.
    private var dropped: [String: Set<String>] = [:]

    init(_ source: ImportSource, hostKeys: [SketchKey]) {
        self.source = source
        self.hostKeys = hostKeys
        if let connect = source.request.connect { self.hostKeys.append(SketchKey("connect", .word(connect))) }
        for record in source.records {
            let all = ways(of: record)
            ways[record.facts.name] = all
            sayable[record.facts.name] = Array(all.dropLast(2))
        }
        guard source.records.count > 1 else { return }
        for record in source.records { keepWays(thatWorkFor: record) }
    }

    /// Drops the ways that a plan would change even if the domain were alone on the host. Otherwise they would be tried again and
    /// again, each time with a plan for all.
    private mutating func keepWays(thatWorkFor record: DomainRecord) {
        let name = record.facts.name
        var alone = source
        alone.records = [record]
        alone.request.host.domains = [record.facts]
        guard let all = ways[name] else { return }
        let kept = all.dropLast(2).filter { way in
            let attempt = ImportAttempt(alone, hostKeys: hostKeys, ways: [name: [way] + all.suffix(2)])
            return attempt.complaints(attempt.plan()).isEmpty
        }
        sayable[name] = kept
        ways[name] = kept + all.suffix(2)
    }

    private init(_ source: ImportSource, hostKeys: [SketchKey], ways: [String: [[SketchKey]]]) {
        (self.source, self.hostKeys, self.ways) = (source, hostKeys, ways)
    }

    /// By domain: the settings that cannot be expressed.
    var unsaid: [String: [String]] {
        Dictionary(
            source.records.filter { keepsPlace($0.facts.name) }.map { record in
                let sketches = sketches(of: record)
                let name = record.facts.name
                return (name, isAsItIs(name) ? ["all"] : sketches.beyondWords(without: dropped[name] ?? []))
            }.filter { !$0.1.isEmpty }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether the domain is only adopted.
    private func isAsItIs(_ name: String) -> Bool { ways[name]?.count == 1 }

    /// Whether the domain keeps its place.
    private func keepsPlace(_ name: String) -> Bool { (ways[name]?.count ?? 0) <= 2 }

    /// Tries until a plan changes nothing. Domains that were left out because of wrong ways of others get a second chance, one by
    /// one.
    mutating func run() {
        settle()
        var tries = ImportAttempt.mostTries
        for record in source.records where keepsPlace(record.facts.name) {
            for way in sayable[record.facts.name] ?? [] where keepsPlace(record.facts.name) && tries > 0 {
                tries -= 1
                readmit(way, for: record.facts.name)
            }
        }
        settlePools()
    }

    /// Adds one more domain in that way if a plan then changes nothing.
    private mutating func readmit(_ way: [SketchKey], for name: String) {
        var attempt = self
        attempt.ways[name]?.insert(way, at: 0)
        if attempt.complaints(attempt.plan()).isEmpty { ways = attempt.ways }
    }

    private mutating func settle() {
        while true {
            let open = complaints(plan()).filter { !isAsItIs($0) }
            guard !open.isEmpty else { return }
            for name in open where !narrow(name) { ways[name]?.removeFirst() }
        }
    }

    /// Leaves out of the entry of a domain that keeps its place what a plan would change, once.
    ///
    /// - Returns: Whether something is left to say.
    private mutating func narrow(_ name: String) -> Bool {
        guard let all = ways[name], all.count == 2, dropped[name] == nil else { return false }
        let (full, least) = (all[0], all[1])
        var kept: [SketchKey] = []
        dropped[name] = []
        for key in full where !least.contains(key) {
            var attempt = self
            attempt.ways[name]?[0] = kept + [key] + least
            if demand(kept + [key] + least) != nil, !attempt.complaints(attempt.plan()).contains(name) {
                kept.append(key)
            } else {
                dropped[name]?.insert(key.name)
            }
        }
        ways[name]?[0] = kept + least
        return !kept.isEmpty
    }

    /// Leaves pools that would change as they are (`manage: false`) where that works, since the file must change nothing.
    private mutating func settlePools() {
        let changed = plan().changes.filter { if case .pool = $0.subject { true } else { false } }
        guard !changed.isEmpty else { return }
        var taken = self
        taken.hostKeys.append(SketchKey("pools", .map([SketchKey("manage", .flag(false))])))
        if taken.complaints(taken.plan()).isEmpty {
            self = taken
            return
        }
        // Pages that are bound nowhere are counted without a pool that grows where their guest keeps its place.
        var kept = self
        for record in source.records where !record.isRunning && !keepsPlace(record.facts.name) {
            guard let all = ways[record.facts.name], let keys = all.first else { continue }
            if keys.contains(where: { $0.name == "mem_page_size" }) { kept.ways[record.facts.name] = all.suffix(2) }
        }
        let plan = kept.plan()
        let rest = plan.changes.filter { if case .pool = $0.subject { true } else { false } }
        let isBetter = rest.count < changed.count && kept.complaints(plan).isEmpty
        if isBetter { self = kept }
        pools = (isBetter ? rest : changed).map(\.address)
    }

    // MARK: The planner's opinion

    func plan() -> Plan {
        guard let site = SiteReader.read(SourceText(name: "import", text: sketch.text)).value, site.hosts.count == 1
        else {
            return Plan(
                host: "", site: "", verdict: .refused,
                placement: Placement(verdict: .infeasible, guests: [], unplaced: [], cells: []))
        }
        return Planner.plan(
            PlanRequest(
                host: source.request.host, site: site.name.value, policy: site.hosts[0], guests: site.guests,
                explains: false)
        ).plan
    }

    /// The domains that the plan would change, move or not place.
    func complaints(_ plan: Plan) -> Set<String> {
        var complaints = Set(plan.placement.moved)
        for change in plan.changes {
            guard case .guest(let name) = change.subject, change.parts.contains(where: { $0.key != .metadata }) else {
                continue
            }
            complaints.insert(name)
        }
        complaints.formUnion(plan.placement.unplaced.map(\.name))
        complaints = complaints.filter { !isAsItIs($0) }
        if complaints.isEmpty, ![.changes, .noChanges].contains(plan.verdict) {
            // No single domain is at fault: each is tried in another way in turn.
            let said = ways.keys.filter { !keepsPlace($0) }.max() ?? ways.keys.filter { !isAsItIs($0) }.max()
            if let said { complaints.insert(said) }
        }
        return complaints
    }

    /// The ways that the site file's rules accept and that give as many vCPUs and cells as the domain has.
    private func ways(of record: DomainRecord) -> [[SketchKey]] {
        let sketches = sketches(of: record)
        return exact(sketches, record) + [readable(sketches.inPlace), sketches.asItIs]
    }

    func sketches(of record: DomainRecord) -> GuestSketches {
        GuestSketches(record, host: source.request.host)
    }

    private func exact(_ sketches: GuestSketches, _ record: DomainRecord) -> [[SketchKey]] {
        sketches.all.filter { keys in
            guard let demand = demand(keys) else { return false }
            let cells = record.parts.guestCells.sorted { $0.id < $1.id }
            // Without cells, of which the guest may know nothing, there is no place to say.
            guard !cells.isEmpty, !demand.hidesCells else { return cells.isEmpty && demand.hidesCells }
            return demand.cells.map(\.vcpus) == cells.map(\.vcpus) && demand.cells.map(\.memory) == cells.map(\.memory)
        }
    }

    /// Those of the keys that the site file's own rules accept, each with those before it.
    private func readable(_ keys: [SketchKey]) -> [SketchKey] {
        if demand(keys) != nil { return keys }
        let needed: Set<String> = ["description", "autostart", "adopt"]
        let own = keys.filter { needed.contains($0.name) }
        return keys.filter { !needed.contains($0.name) }.reduce(into: []) { kept, key in
            if demand(kept + [key] + own) != nil { kept.append(key) }
        } + own
    }

    /// What a guest with these keys needs; nil where a site file may not have them.
    func demand(_ keys: [SketchKey]) -> GuestDemand? {
        let alone = SiteSketch(site: source.site, host: source.hostName, guests: [("guest", keys)])
        return SiteReader.read(SourceText(name: "import", text: alone.text)).value?.guests.first?.demand
    }

    // MARK: The file

    /// Guests of a flavor that is on their marks are written by that name, as far as the flavor means the same for all of them.
    private var sketch: SiteSketch {
        var sketch = SiteSketch(site: source.site, host: source.hostName, hostKeys: hostKeys)
        let own: Set<String> = ["description", "autostart", "adopt", "numa_placement"]
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

    /// The findings if guests that do not run need more than the host has.
    private var overfull: [Diagnostic] {
        let plan = plan()
        guard ![.changes, .noChanges].contains(plan.verdict) else {
            let roomless = plan.diagnostics.filter { $0.code == .shutOffWithoutRoom }.map(\.message)
            guard !roomless.isEmpty else { return [] }
            return [
                Diagnostic(
                    .importInexact, "guests that are shut off need more than the host has left", severity: .warning,
                    notes: roomless, hint: "remove their entries, or leave them off while the others run")
            ]
        }
        let reasons = plan.diagnostics.filter { $0.severity == .error }.map(\.message)
        return [
            Diagnostic(
                .importInexact, "the file cannot be applied: its guests do not fit on this host",
                severity: .warning, notes: reasons,
                hint: "remove the entries of guests that need not run with the others")
        ]
    }

    /// The file with what is left out as comments.
    var result: ImportedSite {
        var sketch = sketch
        let refused = source.refused.map { SiteSketch.LeftOut(name: $0.name, reasons: [$0.reason]) }
        sketch.leftOut = refused.sorted { $0.name < $1.name }
        for (name, reasons) in unsaid {
            let more = suggestion(for: name)
            sketch.asTheyAre[name] = SiteSketch.LeftOut(
                name: name, reasons: reasons, suggestion: more?.keys ?? [], changes: more?.changes ?? [])
        }
        for record in source.records where sketch.asTheyAre[record.facts.name] == nil {
            let reasons = sketches(of: record).beyondPlace
            guard !reasons.isEmpty else { continue }
            sketch.asTheyAre[record.facts.name] = SiteSketch.LeftOut(name: record.facts.name, reasons: reasons)
        }
        var diagnostics = sketch.leftOut.map { domain in
            Diagnostic(
                .importInexact, "domain '\(domain.name)' is left out: no site file can express it", severity: .warning,
                notes: domain.reasons)
        }
        diagnostics += sketch.asTheyAre.values.sorted { $0.name < $1.name }.map { domain in
            Diagnostic(
                .importInexact, "the entry of domain '\(domain.name)' leaves out some settings, which stay as they are",
                severity: .note, notes: domain.reasons)
        }
        if !pools.isEmpty {
            diagnostics.append(
                Diagnostic(
                    .importInexact, "the plan for the file changes \(pools.joined(separator: ", "))",
                    severity: .warning,
                    hint: "guests that do not run need pages that the pools lack"))
        }
        diagnostics += overfull
        return ImportedSite(text: sketch.text, guests: sketch.guests.map(\.name).sorted(), diagnostics: diagnostics)
    }
}
