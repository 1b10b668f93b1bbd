internal import HostModel
internal import XMLTree

extension ManagedParts {
    func patchVCPUs(of domain: inout XMLElement) {
        domain.modify("vcpu", order: LibvirtOrder.domain) { element in
            let kept = element.attributes.filter { !["placement", "cpuset", "current"].contains($0.name) }
            element.attributes = [.init("placement", placesVCPUsAutomatically ? "auto" : "static")]
            element[attribute: "cpuset"] = placesVCPUsAutomatically ? nil : vcpuCPUs?.description
            element[attribute: "current"] = currentVCPUs.map(String.init)
            element.attributes += kept
            element.children = [.text("\(vcpus)")]
        }
        if let enabled = VCPUCounts.enabled(in: domain) {
            let all = VCPUSet(numbers: 0..<vcpus)
            let listed = domain.element(named: "vcpus")?.elements(named: "vcpu").count ?? 0
            let fits = enabled.count == (currentVCPUs ?? vcpus) && enabled.isSubset(of: all) && listed <= vcpus
            if !fits { domain.removeElements(named: "vcpus") }
        }
    }

    /// Sets the number of iothreads. Of the ids that are written down those stay that are numbers from 1 on, and libvirt adds the
    /// others; so afterwards the ids are 1 to the number.
    func patchIOThreads(of domain: inout XMLElement) {
        guard let ioThreads else { return }
        let present = try? IOThreads(reading: domain)
        let pinned = Set(cpuTune.ioThreadPins.keys)
        if present?.count == ioThreads, present?.ids.isEmpty ?? true || pinned.isSubset(of: present?.ids ?? []) {
            return
        }
        let element = XMLElement("iothreads", children: [.text("\(ioThreads)")])
        domain.replaceElements(
            named: "iothreads", with: ioThreads == 0 ? [] : [element], order: LibvirtOrder.domain)
        if domain.element(named: "iothreadids") != nil {
            domain.modify("iothreadids", order: LibvirtOrder.domain) { $0.keepIOThreads(upTo: ioThreads) }
        }
        if domain.element(named: "cputune") != nil {
            domain.modify("cputune", order: LibvirtOrder.domain) { $0.keepIOThreadSchedulers(upTo: ioThreads) }
        }
    }
}

extension XMLElement {
    /// Removes from `<iothreadids>` what is above the last iothread.
    fileprivate mutating func keepIOThreads(upTo last: Int) {
        children.removeAll { node in
            guard case .element(let entry) = node, entry.name == "iothread" else { return false }
            let id = try? entry.number("id", "iothreadids")
            return id.map { $0 < 1 || $0 > last } ?? true
        }
    }

    /// Takes iothreads above the last one out of `<cputune>`'s schedulers, which are not ours: libvirt refuses to schedule what is
    /// not there.
    fileprivate mutating func keepIOThreadSchedulers(upTo last: Int) {
        children = children.compactMap { node in
            guard case .element(var element) = node, element.name == "iothreadsched",
                let members: VCPUSet = try? element.list("iothreads", ""), let highest = members.last,
                highest.rawValue > last
            else { return node }
            let kept = VCPUSet(members.filter { $0.rawValue <= last })
            element[attribute: "iothreads"] = "\(kept)"
            return kept.isEmpty ? nil : .element(element)
        }
    }
}

extension CPUTune {
    func patch(_ domain: inout XMLElement) {
        let order = LibvirtOrder.cpuTune
        domain.modify("cputune", order: LibvirtOrder.domain) { tune in
            tune.replaceElements(named: "vcpupin", with: vcpuPinElements, order: order)
            let emulator = emulatorPin.map { [XMLElement("emulatorpin", [.init("cpuset", "\($0)")])] } ?? []
            tune.replaceElements(named: "emulatorpin", with: emulator, order: order)
            tune.replaceElements(named: "iothreadpin", with: ioThreadPinElements, order: order)
            tune.replaceElements(named: "vcpusched", with: schedulerElements, order: order)
        }
    }

    private var vcpuPinElements: [XMLElement] {
        vcpuPins.sorted { $0.key < $1.key }.map { vcpu, cpus in
            XMLElement("vcpupin", [.init("vcpu", "\(vcpu)"), .init("cpuset", "\(cpus)")])
        }
    }

    private var ioThreadPinElements: [XMLElement] {
        ioThreadPins.sorted { $0.key < $1.key }.map { number, cpus in
            XMLElement("iothreadpin", [.init("iothread", "\(number)"), .init("cpuset", "\(cpus)")])
        }
    }

    /// One element for all vCPUs of one scheduler.
    private var schedulerElements: [XMLElement] {
        let groups = Dictionary(grouping: schedulers.keys) { schedulers[$0] }
        let sorted = groups.compactMap { scheduler, members in scheduler.map { ($0, VCPUSet(members)) } }
            .sorted { $0.1 < $1.1 }
        return sorted.map { scheduler, members in
            var element = XMLElement(
                "vcpusched", [.init("vcpus", "\(members)"), .init("scheduler", scheduler.policy)])
            if scheduler.hasPriority { element[attribute: "priority"] = scheduler.priority.map(String.init) }
            return element
        }
    }
}
