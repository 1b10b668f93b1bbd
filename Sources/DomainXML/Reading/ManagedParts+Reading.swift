internal import HostModel
public import XMLTree

extension ManagedParts {
    /// Reads what we manage out of a definition, in canonical form: amounts in KiB, lists resolved, libvirt's defaults filled in,
    /// so that a document and what libvirt makes of it give equal values.
    ///
    /// - Throws: ``DomainXMLError`` at the first managed place that cannot be understood.
    public init(reading domain: XMLElement) throws(DomainXMLError) {
        guard domain.name == "domain" else {
            throw DomainXMLError("domain", line: domain.line, .notADomain(domain.name))
        }
        let counts = try VCPUCounts(reading: domain)
        let written = try GuestCell.reading(domain).assigningAll(vcpus: counts.maximum)
        let tune = try CPUTune(reading: domain, vcpus: counts.maximum)
        let placement = try CPUPlacement(reading: domain, tune: tune)
        let memory = try MemoryAmounts(reading: domain, cells: written)
        // libvirt demands a cell where memory can be plugged in; a definition that has none gets it when it is written.
        let hasMemoryHotplug = domain.element(named: "maxMemory") != nil
        let whole = GuestCell(id: 0, vcpus: VCPUSet(numbers: 0..<counts.maximum), memory: memory.initial)
        let cells = written.isEmpty && hasMemoryHotplug ? [whole] : written
        let cpu = domain.element(named: "cpu")
        self.init(
            vcpus: counts.maximum, vcpuCPUs: placement.cpus, memory: memory.initial,
            ioThreads: try IOThreads(reading: domain)?.count, cpuTune: tune,
            numaTune: try NUMATune(reading: domain, isAutomatic: placement.isAutomatic),
            memoryBacking: try MemoryBacking(reading: domain, cells: cells.map(\.id)),
            cpuMode: cpu?[attribute: "mode"] ?? "custom",
            topology: try cpu?.element(named: "topology").map(Topology.init(reading:)),
            maximumPhysicalAddress: try cpu?.element(named: "maxphysaddr").map(MaximumPhysicalAddress.init(reading:)),
            guestCells: cells, hasACPI: domain.element(named: "features")?.element(named: "acpi") != nil,
            currentVCPUs: counts.current, placesVCPUsAutomatically: placement.isAutomatic,
            currentMemory: memory.current, hasMemoryHotplug: hasMemoryHotplug)
    }
}

/// How many vCPUs a domain has: `<vcpu current=…>` and the list `<vcpus>`.
struct VCPUCounts {
    /// All vCPUs; 1 where nothing is said.
    let maximum: Int
    /// Those present at start, nil for all. The list, where there is one, overrules the attribute.
    let current: Int?

    init(reading domain: XMLElement) throws(DomainXMLError) {
        guard let element = domain.element(named: "vcpu") else {
            (maximum, current) = (1, nil)
            return
        }
        maximum = try element.numberInText("vcpu", in: 1...highestNumber)
        var current = try element.number("current", "vcpu.current", in: 0...highestNumber) ?? maximum
        if let enabled = Self.enabled(in: domain) { current = enabled.count }
        self.current = current < maximum ? current : nil
    }

    /// The vCPUs that the list `<vcpus>` enables, or nil without a list.
    static func enabled(in domain: XMLElement) -> VCPUSet? {
        guard let list = domain.element(named: "vcpus")?.elements(named: "vcpu"), !list.isEmpty else { return nil }
        let ids = list.filter { $0[attribute: "enabled"] == "yes" }.compactMap { entry in
            try? entry.number("id", "vcpus.vcpu")
        }
        return VCPUSet(numbers: ids)
    }
}

/// Where vCPUs without a pin may run.
private struct CPUPlacement {
    let isAutomatic: Bool
    let cpus: CPUSet?

    /// A domain without a word on placement whose memory is placed automatically, and that pins nothing, has its vCPUs placed
    /// automatically as well. libvirt drops the CPUs of such a domain.
    init(reading domain: XMLElement, tune: CPUTune) throws(DomainXMLError) {
        let element = domain.element(named: "vcpu")
        let cpus: CPUSet? = try element?.list("cpuset", "vcpu.cpuset")
        if let placement = element?[attribute: "placement"] {
            isAutomatic = placement == "auto"
        } else {
            let memory = domain.element(named: "numatune")?.element(named: "memory")
            let hasPins = !tune.vcpuPins.isEmpty || tune.emulatorPin != nil || !tune.ioThreadPins.isEmpty
            isAutomatic = memory?[attribute: "placement"] == "auto" && cpus == nil && !hasPins
        }
        self.cpus = isAutomatic ? nil : cpus
    }
}

/// The memory of a domain.
private struct MemoryAmounts {
    /// Without memory devices. Where there are cells, these are what counts: libvirt corrects `<memory>` after them.
    let initial: KiB
    /// What a balloon leaves of it; nil for all.
    let current: KiB?

    init(reading domain: XMLElement, cells: [GuestCell]) throws(DomainXMLError) {
        let devices = try MemoryDevices(reading: domain).total
        let total = try domain.element(named: "memory")?.memoryInText("memory.kib")
        let all: KiB
        if !cells.isEmpty {
            all = cells.reduce(.zero) { $0 + $1.memory }
        } else if let total {
            all = total.subtractingDownToZero(devices)
        } else {
            throw DomainXMLError("memory.kib", line: domain.line, .missing)
        }
        initial = all
        let current = try domain.element(named: "currentMemory")?.memoryInText("memory.current_kib")
        self.current = current.flatMap { $0 == .zero || $0 >= all ? nil : $0 }
    }
}

/// The iothreads of a domain.
struct IOThreads {
    /// How many there are.
    let count: Int
    /// The ids that are written down; libvirt gives the others the lowest free ones.
    let ids: [Int]

    /// Reads `<iothreads>` and `<iothreadids>`; nil where neither is there.
    init?(reading domain: XMLElement) throws(DomainXMLError) {
        let element = domain.element(named: "iothreads")
        let list = domain.element(named: "iothreadids")?.elements(named: "iothread") ?? []
        guard element != nil || !list.isEmpty else { return nil }
        var ids: [Int] = []
        for entry in list { ids.append(try entry.requiredNumber("id", "iothreadids", in: 1...highestNumber)) }
        let count = try element?.numberInText("iothreads", in: 0...highestNumber) ?? 0
        self.count = max(count, ids.count)
        self.ids = ids
    }
}
