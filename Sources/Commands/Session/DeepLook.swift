internal import Diagnostics
internal import DomainXML
internal import Glibc
internal import HostModel
internal import LinuxHost
internal import Placement
internal import Planning
internal import LivePlacement
internal import SystemPackage
internal import XMLTree

/// Looks at the processes of the site's running guests.
struct DeepLook {
    private let session: PlanningSession
    private let reader: GuestProcessReader
    private let pidFolder: String

    /// - Throws: ``CommandFailure`` with 64 when libvirt runs the guests on another machine.
    init(_ session: PlanningSession, root: String) throws {
        let runtimeFolder = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) }
        guard let folder = GuestProcessFiles.folder(uri: session.uri, runtimeFolder: runtimeFolder) else {
            throw CommandFailure(
                .usage,
                [
                    Diagnostic(
                        .residenceUnknown, "the guests of \(session.uri) do not run on this machine",
                        hint: "run verify --deep on that host")
                ])
        }
        self.session = session
        pidFolder = folder
        reader = GuestProcessReader(root: FilePath(root), basePage: session.facts.host.basePage)
    }

    /// Where each running guest of the site is, ascending by name.
    ///
    /// A guest that is not where it should be is looked at again until it is `settle` seconds old.
    func residences(tolerance: UInt64, settle: UInt64) -> [GuestResidence] {
        expectations(tolerance: tolerance).map { residence($0, settle: settle) }
    }

    /// Who else runs on the CPUs that running guests of the site have for themselves, within a time.
    func interference(for time: Duration) -> Interference {
        let dedicated = session.result.plan.placement.dedicatedCPUs
        let siblings = session.facts.cells.flatMap(\.siblings)
        let guests = expectations(tolerance: 0).compactMap { expectation -> WatchedGuest? in
            let name = expectation.placement.name
            guard let process = try? reader.threads(of: name, pidFile: pidFile(name)) else { return nil }
            return WatchedGuest(process: process.id, expectation, dedicated: dedicated, siblings: siblings)
        }
        return ActivityReader().interference(with: guests, for: time)
    }

    private func pidFile(_ name: String) -> String { "\(pidFolder)/\(name).pid" }

    /// What is expected of each running guest of the site, ascending by name.
    private func expectations(tolerance: UInt64) -> [Expectation] {
        let domains = session.facts.domains.keyed(by: \.name)
        return session.result.plan.placement.guests.compactMap { placement in
            guard let domain = domains[placement.name], domain.state.isActive else { return nil }
            let running = try? domain.live?.read()
            let live = running.flatMap { try? FoundSettings(reading: $0) }
            return Expectation(
                placement: placement, shape: shape(live, running, placement), onlineCPUs: session.facts.onlineCPUs,
                isRestartPending: isPending(placement.name), presentVCPUs: live?.presentVCPUs, tolerance: tolerance,
                hostCPUs: Dictionary(
                    session.facts.cells.map { ($0.id, $0.cpus) }, uniquingKeysWith: { first, _ in first }))
        }
    }

    private func residence(_ expectation: Expectation, settle: UInt64) -> GuestResidence {
        let name = expectation.placement.name
        while true {
            let process = Result { () throws(Unread) in
                try reader.process(of: name, pidFile: pidFile(name))
            }
            let residence = ResidenceCheck.residence(of: process, expectation)
            let age = (try? process.get())?.age ?? .max
            guard residence.deviates, age < settle else { return residence }
            usleep(250_000)
        }
    }

    /// Whether the guest's definition, or what it should become, waits for a start.
    private func isPending(_ name: String) -> Bool {
        let plan = session.result.plan
        return plan.restartPending.contains(name)
            || plan.changes.contains { $0.subject == .guest(name) && $0.parts.contains { $0.when == .nextStart } }
    }

    /// How the running guest's memory is cut: by what it runs with, else by the plan.
    private func shape(_ live: FoundSettings?, _ running: XMLElement?, _ placement: GuestPlacement) -> GuestShape {
        if let live { return GuestShape(live, devices: running.map { MemoryPlugDevice.all(in: $0) } ?? [:]) }
        guard !placement.cells.isEmpty else { return GuestShape([.init(cell: nil, memory: placement.memory)]) }
        return GuestShape(
            placement.cells.map { .init(cell: $0.id, memory: $0.memory, boundTo: $0.boundTo) })
    }
}
