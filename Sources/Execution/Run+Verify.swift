import DomainXML
import HostModel
import Planning

extension Run {
    /// Reads back what these steps wrote and compares it with what is wanted.
    ///
    /// - Throws: ``Halt/verificationFailed(_:)`` with every difference there is.
    mutating func verify(_ steps: [Step]) throws(Halt) {
        var mismatches: [Mismatch] = []
        var live = LiveDefinitions(self)
        for step in steps {
            do throws(StepFailure) {
                mismatches += try self.mismatches(of: step, &live)
            } catch {
                throw .failed(step, error)
            }
            report.verified += 1
        }
        guard mismatches.isEmpty else { throw .verificationFailed(mismatches) }
    }

    private func mismatches(of step: Step, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        switch step {
        case .setPool(let pool, _, let target):
            return compare(.pool(pool), "pages", .number(target.count), .number(try size(of: pool).count))
        case .create(let name, _, let wanted, let mark), .redefine(let name, _, let wanted, let mark, _),
            .rebase(let name, _, _, let wanted, let mark):
            guard let present = try definition(of: name) else { throw .domainVanished(name) }
            return mismatches(of: present, wanted, mark)
        case .release(let name):
            guard let mark = try definition(of: name)?.mark else { return [] }
            return [Mismatch(subject: .guest(name), path: "metadata", wanted: nil, found: .text(mark.site))]
        case .setAutostart(let name, _, let target):
            guard let status = try host.domains.status(of: name) else { throw .domainVanished(name) }
            return compare(.guest(name), "autostart", .flag(target), .flag(status.autostarts))
        case .pin(let name, let thread, let prior, let target):
            guard let definition = try live.definition(of: name) else { return [] }
            let found = definition.cpus(of: thread, otherwise: prior)
            let strays = thread == .emulator ? settableStrays(of: name, from: target) : []
            return compare(.guest(name), thread.pin.path, .text("\(target)"), .text("\(found)"))
                + strays.map { $0.mismatch(of: name, target) }
        case .rename, .stop, .undefine, .start: return []
        }
    }

    private func compare(
        _ subject: Change.Subject, _ path: String, _ wanted: ChangedPart.Value, _ found: ChangedPart.Value
    ) -> [Mismatch] {
        wanted == found ? [] : [Mismatch(subject: subject, path: path, wanted: wanted, found: found)]
    }
}

extension EmulatorThread {
    /// The thread was set, and is elsewhere.
    fileprivate func mismatch(of guest: String, _ target: CPUSet) -> Mismatch {
        Mismatch(
            subject: .guest(guest), path: DomainThread.emulator.pin.path, wanted: .text("\(target)"),
            found: .text("\(allowed) for thread \(id) (\(name))"))
    }
}
