import DomainXML
import HostModel
import Planning
import XMLTree

/// A definition with what is ours in it.
struct Definition {
    /// The domain's name.
    let name: String
    /// The whole document.
    let document: XMLElement
    /// The managed settings.
    let parts: FoundSettings
    /// Our mark, or nil.
    let mark: OwnershipMark?

    /// Reads what is ours in a domain's definition.
    init(reading document: XMLElement, of name: String) throws(StepFailure) {
        do {
            parts = try FoundSettings(reading: document)
        } catch {
            throw .unreadable(name, reason: "\(error)")
        }
        mark = OwnershipMark(reading: document)
        self.document = document
        self.name = name
    }

    /// Where the definition is not as wanted, our mark included; empty when nothing is to be written.
    func mismatches(
        with wanted: WantedSettings, mark wantedMark: OwnershipMark, defaultHugePage: PageSize?
    ) -> [Mismatch] {
        let settings = wanted.differences(from: parts, defaultHugePage: defaultHugePage).map(mismatch)
        guard mark != wantedMark else { return settings + machine(wantedMark).differences.map(mismatch) }
        let marks = Mismatch(
            subject: .guest(name), path: "metadata", wanted: .text(XMLWriter.write(wantedMark.element)),
            found: (mark?.element).map { .text(XMLWriter.write($0)) })
        return settings + machine(wantedMark).differences.map(mismatch) + [marks]
    }

    private func mismatch(_ difference: SettingDifference) -> Mismatch {
        mismatch(difference.path, now: difference.now, want: difference.want)
    }

    private func mismatch(_ difference: MachineDifference) -> Mismatch {
        mismatch(difference.path, now: difference.now, want: difference.want)
    }

    private func mismatch(_ path: String, now: SettingValue?, want: SettingValue?) -> Mismatch {
        Mismatch(
            subject: .guest(name), path: path, wanted: want.map(ChangedPart.PartValue.init),
            found: now.map(ChangedPart.PartValue.init))
    }

    /// The document with the machine that a mark records.
    private func machine(_ wanted: OwnershipMark) -> MachineMerge {
        MachineMerge(becoming: wanted, from: mark, in: document)
    }

    /// The document with the managed settings, the machine and the mark put in.
    ///
    /// Where the settings are as wanted they are not touched: what only looks different stays as somebody wrote it.
    func patched(with wanted: WantedSettings, mark: OwnershipMark, defaultHugePage: PageSize?) -> XMLElement {
        guard !wanted.differences(from: parts, defaultHugePage: defaultHugePage).isEmpty else {
            return DomainPatch.stamp(mark, on: machine(mark).document)
        }
        return DomainPatch.apply(wanted, mark: mark, to: machine(mark).document)
    }

    /// Whether the settings are those that were read before, perhaps by way of a facts document.
    func isUnchanged(since prior: FoundSettings, defaultHugePage: PageSize?) -> Bool {
        parts.isEquivalent(to: prior, defaultHugePage: defaultHugePage)
    }

    /// Whether both mean the same as far as we manage it.
    func isEquivalent(to other: Definition) -> Bool {
        guard parts == other.parts, mark == other.mark else { return false }
        guard let mark else { return true }
        return machine(mark).differences == other.machine(mark).differences
    }
}

extension Definition {
    /// Where the thread is pinned; nil when it has no pin of its own.
    func pin(of thread: DomainThread) -> CPUSet? { thread.cpus(in: parts) }

    /// Where the thread may run: its pin, else for a vCPU the CPUs of `<vcpu cpuset=…>`, else what the plan took it to be.
    func cpus(of thread: DomainThread, otherwise prior: CPUSet) -> CPUSet {
        if let pin = pin(of: thread) { return pin }
        if case .vcpu = thread, let cpus = parts.vcpuCPUs { return cpus }
        return prior
    }
}
