internal import Diagnostics
internal import HostModel

extension DomainHoldings {
    /// Why the domain cannot be renamed; nil when it can. libvirt renames only what does not run, and what it keeps beside a
    /// definition goes by the domain's name.
    func refusal(toRename name: String) -> Diagnostic? {
        let facts = record.facts
        let old = facts.name
        func refusal(_ what: String, _ hint: String) -> Diagnostic {
            Diagnostic(
                .renameImpossible, "domain '\(old)' cannot be renamed to '\(name)': it \(what)", at: mark, hint: hint)
        }
        if let busy { return busy }
        if facts.state.isActive { return refusal("runs", "virsh shutdown \(old), then apply again") }
        if !facts.persistent {
            return refusal("is transient: it has no definition", "make it persistent first, with virsh define")
        }
        if facts.hasManagedSave {
            return refusal("has a managed save image", "resume it: virsh start \(old); then shut the guest down")
        }
        guard facts.snapshots + facts.checkpoints > 0 else { return nil }
        return refusal(
            "has \(SnapshotCount(facts.snapshots, facts.checkpoints))",
            "delete them first (virsh snapshot-delete, virsh checkpoint-delete), or give the guest the name '\(old)'")
    }
}
