internal import ArgumentParser
internal import Rendering

/// What the process ends with. The table is part of the manual and does not change.
public enum ExitStatus: Int32, CaseIterable, Sendable {
    case done = 0
    case unexpected = 1
    case differences = 2
    case restartPending = 3
    case doesNotFit = 10
    case poolsShort = 11
    case verificationFailed = 12
    case rollbackIncomplete = 13
    case stalePlan = 14
    case needsConsent = 15
    case undecided = 16
    case usage = 64
    case invalidInput = 65
    case inputMissing = 66
    case libvirtUnreachable = 69
    case locked = 75
    case notPermitted = 77
    case interrupted = 130
    case terminated = 143

    /// The name that JSON documents carry beside the number.
    public var name: String {
        switch self {
        case .done: "done"
        case .unexpected: "unexpected_failure"
        case .differences: "differences"
        case .restartPending: "restart_pending"
        case .doesNotFit: "does_not_fit"
        case .poolsShort: "pools_short"
        case .verificationFailed: "verification_failed"
        case .rollbackIncomplete: "rollback_incomplete"
        case .stalePlan: "stale_plan"
        case .needsConsent: "needs_consent"
        case .undecided: "undecided"
        case .usage: "usage"
        case .invalidInput: "invalid_input"
        case .inputMissing: "input_missing"
        case .libvirtUnreachable: "libvirt_unreachable"
        case .locked: "locked"
        case .notPermitted: "not_permitted"
        case .interrupted: "interrupted"
        case .terminated: "terminated"
        }
    }

    var report: ExitReport { ExitReport(code: Int(rawValue), name: name) }
}
