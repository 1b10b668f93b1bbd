internal import Diagnostics
internal import Execution
internal import Planning

extension Note {
    /// The remark as a finding.
    var finding: Diagnostic {
        let guest = guest ?? ""
        return switch kind {
        case .definition: Diagnostic(.libvirtRewrote, "\(guest): \(message)", severity: .note)
        case .threads:
            Diagnostic(
                .emulatorThreadsElsewhere, "\(guest): \(message)", severity: .warning,
                hint: "numactl-plan verify --deep shows where its threads are")
        case .isolation: Diagnostic(.keptOnItsCPUs, message, severity: .note)
        case .following: Diagnostic(.memoryNotFollowed, message, severity: .warning, hint: MemoryFollowing.hint)
        case .nextStart:
            Diagnostic(
                .restartPending, message, severity: .warning, hint: "apply with --restart \(guest) power cycles it")
        }
    }
}
