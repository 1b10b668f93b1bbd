public import Planning

extension Change {
    /// What must be agreed to first, a sentence each without a full stop; empty when nothing must.
    public var consentSentences: [String] { consents.map(sentence) }

    /// The sentences in one line, or nil.
    var consentLine: String? { consents.isEmpty ? nil : consentSentences.joined(separator: "; ") }

    private func sentence(_ consent: Consent) -> String {
        switch consent {
        case .adopt: "a domain that this site did not create is adopted"
        case .takeOver(let site): "a domain of the site '\(site)' is taken over"
        case .stop(let force): force ? "it is shut down, or powered off if that takes too long" : "it is shut down"
        case .restart(let force):
            force
                ? "it is shut down, or powered off if that takes too long, and started again"
                : "it is shut down and started again"
        case .move:
            disruption < .guest
                ? "it runs and moves to other cells; the move waits for its next start"
                : "it runs and moves to other cells"
        case .rebase: "it is redefined from the site; what was added to its definition by hand is lost"
        case .rebalance: "it moves to a better place"
        case .remove(let isOrphan): because(isOrphan, "its definition is removed; its disks are kept")
        case .release: because(true, "it was adopted, so it is only released")
        case .putBackDisk(let disk):
            "\(disk) was changed by hand and is restored; data written since then is not on the restored disk"
        case .detachDisks(let disks):
            isDetachedAtOnce(disks)
                ? "\(disks.joined(separator: ", ")) taken out of its definition and, at once, out of the running guest, "
                    + "which must not be using it; what is on the host stays"
                : "\(disks.joined(separator: ", ")) taken out of its definition; what is on the host stays"
        case .shrink: "pages that a pool gives up may not be available again without a reboot"
        }
    }

    private func isDetachedAtOnce(_ disks: [String]) -> Bool {
        parts.contains { part in part.when == .live && disks.contains { part.path.hasPrefix($0) } }
    }

    private func because(_ isOrphan: Bool, _ what: String) -> String {
        isOrphan ? "the site no longer names it: \(what)" : what
    }
}
