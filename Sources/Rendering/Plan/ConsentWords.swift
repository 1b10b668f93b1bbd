public import Planning

extension Plan {
    /// What must be agreed to, a line for each sentence with every change of which it is said: nobody agrees to what is not named.
    /// In the order of the changes; names and words of others as `quote` writes them.
    public func consentLines(quote: (String) -> String) -> [String] {
        var order: [String] = []
        var addresses: [String: [String]] = [:]
        for change in changes {
            for sentence in change.consentSentences {
                if addresses[sentence] == nil { order.append(sentence) }
                addresses[sentence, default: []].append(change.address)
            }
        }
        return order.map { sentence in
            let all = addresses[sentence] ?? []
            let count = all.count < 3 ? "" : " (\(all.count))"
            return "\(NameList.whole(all, quote: quote))\(count): \(quote(sentence))"
        }
    }
}

extension Change {
    /// What must be agreed to first, a sentence each without a full stop; empty when nothing must.
    var consentSentences: [String] { consents.map(sentence) }

    /// The sentences in one line, or nil.
    var consentLine: String? { consents.isEmpty ? nil : consentSentences.joined(separator: "; ") }

    private func sentence(_ consent: Consent) -> String {
        switch consent {
        case .adopt: "adopted, though not created by this site"
        case .takeOver(let site): "taken over from the site '\(site)'"
        case .stop(let force): force ? "shut down, or powered off if that takes too long" : "shut down"
        case .restart(let force):
            force
                ? "shut down, or powered off if that takes too long, and started again"
                : "shut down and started again"
        case .move:
            disruption < .guest
                ? "moved to other cells while it runs; the move waits for its next start"
                : "moved to other cells while it runs"
        case .moveLive: "its memory is moved to other cells while it runs"
        case .rebase: "redefined from the site; manual additions to its definition are lost"
        case .rebalance: "moved to a better place"
        case .remove(let isOrphan): because(isOrphan, "its definition is removed; its disks are kept")
        case .release: because(true, "adopted, so only released")
        case .putBackDisk(let disk):
            "\(disk) was changed by hand and is restored; data written since then is not on the restored disk"
        case .detachDisks(let disks):
            isDetachedAtOnce(disks)
                ? "\(disks.joined(separator: ", ")) removed from its definition and, at once, from the running guest, "
                    + "which must not be using it; the data on the host is kept"
                : "\(disks.joined(separator: ", ")) removed from its definition; the data on the host is kept"
        case .shrink: "pages that a pool releases may not be available again without a reboot"
        }
    }

    private func isDetachedAtOnce(_ disks: [String]) -> Bool {
        parts.contains { part in part.when == .live && disks.contains { part.path.hasPrefix($0) } }
    }

    private func because(_ isOrphan: Bool, _ what: String) -> String {
        isOrphan ? "no longer in the site: \(what)" : what
    }
}
