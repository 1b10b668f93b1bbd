internal import Diagnostics
internal import HostModel

extension DemandRules {
    /// What the guest sees of the host beneath it.
    mutating func view(of demand: GuestDemand, hasCells: Bool) -> GuestView {
        let isKnown = !isPartial && !isBroken("numa_nodes", "numa_cells", "cpu_policy", "mem_page_size")
        let seesCells = (hasCells || !isKnown) && !demand.hidesCells
        var view = GuestView()
        view.distances = settings.guestDistances?.value ?? .auto
        view.devices = settings.guestDevices?.value
        view.mirrorsCPUs = mirrorsCPUs
        if let wish = settings.guestDistances, wish.value == .host, !seesCells {
            needsCells("guest_distances: host", 2, at: wish.mark, demand)
        }
        if let wish = settings.guestDevices, wish.value == .onCells, !seesCells {
            needsCells("guest_devices: on_cells", 1, at: wish.mark, demand)
        }
        checkMirror(demand)
        return view
    }

    private mutating func needsCells(_ key: String, _ count: Int, at mark: SourceMark, _ demand: GuestDemand) {
        report.error(
            .viewNeedsCells, "\(key) needs cells that the guest sees", at: mark,
            hint: demand.hidesCells ? "remove guest_numa: hidden" : "add numa_nodes: \(count)")
    }

    /// CPUs that a vCPU has only now and then are nothing to be mirrored, and what is mirrored leaves nothing to ask for.
    private mutating func checkMirror(_ demand: GuestDemand) {
        guard mirrorsCPUs, let mirror = settings.cpuTopology else { return }
        if demand.dedicatedVCPUs.count != demand.vcpus, !isPartial, !isBroken("cpu_policy", "cpu_dedicated_mask") {
            report.error(
                .mirrorNeedsDedicated, "cpu_topology: mirror needs a dedicated CPU for every vCPU", at: mirror.mark,
                hint: "add cpu_policy: dedicated")
        }
        for (name, wish) in settings.topologyWishes {
            report.error(
                .conflictingKeys, "'\(name)' asks for a topology, and cpu_topology: mirror shows that of the pins",
                at: wish.mark, hint: "keep one of the two")
        }
        for (name, wish) in image.topologyWishes {
            dropped("the image's '\(name)'", at: wish.mark, because: "the flavor has cpu_topology: mirror")
        }
    }
}

extension FlavorSettings {
    /// Preferences and limits of a topology that are given, by the key.
    fileprivate var topologyWishes: [(name: String, wish: Located<Int>)] {
        [
            ("cpu_sockets", sockets), ("cpu_cores", cores), ("cpu_threads", threads),
            ("cpu_max_sockets", maximumSockets), ("cpu_max_cores", maximumCores), ("cpu_max_threads", maximumThreads),
        ].compactMap { name, wish in wish.map { (name, $0) } }
    }
}
