import DomainXML
import HostModel
import Planning
import XMLTree

/// A definition with what is ours in it.
struct Definition {
    /// The whole document.
    let document: XMLElement
    /// The managed settings.
    let parts: ManagedParts
    /// Our mark, or nil.
    let mark: OwnershipMark?

    /// Reads what is ours in a domain's definition.
    init(reading document: XMLElement, of name: String) throws(StepFailure) {
        do {
            parts = try ManagedParts(reading: document)
            mark = try OwnershipMark(reading: document)
        } catch {
            throw .unreadable(name, reason: "\(error)")
        }
        self.document = document
    }

    /// Where the definition is not as wanted, our mark included; empty when nothing is to be written.
    func differences(
        from wanted: ManagedParts, mark wantedMark: OwnershipMark, defaultHugePage: PageSize?
    ) -> [DefinitionDifference] {
        let parts = wanted.differences(from: parts, defaultHugePage: defaultHugePage)
            .map { DefinitionDifference(path: $0.path, wanted: $0.wanted, found: $0.present) }
        let marks =
            mark == wantedMark
            ? [] : [DefinitionDifference(path: "metadata", wanted: "\(wantedMark)", found: mark.map { "\($0)" })]
        return parts + marks
    }

    /// The document with the managed settings and the mark put in.
    func patched(with wanted: ManagedParts, mark: OwnershipMark) -> XMLElement {
        DomainPatch.apply(wanted, mark: mark, to: document)
    }

    /// Whether both mean the same as far as we manage it.
    func isEquivalent(to other: Definition) -> Bool { parts == other.parts && mark == other.mark }
}

extension Definition {
    /// Where the thread is pinned; nil when it has no pin of its own.
    func pin(of thread: DomainThread) -> CPUSet? {
        switch thread {
        case .vcpu(let vcpu): parts.cpuTune.vcpuPins[vcpu]
        case .emulator: parts.cpuTune.emulatorPin
        case .ioThread(let number): parts.cpuTune.ioThreadPins[number]
        }
    }

    /// Where the thread may run: its pin, else for a vCPU the CPUs of `<vcpu cpuset=…>`, else what the plan took it to be.
    func cpus(of thread: DomainThread, otherwise prior: CPUSet) -> CPUSet {
        if let pin = pin(of: thread) { return pin }
        if case .vcpu = thread, let cpus = parts.vcpuCPUs { return cpus }
        return prior
    }
}

/// One setting of a definition that is not as wanted.
struct DefinitionDifference: Hashable {
    var path: String
    var wanted: String?
    var found: String?
}
