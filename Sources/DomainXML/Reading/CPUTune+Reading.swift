internal import HostModel
internal import XMLTree

extension CPUTune {
    /// Reads pins and schedulers of `<cputune>`. Like libvirt it ignores pins of vCPUs that the domain does not have.
    init(reading domain: XMLElement, vcpus: Int) throws(DomainXMLError) {
        self.init()
        guard let tune = domain.element(named: "cputune") else { return }
        for pin in tune.elements(named: "vcpupin") {
            let path = "cputune.vcpupin"
            let vcpu = VCPU(try pin.requiredNumber("vcpu", path))
            let cpus: CPUSet = try pin.requiredList("cpuset", path)
            guard vcpu.rawValue < vcpus else { continue }
            guard vcpuPins.updateValue(cpus, forKey: vcpu) == nil else {
                throw DomainXMLError(path, line: pin.line, .duplicate("\(vcpu)"))
            }
        }
        if let pin = tune.element(named: "emulatorpin") {
            emulatorPin = try pin.requiredList("cpuset", "cputune.emulatorpin")
        }
        for pin in tune.elements(named: "iothreadpin") {
            let path = "cputune.iothreadpin"
            let number = try pin.requiredNumber("iothread", path, in: 1...highestNumber)
            let cpus: CPUSet = try pin.requiredList("cpuset", path)
            guard ioThreadPins.updateValue(cpus, forKey: number) == nil else {
                throw DomainXMLError(path, line: pin.line, .duplicate("\(number)"))
            }
        }
        for element in tune.elements(named: "vcpusched") {
            let scheduler = try Scheduler(reading: element)
            let members: VCPUSet = try element.requiredList("vcpus", "cputune.vcpusched")
            for vcpu in members where vcpu.rawValue < vcpus { schedulers[vcpu] = scheduler }
        }
    }
}

extension CPUTune.Scheduler {
    /// Whether the scheduler's policy has a priority.
    var hasPriority: Bool { policy == "fifo" || policy == "rr" }

    fileprivate init(reading element: XMLElement) throws(DomainXMLError) {
        let path = "cputune.vcpusched"
        guard let policy = element[attribute: "scheduler"] else {
            throw DomainXMLError(path, line: element.line, .missing)
        }
        guard ["fifo", "rr", "batch", "idle"].contains(policy) else {
            throw DomainXMLError(path, line: element.line, .unknownWord(policy))
        }
        self.init(policy: policy, priority: nil)
        if hasPriority { priority = try element.number("priority", path, in: 0...99) }
    }
}
