internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import XMLTree

/// What libvirt holds of a domain, or does with it, that makes it refuse a step: to be said before the first write, not found out
/// when the guest has been shut down for it.
struct DomainHoldings {
    let record: DomainRecord
    let mark: SourceMark?

    private var facts: DomainFacts { record.facts }
    private var name: String { facts.name }

    init(_ record: DomainRecord, at mark: SourceMark?) {
        self.record = record
        self.mark = mark
    }

    /// Why the definition cannot be removed.
    ///
    /// - Parameter libvirt: Its version; nil when not known.
    func refusals(toRemoveWith libvirt: String?) -> [Diagnostic] {
        var refusals = [busy].compactMap(\.self)
        if facts.hasManagedSave { refusals.append(ManagedSave(name, at: mark).refusal(to: "be removed")) }
        if facts.snapshots + facts.checkpoints > 0 { refusals.append(held) }
        if DomainHoldings.losesTPM(record, with: libvirt) { refusals.append(losesTPM) }
        return refusals
    }

    /// Why no step can be carried out on the domain now; nil when nothing keeps it.
    var busy: Diagnostic? {
        guard let job = facts.job else { return nil }
        return Diagnostic(
            .domainBusy,
            job == "unreachable"
                ? "guest '\(name)' cannot be changed now: its QEMU does not answer libvirt"
                : "guest '\(name)' cannot be changed now: libvirt is busy with it (\(job))",
            at: mark,
            hint: job == "unreachable"
                ? "check it: virsh domcontrol \(name)" : "wait for it: virsh domjobinfo \(name)")
    }

    private var held: Diagnostic {
        let count = SnapshotCount(facts.snapshots, facts.checkpoints)
        let commands = [
            facts.snapshots > 0 ? "virsh snapshot-list \(name); virsh snapshot-delete \(name) SNAPSHOT" : nil,
            facts.checkpoints > 0 ? "virsh checkpoint-list \(name); virsh checkpoint-delete \(name) CHECKPOINT" : nil,
        ]
        return Diagnostic(
            .removalImpossible,
            "guest '\(name)' has \(count) and cannot be removed with \(count.isOne ? "it" : "them")",
            at: mark, hint: commands.compactMap(\.self).joined(separator: "; "))
    }

    private var losesTPM: Diagnostic {
        Diagnostic(
            .removalImpossible,
            "guest '\(name)' cannot be removed: this libvirt would delete the state of its TPM with it", at: mark,
            hint: "libvirt 8.9 and newer keep it; or virsh undefine --keep-nvram \(name), which deletes it")
    }

    /// Before 8.9 libvirt deletes the state of an emulated TPM with the definition.
    private static func losesTPM(_ record: DomainRecord, with libvirt: String?) -> Bool {
        let numbers = (libvirt ?? "").split(separator: ".").compactMap { Int($0) }
        guard numbers.count >= 2, (numbers[0], numbers[1]) < (8, 9) else { return false }
        return record.document.element(named: "devices")?.element(named: "tpm") != nil
    }
}
