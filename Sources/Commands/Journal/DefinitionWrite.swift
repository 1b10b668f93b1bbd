internal import DomainXML
internal import Execution
internal import HostModel
internal import LinuxHost
internal import Planning

/// A definition that a transaction wrote, and that stands.
struct DefinitionWrite {
    let time: UTCTime
    /// What was defined before; nil for a domain that was made, or a definition that cannot be read any more.
    let before: FoundSettings?
    let after: FoundSettings
}

extension JournalStore {
    /// What transactions that stand wrote into the definitions of these guests, the newest first. Journals that cannot be read are
    /// passed over: what they would tell is not known then.
    func definitions(of guests: Set<String>) -> [String: [DefinitionWrite]] {
        var writes: [String: [DefinitionWrite]] = [:]
        for id in ((try? transactions()) ?? []).reversed() {
            guard let stored = try? read(id), stored.transaction.isStanding else { continue }
            for entry in stored.transaction.entries.reversed() {
                guard case .define(let write) = entry.write.action, case .done = entry.state,
                    guests.contains(write.guest), let after = try? FoundSettings(reading: write.document)
                else { continue }
                var before: FoundSettings?
                if case .define(let prior)? = entry.write.inverse.first {
                    before = try? FoundSettings(reading: prior.document)
                }
                writes[write.guest, default: []].append(
                    DefinitionWrite(time: UTCTime(seconds: id.time.milliseconds / 1_000), before: before, after: after))
            }
        }
        return writes
    }
}

extension ChangedPart {
    /// The part with the time of the write that gave the definition its value, the newest of which comes first; without one where
    /// the definition had the value before all of them, or got it from somebody else.
    func dated(by writes: [DefinitionWrite]) -> ChangedPart {
        guard case .setting(let key) = key else { return self }
        func value(_ settings: FoundSettings?) -> PartValue? {
            settings?.settings.first { $0.key == key }.map { PartValue($0.value) }
        }
        var part = self
        part.since =
            writes.prefix { value($0.after) == want }.first { $0.before == nil || value($0.before) != want }?.time
        return part
    }
}
