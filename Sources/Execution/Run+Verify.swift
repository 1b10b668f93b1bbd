import HostModel
import Planning

extension Run {
    /// Reads back what was written so far and compares it with what is wanted.
    ///
    /// - Throws: ``Halt/verificationFailed(_:)`` with every difference there is.
    mutating func verify(_ phases: Phases) throws(Halt) {
        var mismatches: [Mismatch] = []
        for step in phases.grow + phases.define + phases.pin {
            do throws(StepFailure) {
                mismatches += try self.mismatches(of: step)
            } catch {
                throw .failed(step, error)
            }
            report.verified += 1
        }
        guard mismatches.isEmpty else { throw .verificationFailed(mismatches) }
    }

    private func mismatches(of step: Step) throws(StepFailure) -> [Mismatch] {
        switch step {
        case .setPool(let pool, _, let target):
            let found = try size(of: pool)
            return found == target
                ? [] : [Mismatch(subject: .pool(pool), path: "pages", wanted: "\(target)", found: "\(found)")]
        case .create(let name, _, let wanted, let mark), .redefine(let name, _, let wanted, let mark):
            guard let present = try definition(of: name) else { throw .domainVanished(name) }
            return differences(of: present, from: wanted, mark)
                .map { Mismatch(subject: .guest(name), path: $0.path, wanted: $0.wanted, found: $0.found) }
        case .setAutostart(let name, _, let target):
            let found = try host.domains.status(of: name)?.autostarts
            return found == target
                ? []
                : [
                    Mismatch(
                        subject: .guest(name), path: "autostart", wanted: "\(target)", found: found.map { "\($0)" })
                ]
        case .pin(let name, let thread, let prior, let target):
            guard let live = try liveDefinition(of: name) else { return [] }
            let found = live.cpus(of: thread, otherwise: prior)
            return found == target
                ? []
                : [
                    Mismatch(
                        subject: .guest(name), path: thread.path, wanted: "\(target)", found: "\(found)")
                ]
        case .stop, .undefine, .start: return []
        }
    }
}

extension DomainThread {
    /// The setting's path in a definition.
    fileprivate var path: String {
        switch self {
        case .vcpu(let vcpu): "cputune.vcpupin[\(vcpu)]"
        case .emulator: "cputune.emulatorpin"
        case .ioThread(let number): "cputune.iothreadpin[\(number)]"
        }
    }
}
