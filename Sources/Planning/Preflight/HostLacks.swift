internal import Diagnostics
internal import HostModel
internal import SiteFile

/// What a host lacks of what one guest needs: an error for a guest that starts, a warning for one that is only defined.
struct HostLacks {
    let subject: Preflight.CheckedGuest
    let observation: HostObservation

    var findings: [Diagnostic] {
        guard observation != HostObservation() else { return [] }
        return subject.use.files.compactMap(file) + subject.use.networks.compactMap(network)
            + subject.use.links.compactMap(link) + subject.use.volumes.compactMap(volume) + [machine].compactMap(\.self)
    }

    private var name: String { subject.name }

    private func finding(
        _ code: DiagnosticCode, _ what: String, at mark: SourceMark? = nil, isCertain: Bool = false, hint: String
    ) -> Diagnostic {
        Diagnostic(
            code,
            subject.starts
                ? "guest '\(name)' cannot start: \(what)"
                : isCertain ? "guest '\(name)' cannot be defined: \(what)" : "guest '\(name)' could not start: \(what)",
            at: mark ?? subject.guest?.machine.base?.mark ?? subject.guest?.name.mark,
            severity: subject.starts || isCertain ? .error : .warning, hint: hint)
    }

    private func file(_ file: DomainUse.UsedFile) -> Diagnostic? {
        let mark = subject.guest?.machine.mark(of: file.path)
        switch observation.paths[file.path] {
        case .missing:
            return finding(
                .fileMissing, "\(file.role), \(file.path), does not exist", at: mark,
                hint: "ls -l \(file.path); put the file there, or correct the path")
        case .folder where !file.mayBeFolder:
            return finding(
                .fileMissing, "\(file.role), \(file.path), is a folder", at: mark, hint: "name the file in it")
        case .folder, .file, nil: return nil
        }
    }

    private func network(_ network: String) -> Diagnostic? {
        switch observation.networks[network] {
        case .missing:
            finding(
                .networkMissing, "libvirt has no network '\(network)'",
                hint: "virsh net-list --all lists the networks")
        case .inactive:
            finding(
                .networkMissing, "the network '\(network)' is not active",
                hint: "virsh net-start \(network); virsh net-autostart \(network)")
        case .active, nil: nil
        }
    }

    private func link(_ link: DomainUse.Link) -> Diagnostic? {
        switch observation.links[link.name] {
        case .missing:
            finding(
                .networkMissing, "this host has no \(link.isBridge ? "bridge" : "link") '\(link.name)'",
                hint: link.isBridge ? "ip link show type bridge" : "ip link show")
        case .other where link.isBridge:
            finding(.networkMissing, "'\(link.name)' is not a bridge", hint: "ip link show type bridge")
        case .bridge, .other, nil: nil
        }
    }

    private func volume(_ volume: HostNeeds.Volume) -> Diagnostic? {
        let what: String
        var hint = "virsh vol-list \(volume.pool)"
        switch observation.volumes[volume] {
        case .poolMissing: (what, hint) = ("libvirt has no storage pool '\(volume.pool)'", "virsh pool-list --all")
        case .poolInactive:
            (what, hint) = ("the storage pool '\(volume.pool)' is not active", "virsh pool-start \(volume.pool)")
        case .missing: what = "the storage pool '\(volume.pool)' has no volume '\(volume.name)'"
        case .present, nil: return nil
        }
        return finding(.volumeMissing, what, hint: hint)
    }

    private var machine: Diagnostic? {
        guard subject.isNew || subject.starts, let reason = observation.machines[subject.use.machine], !reason.isEmpty
        else { return nil }
        return finding(
            .machineUnknown, "libvirt does not support this machine (\(reason))",
            at: subject.guest?.machine.machineType?.mark ?? subject.guest?.machine.accelerator?.mark, isCertain: true,
            hint: "virsh domcapabilities --virttype \(subject.use.machine.hypervisor) lists what it supports")
    }
}

extension GuestMachine {
    /// Where the site file names that path.
    func mark(of path: String) -> SourceMark? {
        let named = disks.map { $0.map(\.path) } + [kernel, initrd].compactMap(\.self)
        return named.first { $0.value == path }?.mark
    }
}
