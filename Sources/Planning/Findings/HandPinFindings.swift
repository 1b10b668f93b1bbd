internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

/// Pins by the operator's hand that this host cannot give.
struct HandPinFindings {
    let host: HostFacts
    let policy: HostPolicy
    let guests: [GuestSpec]
    let foreign: [ForeignLoad]

    /// Everything that is wrong, by guest and thread.
    var diagnostics: [Diagnostic] {
        guests.filter { !$0.demand.pins.isEmpty }.sorted { $0.name.value < $1.name.value }
            .flatMap { offline($0) + homes($0) + taken($0) }
    }

    private func offline(_ guest: GuestSpec) -> [Diagnostic] {
        var named = guest.demand.pins.vcpus.sorted { $0.key < $1.key }.map(\.value)
        for pin in [guest.demand.pins.vcpuSet, guest.demand.pins.emulator].compactMap(\.self) {
            if let cpus = pin.value.pinned { named.append(Located(cpus, at: pin.mark)) }
        }
        named += guest.demand.pins.ioThreads.sorted { $0.key < $1.key }.map(\.value)
        return named.compactMap { pin in
            let missing = pin.value.subtracting(host.onlineCPUs)
            guard !missing.isEmpty else { return nil }
            return Diagnostic(
                .cpusNotOnline, "CPU \(missing) is not online on this host", at: pin.mark,
                label: "online are \(host.onlineCPUs)", hint: "numactl-plan facts shows the host's CPUs")
        }
    }

    /// The CPUs of one guest cell's own are on one host cell, on that of `numa_placement` where it names one.
    private func homes(_ guest: GuestSpec) -> [Diagnostic] {
        guest.demand.cells.flatMap { cell -> [Diagnostic] in
            let pins = guest.demand.ownPins(of: cell).sorted { $0.key < $1.key }
            let homes = pins.map { pin in host.cells.first { $0.cpus.contains(pin.value) }?.id }
            let wanted = guest.demand.forcedCells[cell.id]?.value ?? homes.first ?? nil
            return zip(pins, homes).compactMap { pin, home in
                guard let home, let wanted, home != wanted else { return nil }
                return impossible(
                    guest, pin.key,
                    "CPU \(pin.value) is on host cell \(home), and guest cell \(cell.id) is on host cell \(wanted)")
            }
        }
    }

    /// The CPUs of its own that a guest cannot have.
    private func taken(_ guest: GuestSpec) -> [Diagnostic] {
        own(guest).flatMap { vcpu, cpu in
            obstacle(guest, cpu).map { [impossible(guest, vcpu, $0)] } ?? []
        }
    }

    private func own(_ guest: GuestSpec) -> [(VCPU, CPU)] {
        guest.demand.cells.flatMap { guest.demand.ownPins(of: $0) }.sorted { $0.key < $1.key }.map {
            ($0.key, $0.value)
        }
    }

    private func obstacle(_ guest: GuestSpec, _ cpu: CPU) -> String? {
        guard host.onlineCPUs.contains(cpu) else { return nil }
        if policy.dedicatedCPUs != nil || policy.sharedCPUs != nil,
            policy.dedicatedCPUs?.value.contains(cpu) != true
        {
            return "CPU \(cpu) is not among the host's dedicated CPUs"
        }
        let core = guest.demand.threadPolicy == .isolate ? host.withSiblings([cpu]) : [cpu]
        for other in guests {
            for (_, held) in own(other) where core.contains(held) && (other.name != guest.name || held != cpu) {
                return "CPU \(held) is taken by vcpu_pins of guest '\(other.name.value)'"
            }
            let shared = core.intersection(other.demand.sharedPins)
            if other.name != guest.name, !shared.isEmpty {
                return "shared vCPUs of guest '\(other.name.value)' are pinned to CPU \(shared)"
            }
        }
        // An actor's list of CPUs is held against these pins, and what is chosen for an actor keeps off them.
        for load in foreign where !load.isActor {
            let claimed = load.sharedVCPUs.compactMap(\.cpus).reduce(into: load.takenCPUs) { $0.formUnion($1) }
            if !core.isDisjoint(with: claimed) { return "domain '\(load.name)' uses CPU \(core.intersection(claimed))" }
        }
        return nil
    }

    private func impossible(_ guest: GuestSpec, _ vcpu: VCPU, _ why: String) -> Diagnostic {
        Diagnostic(
            .pinImpossible,
            "guest '\(guest.name.value)' cannot get the CPU that vcpu_pins names for vCPU \(vcpu): \(why)",
            at: guest.demand.pins.vcpus[vcpu]?.mark ?? guest.name.mark)
    }
}
