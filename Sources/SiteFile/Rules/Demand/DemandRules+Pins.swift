internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// Host CPUs by the operator's hand: of threads that exist, and one CPU for each vCPU that has one of its own.
    mutating func handPins(_ demand: GuestDemand) -> HandPins {
        guard !isBroken("vcpu_pins", "vcpu_cpuset", "emulator_pin", "iothread_pins") else { return HandPins() }
        let vcpuPins = settings.vcpuPins?.value ?? []
        let ioThreadPins = settings.ioThreadPins?.value ?? []
        if vcpus != nil { checkNumbers(vcpuPins) }
        checkOwn(vcpuPins.filter { demand.dedicatedVCPUs.contains($0.cell.value) })
        checkEmulator()
        checkIOThreads(ioThreadPins)
        return HandPins(
            vcpus: Dictionary(vcpuPins.map { ($0.cell.value, $0.value) }) { first, _ in first },
            vcpuSet: settings.vcpuSet, emulator: settings.emulatorPin,
            ioThreads: Dictionary(ioThreadPins.map { ($0.cell.value.rawValue, $0.value) }) { first, _ in first })
    }

    private mutating func checkNumbers(_ pins: [CellEntry<VCPU, CPUSet>]) {
        guard let vcpus else { return }
        for pin in pins where pin.cell.value.rawValue >= vcpus {
            report.error(
                .vcpuOutOfRange, "vcpu_pins names vCPU \(pin.cell.value), which does not exist", at: pin.cell.mark,
                label: "the guest has vCPUs \(VCPUSet(numbers: 0..<vcpus))")
        }
    }

    private mutating func checkOwn(_ pins: [CellEntry<VCPU, CPUSet>]) {
        var holders: [CPU: VCPU] = [:]
        for pin in pins {
            guard pin.value.value.count == 1, let cpu = pin.value.value.first else {
                report.error(
                    .pinsContradict, "vCPU \(pin.cell.value) is dedicated, and vcpu_pins names several CPUs for it",
                    at: pin.value.mark, hint: "name one CPU, or make the vCPU shared")
                continue
            }
            if let other = holders.updateValue(pin.cell.value, forKey: cpu) {
                report.error(
                    .pinsContradict,
                    "dedicated vCPUs \(other) and \(pin.cell.value) cannot both be pinned to CPU \(cpu)",
                    at: pin.value.mark, hint: "pin each to a CPU of its own")
            }
        }
    }

    private mutating func checkEmulator() {
        guard let pin = settings.emulatorPin, let policy = settings.emulatorPolicy else { return }
        report.error(
            .conflictingKeys, "emulator_pin cannot be combined with emulator_threads_policy", at: pin.mark,
            label: "emulator_threads_policy is at line \(policy.mark.line)", hint: "keep one of the two")
    }

    private mutating func checkIOThreads(_ pins: [CellEntry<VCPU, CPUSet>]) {
        guard let first = pins.first, !isBroken("iothreads") else { return }
        guard let count = settings.ioThreads else {
            if isPartial { return }
            report.error(
                .missingKey, "iothread_pins needs iothreads", at: first.cell.mark,
                hint: "add iothreads: \(pins.map(\.cell.value.rawValue).max() ?? 1)")
            return
        }
        for pin in pins where pin.cell.value.rawValue > count.value {
            report.error(
                .pinsContradict, "iothread_pins names iothread \(pin.cell.value), which does not exist",
                at: pin.cell.mark, label: "the guest has \(count.value)")
        }
    }
}
