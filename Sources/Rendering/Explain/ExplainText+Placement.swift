internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import SiteFile

extension ExplainText {
    /// Where a guest is, and why there.
    func placement(_ place: GuestPlacement, _ guest: GuestSpec, _ paint: Paint) -> [String] {
        let reasons = whole(place, guest.demand) + cpus(guest.demand)
        let table = Table([.name(), ""], reasons.map { [$0.what, $0.why] })
        return [paint("guest \(displayable(place.name))", .heading)]
            + place.cells.map { "  cell \($0.id) on host cell \($0.hostCell): \(what($0))" }
            + table.lines(indent: 2, paint) + waiting(place.name, paint)
    }

    /// What the running guest gets at its next start only.
    private func waiting(_ name: String, _ paint: Paint) -> [String] {
        guard let parts = plan.pending[name], !parts.isEmpty else { return [] }
        return ["  waits for a restart"] + PlanTables.pending([("", parts)]).headless().lines(indent: 4, paint)
    }

    private func what(_ cell: GuestCellPlacement) -> String {
        let vcpus = cell.vcpus.isEmpty ? "no vCPUs" : "\(Self.vcpus(cell.vcpus)), CPUs \(CellPins(cell).text)"
        return "\(vcpus), \(Amount.text(of: cell)) in \(cell.pageSize) pages"
    }

    private static func vcpus(_ list: VCPUSet) -> String { "\(list.count == 1 ? "vCPU" : "vCPUs") \(list)" }

    private typealias Explained = (what: String, why: String)

    private func whole(_ place: GuestPlacement, _ demand: GuestDemand) -> [Explained] {
        guard !place.cells.isEmpty else { return floating(place, demand) }
        var lines: [Explained] = []
        let forced = demand.forcedCells.keys.sorted()
        for cell in forced { lines.append(("cell \(cell)", "placed by numa_placement")) }
        if forced.count < place.cells.count {
            lines.append((forced.isEmpty ? "host cells" : "the rest", origin(place)))
        }
        lines.append(("pages", pages(place, demand)))
        return lines
    }

    private func floating(_ place: GuestPlacement, _ demand: GuestDemand) -> [Explained] {
        let why =
            demand.cells.isEmpty
            ? "none: the guest has no topology and is counted against the whole host"
            : "none: numa_policy: none makes its cells a virtual topology only"
        let cpus = place.floatingCPUs.map { "\($0.text(empty: "none")), the CPUs left for shared use" } ?? "any"
        return [("host cells", why), ("CPUs", cpus)]
    }

    /// Why a guest's cells that nobody forced are where they are.
    private func origin(_ place: GuestPlacement) -> String {
        if plan.placement.moved.contains(place.name) {
            return "moved: the site does not allow where it was, or not all guests fit while it stays"
        }
        if isKept(place.name) { return "kept where it was" }
        return "new: chosen with all other guests (placement: \(policy.placement.rawValue))"
    }

    /// Whether the guest has a domain whose binding to host cells the plan leaves as it is.
    private func isKept(_ name: String) -> Bool {
        guard host.domains.contains(where: { $0.name == name }) else { return false }
        let parts = plan.changes.filter { $0.subject == .guest(name) }.flatMap(\.parts)
        return !parts.contains(where: \.bindsMemory)
    }

    private func pages(_ place: GuestPlacement, _ demand: GuestDemand) -> String {
        let sizes = Set(place.cells.map(\.pageSize)).sorted().map(\.description).joined(separator: " and ")
        guard let request = demand.pageSize?.value else {
            return "\(sizes), ordinary memory (no mem_page_size)"
        }
        return switch request {
        case .exactly, .small: "\(sizes) (mem_page_size: \(request.word))"
        case .large, .any: "\(sizes), which mem_page_size: \(request.word) allows"
        }
    }

    private func cpus(_ demand: GuestDemand) -> [Explained] {
        var lines: [Explained] = []
        if !demand.cells.isEmpty, demand.isBound {
            let own = demand.dedicatedVCPUs
            let shared = demand.vcpus - own.count
            if !own.isEmpty { lines.append(("own CPUs", "\(Self.vcpus(own)): \(siblings(demand.threadPolicy))")) }
            if shared > 0 {
                lines.append(("shared CPUs", "\(Amount.count(shared, "vCPU")): any CPU left for shared use there"))
            }
        }
        switch demand.emulatorPolicy {
        case .isolate: lines.append(("emulator", "a dedicated CPU: emulator_threads_policy: isolate"))
        case .share: lines.append(("emulator", "on the shared CPUs: emulator_threads_policy: share"))
        case nil: break
        }
        return lines
    }

    private func siblings(_ policy: GuestDemand.ThreadPolicy) -> String {
        switch policy {
        case .prefer: "cpu_thread_policy: prefer, siblings together where possible"
        case .isolate: "cpu_thread_policy: isolate, one thread per core, its siblings kept idle"
        case .require: "cpu_thread_policy: require, at least two threads of each core, one odd thread allowed"
        }
    }
}
