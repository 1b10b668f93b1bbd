internal import Diagnostics
internal import HostModel

/// A CPU policy and the text that chose it; nobody chose the default.
struct PolicyChoice {
    let value: GuestDemand.CPUPolicy
    let mark: SourceMark?

    /// Whether some vCPU has a host CPU of its own.
    var isDedicating: Bool { value != .shared }
}

extension DemandRules {
    /// The CPU policy: the flavor's `dedicated` beats any image, its other values admit no image that asks for more, and without a
    /// word of the flavor the image decides. `resources:PCPU` and `resources:VCPU` are other words for dedicated and shared.
    ///
    /// Nil when the value could not be read.
    mutating func cpuPolicy() -> PolicyChoice? {
        guard !isBroken("cpu_policy", "resources") else { return nil }
        let policy = combinedPolicy()
        let resource = resourcePolicy(beside: policy)
        if let policy { return PolicyChoice(value: policy.value, mark: policy.mark) }
        return resource ?? PolicyChoice(value: .shared, mark: nil)
    }

    private mutating func combinedPolicy() -> Located<GuestDemand.CPUPolicy>? {
        guard let flavor = settings.cpuPolicy else { return image.cpuPolicy }
        guard let image = image.cpuPolicy, image.value != flavor.value else { return flavor }
        let isRefused = flavor.value == .shared || (flavor.value == .mixed && image.value == .dedicated)
        if isRefused {
            report.error(
                .imageConflict,
                "the image asks for \(image.value.rawValue) CPUs, the flavor for \(flavor.value.rawValue)",
                at: image.mark, label: "the flavor's value is at line \(flavor.mark.line)",
                hint: "use a flavor with cpu_policy: \(image.value.rawValue), or remove the image's property")
        } else {
            dropped(
                "the image's cpu_policy \(image.value.rawValue)", at: image.mark,
                because: "the flavor says \(flavor.value.rawValue)")
        }
        return flavor
    }

    private mutating func resourcePolicy(beside policy: Located<GuestDemand.CPUPolicy>?) -> PolicyChoice? {
        let dedicated = settings.dedicatedResource.flatMap { $0.value > 0 ? $0 : nil }
        let shared = settings.sharedResource.flatMap { $0.value > 0 ? $0 : nil }
        guard let resource = dedicated ?? shared else { return nil }
        if policy != nil {
            report.error(
                .resourceConflict, "resources:PCPU and resources:VCPU cannot be combined with a CPU policy",
                at: resource.mark, hint: "keep one of the two")
        }
        if dedicated != nil, let shared {
            report.error(
                .resourceConflict, "resources:PCPU and resources:VCPU cannot be combined", at: shared.mark,
                hint: "use cpu_policy: mixed with cpu_dedicated_mask for a guest with both")
        }
        if let dedicated { checkCount(of: dedicated) }
        if dedicated == nil, let shared, let vcpus, shared.value != vcpus {
            dropped("a resources:VCPU of \(shared.value)", at: shared.mark, because: "the guest has \(vcpus) vCPUs")
        }
        return PolicyChoice(value: dedicated == nil ? .shared : .dedicated, mark: resource.mark)
    }

    private mutating func checkCount(of resource: Located<Int>) {
        guard let vcpus, !isBroken("emulator_threads_policy") else { return }
        let isIsolated = settings.emulatorPolicy?.value == .isolate
        let wanted = vcpus + (isIsolated ? 1 : 0)
        guard resource.value != wanted else { return }
        report.error(
            .resourceConflict, "resources:PCPU must be \(wanted), not \(resource.value)", at: resource.mark,
            label: isIsolated ? "\(vcpus) vCPUs and one CPU for the emulator" : "the guest has \(vcpus) vCPUs")
    }

    /// How dedicated vCPUs use siblings: the flavor's `prefer` beats the image, its other values must be the image's too. The trait
    /// for hyperthreading is another word for `require` and `isolate`.
    mutating func threadPolicy(_ policy: PolicyChoice?) -> GuestDemand.ThreadPolicy {
        guard !isBroken("cpu_thread_policy", "hyperthreading") else { return .prefer }
        let threads = combinedThreadPolicy()
        let trait = settings.hyperthreading ?? image.hyperthreading
        if threads != nil, let trait {
            report.error(
                .resourceConflict, "the trait for hyperthreading cannot be combined with cpu_thread_policy",
                at: trait.mark,
                hint: "keep one of the two")
        }
        if let mark = threads?.mark ?? trait?.mark, let policy, !policy.isDedicating {
            report.error(
                .threadPolicyNeedsDedicated, "cpu_thread_policy needs dedicated vCPUs", at: mark,
                hint: "add cpu_policy: dedicated, or remove the thread policy")
        }
        let fromTrait: GuestDemand.ThreadPolicy? = trait.map { $0.value == .required ? .require : .isolate }
        return threads?.value ?? fromTrait ?? .prefer
    }

    /// What is kept off the guest's own CPUs, of which it must have some.
    mutating func isolation(_ policy: PolicyChoice?) -> HostPolicy.Isolation {
        guard let isolation = settings.isolation, isolation.value > .none else { return .none }
        if let policy, !policy.isDedicating, settings.vcpuPins == nil {
            report.error(
                .isolationNeedsDedicated, "isolation needs dedicated vCPUs", at: isolation.mark,
                hint: "add cpu_policy: dedicated, or remove the isolation")
        }
        return isolation.value
    }

    private mutating func combinedThreadPolicy() -> Located<GuestDemand.ThreadPolicy>? {
        guard let flavor = settings.threadPolicy else { return image.threadPolicy }
        guard let image = image.threadPolicy, image.value != flavor.value else { return flavor }
        if flavor.value == .prefer {
            dropped(
                "the image's cpu_thread_policy \(image.value.rawValue)", at: image.mark,
                because: "the flavor says prefer")
        } else {
            report.error(
                .imageConflict,
                "the image asks for cpu_thread_policy \(image.value.rawValue), the flavor for \(flavor.value.rawValue)",
                at: image.mark, label: "the flavor's value is at line \(flavor.mark.line)",
                hint: "make them equal, or remove the image's property")
        }
        return flavor
    }

    /// Where the emulator's threads run; a CPU of their own is for guests with dedicated CPUs only.
    mutating func emulatorPolicy(_ policy: PolicyChoice?) -> GuestDemand.EmulatorPolicy? {
        guard let emulator = settings.emulatorPolicy else { return nil }
        if emulator.value == .isolate, let policy, !policy.isDedicating {
            report.error(
                .emulatorPolicyNeedsDedicated, "emulator_threads_policy: isolate needs dedicated vCPUs",
                at: emulator.mark, hint: "add cpu_policy: dedicated, or write emulator_threads_policy: share")
        }
        return emulator.value
    }

    /// Warns that a wish has no effect, and why.
    mutating func dropped(_ wish: String, at mark: SourceMark, because reason: String) {
        report.warning(.wishDropped, "\(wish) has no effect: \(reason)", at: mark)
    }
}
