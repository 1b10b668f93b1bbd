internal import Diagnostics
internal import HostModel

/// `scheduler` as it is written.
struct SchedulerDraft: Sendable, Hashable {
    var vcpus: Located<VCPUSet>?
    var policy: Located<GuestDemand.SchedulerDemand.Policy>?
    var priority: Located<Int>?
    /// Keys whose values could not be read.
    var broken: Set<String> = []

    static let table = KeyTable<Self>(
        .scheduler,
        [
            Key("vcpus", \.vcpus, .list(), "The vCPUs that it applies to; without it all of them"),
            Key("policy", \.policy, .choice, required: true, "The kernel's scheduling policy"),
            Key("priority", \.priority, .integer(1...99), "The real-time priority, only for fifo and rr"),
        ], broken: \.broken)
}
