internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// The scheduler that vCPUs run under: real-time policies have a priority, others have none, and `cpu_realtime` is one already.
    mutating func scheduler() -> GuestDemand.SchedulerDemand? {
        guard let wish = settings.scheduler, let policy = wish.value.policy?.value else { return nil }
        if settings.realtime?.value == true, let mark = settings.realtime?.mark {
            report.error(
                .conflictingKeys, "scheduler cannot be combined with cpu_realtime", at: wish.mark,
                label: "cpu_realtime is at line \(mark.line)", hint: "keep one of the two")
        }
        checkPriority(wish, policy)
        let all = VCPUSet(numbers: 0..<(vcpus ?? 0))
        let members = wish.value.vcpus ?? Located(all, at: wish.mark)
        if vcpus != nil, !members.value.isSubset(of: all) {
            report.error(
                .vcpuOutOfRange, "scheduler names vCPU \(members.value.subtracting(all)), which does not exist",
                at: members.mark, label: "the guest has vCPUs \(all)")
        }
        return GuestDemand.SchedulerDemand(vcpus: members.value, policy: policy, priority: wish.value.priority?.value)
    }

    private mutating func checkPriority(_ wish: Located<SchedulerDraft>, _ policy: GuestDemand.SchedulerDemand.Policy) {
        guard !wish.value.broken.contains("priority") else { return }
        if policy.isRealtime, wish.value.priority == nil {
            report.error(
                .missingKey, "policy: \(policy.rawValue) needs a priority", at: wish.value.policy?.mark ?? wish.mark,
                hint: "add priority: 1")
        } else if !policy.isRealtime, let priority = wish.value.priority {
            report.error(
                .conflictingKeys, "policy: \(policy.rawValue) has no priority", at: priority.mark,
                hint: "remove the priority, or write policy: fifo")
        }
    }
}
