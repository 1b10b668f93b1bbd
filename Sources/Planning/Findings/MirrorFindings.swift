internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// What a guest with `cpu_topology: mirror` does not see as it is.
struct MirrorFindings {
    let host: HostFacts

    /// One finding for its cores, or one for its caches.
    func diagnostics(_ guest: GuestSpec, _ place: GuestPlacement) -> [Diagnostic] {
        guard guest.demand.view.mirrorsCPUs else { return [] }
        let mirrored = MirroredCPUs(guest.demand, at: place, on: host)
        if let flaw = mirrored.flaw { return [finding(.topologyNotMirrored, guest, "CPUs", flaw.words)] }
        return mirrored.cacheFlaw.map { [finding(.cachesNotShown, guest, "last-level caches", $0.words)] } ?? []
    }

    private func finding(
        _ code: DiagnosticCode, _ guest: GuestSpec, _ what: String, _ flaw: (why: String, hint: String)
    ) -> Diagnostic {
        Diagnostic(
            code, "guest '\(guest.name.value)' does not see its \(what) as they are: \(flaw.why)", at: guest.name.mark,
            severity: .warning, hint: flaw.hint)
    }
}

extension MirroredCPUs.MirrorFlaw {
    fileprivate var words: (why: String, hint: String) {
        switch self {
        case .notDedicated: ("a vCPU has no CPU of its own", "add cpu_policy: dedicated")
        case .cellsDiffer:
            ("its cells have different numbers of vCPUs", "give each cell as many, or write the topology out")
        case .cellsMixed: ("the vCPUs of a cell are not in a row", "give cell 0 the first vCPUs, cell 1 the next")
        case .coresDiffer:
            (
                "it has more threads of some cores than of others",
                "cpu_thread_policy: require or isolate, and a number of vCPUs that fills the cores of each cell"
            )
        case .siblingsApart:
            ("vCPUs on one core are not beside each other", "pin vCPUs to siblings in pairs: vcpu_pins: {0: 2, 1: 18}")
        }
    }
}

extension MirroredCPUs.CacheFlaw {
    fileprivate var words: (why: String, hint: String) {
        switch self {
        case .cachesDiffer:
            (
                "it has more cores behind some than behind others",
                "a number of vCPUs that is the same for each cache, or one that fits behind one of them"
            )
        case .cachesApart:
            ("vCPUs behind one of them are not beside each other", "pin them in the order of the caches: vcpu_pins")
        case .noDies: ("only x86 machines show several in one socket", "write numa_nodes for a cell behind each cache")
        }
    }
}
