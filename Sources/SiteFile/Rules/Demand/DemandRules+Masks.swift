internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// How many vCPUs the guest starts with: no more than it has.
    mutating func currentVCPUs() -> Int? {
        guard let current = settings.currentVCPUs else { return nil }
        if let vcpus = settings.vcpus, current.value > vcpus.value {
            report.error(
                .conflictingKeys, "current_vcpus (\(current.value)) is more than vcpus (\(vcpus.value))",
                at: current.mark, label: "vcpus is at line \(vcpus.mark.line)",
                hint: "raise vcpus, or remove current_vcpus")
        }
        return current.value
    }

    /// The vCPUs under the real-time scheduler: those of the mask, of which the image's counts before the flavor's, else all.
    mutating func realtimeVCPUs(_ policy: PolicyChoice?) -> VCPUSet {
        guard !isBroken("cpu_realtime", "cpu_realtime_mask") else { return [] }
        guard let realtime = settings.realtime, realtime.value else {
            for mask in [settings.realtimeMask, image.realtimeMask].compactMap({ $0 }) {
                dropped(
                    "cpu_realtime_mask", at: mask.mark, because: "cpu_realtime is not true")
            }
            return []
        }
        if let policy, !policy.isDedicating {
            report.error(
                .realtimeMask, "cpu_realtime needs dedicated vCPUs", at: realtime.mark,
                hint: "add cpu_policy: dedicated")
        }
        if let flavor = settings.realtimeMask, let image = image.realtimeMask, flavor.value != image.value {
            dropped("the flavor's cpu_realtime_mask", at: flavor.mark, because: "the image's is used")
        }
        guard let vcpus else { return [] }
        let mask = image.realtimeMask ?? settings.realtimeMask
        let all = VCPUSet(numbers: 0..<vcpus)
        let set = mask.map { maskedVCPUs($0.value, of: vcpus) } ?? all
        checkRealtime(set, of: all, at: mask?.mark ?? realtime.mark)
        return set
    }

    private mutating func checkRealtime(_ set: VCPUSet, of all: VCPUSet, at mark: SourceMark) {
        if set.isEmpty {
            report.error(
                .realtimeMask, "cpu_realtime_mask leaves no vCPU", at: mark, hint: "name one, or remove cpu_realtime")
        } else if !set.isSubset(of: all) {
            report.error(
                .realtimeMask, "cpu_realtime_mask names vCPU \(set.subtracting(all)), which does not exist", at: mark,
                label: "the guest has vCPUs \(all)")
        } else if set == all, settings.emulatorPolicy == nil, settings.emulatorPin == nil,
            !isBroken("emulator_threads_policy", "emulator_pin")
        {
            report.error(
                .realtimeMask, "when all vCPUs are real-time the emulator needs a CPU elsewhere", at: mark,
                hint: "add emulator_threads_policy: isolate, or cpu_realtime_mask: ^0")
        }
    }

    /// The vCPUs with a CPU of their own: all, none, or for mixed guests those of the one mask, which the real-time mask may be.
    mutating func dedicatedVCPUs(_ policy: PolicyChoice?, realtime: VCPUSet) -> VCPUSet {
        guard !isBroken("cpu_dedicated_mask"), let policy else { return [] }
        let all = VCPUSet(numbers: 0..<(vcpus ?? 0))
        guard policy.value == .mixed else {
            if let mask = settings.dedicatedMask {
                report.error(
                    .dedicatedMask, "cpu_dedicated_mask is for guests with cpu_policy: mixed", at: mask.mark,
                    label: "the policy is \(policy.value.rawValue)",
                    hint: "write cpu_policy: mixed, or remove the mask")
            }
            return policy.value == .dedicated ? all : []
        }
        guard let mask = settings.dedicatedMask else { return realtimeAsMask(realtime, policy) }
        if settings.realtime?.value == true {
            report.error(
                .dedicatedMask,
                "cpu_dedicated_mask cannot be combined with cpu_realtime, whose mask names the dedicated vCPUs",
                at: mask.mark, hint: "remove cpu_dedicated_mask")
        }
        guard let vcpus else { return [] }
        let set = maskedVCPUs(mask.value, of: vcpus)
        checkDedicated(set, of: all, at: mask.mark)
        return set
    }

    private mutating func realtimeAsMask(_ realtime: VCPUSet, _ policy: PolicyChoice) -> VCPUSet {
        let isReported = isBroken("cpu_realtime", "cpu_realtime_mask") || settings.realtime?.value == true
        if !isReported, let mark = policy.mark {
            report.error(
                .dedicatedMask, "cpu_policy: mixed needs a mask of the dedicated vCPUs", at: mark,
                hint: "add cpu_dedicated_mask: 0-1, or cpu_realtime: true with a mask")
        }
        return realtime
    }

    private mutating func checkDedicated(_ set: VCPUSet, of all: VCPUSet, at mark: SourceMark) {
        if set.isEmpty {
            report.error(
                .dedicatedMask, "cpu_dedicated_mask leaves no dedicated vCPU", at: mark,
                hint: "write cpu_policy: shared, or name at least one vCPU")
        } else if !set.isSubset(of: all) {
            report.error(
                .dedicatedMask, "cpu_dedicated_mask names vCPU \(set.subtracting(all)), which does not exist", at: mark,
                label: "the guest has vCPUs \(all)")
        } else if set == all {
            report.error(
                .dedicatedMask, "cpu_dedicated_mask names every vCPU", at: mark, hint: "write cpu_policy: dedicated")
        }
    }
}
