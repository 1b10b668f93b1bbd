internal import Diagnostics
internal import HostModel

/// Turns a guest's keys about devices and firmware into a machine, and checks that they come from one source.
struct MachineRules {
    let draft: GuestDraft
    var report = Findings()

    init(_ draft: GuestDraft) { self.draft = draft }

    mutating func machine() -> GuestMachine {
        checkSources()
        checkKernel()
        checkSharedDisks()
        checkRepeatedDisks()
        return GuestMachine(
            base: draft.base, adopts: draft.adopts, disks: (draft.disks?.value ?? []).compactMap { disk($0.value) },
            interfaces: (draft.interfaces?.value ?? []).compactMap { interface($0) }, kernel: draft.kernel,
            initrd: draft.initrd, commandLine: draft.commandLine, hasConsole: draft.console?.value,
            accelerator: draft.accelerator, machineType: draft.machineType,
            description: draft.description)
    }

    /// A domain comes from a base file, from the device keys, or is there already; the device keys change the one that is there.
    private mutating func checkSources() {
        let devices: [(String, SourceMark?)] = [
            ("disks", draft.disks?.mark), ("interfaces", draft.interfaces?.mark), ("kernel", draft.kernel?.mark),
            ("initrd", draft.initrd?.mark), ("cmdline", draft.commandLine?.mark),
        ]
        if draft.base != nil { refuse(devices, beside: "base", "the base file describes the devices") }
        guard draft.adopts?.value == true else { return }
        refuse([("base", draft.base?.mark)], beside: "adopt: true", "the domain exists already")
    }

    private mutating func refuse(_ keys: [(String, SourceMark?)], beside other: String, _ why: String) {
        for (name, mark) in keys {
            guard let mark else { continue }
            report.error(
                .conflictingKeys, "'\(name)' cannot be combined with '\(other)'", at: mark, label: why,
                hint: "remove one of the two")
        }
    }

    private mutating func checkKernel() {
        guard draft.kernel == nil, !draft.overrides.broken.contains("kernel") else { return }
        for (name, mark) in [("initrd", draft.initrd?.mark), ("cmdline", draft.commandLine?.mark)] {
            guard let mark else { continue }
            report.error(
                .missingKey, "'\(name)' needs the key 'kernel'", at: mark,
                hint: "add kernel: with the path of a kernel image")
        }
    }

    /// Guests made by `count` have the same disks, which QEMU's locks let only one of them write to.
    private mutating func checkSharedDisks() {
        guard let count = draft.count, count.value > 1 else { return }
        for disk in draft.disks?.value ?? [] where disk.value.isReadOnly?.value != true {
            guard let path = disk.value.path, !Placeholders.vary(path.value) else { continue }
            report.warning(
                .conflictingKeys, "all \(count.value) guests would write to this disk", at: path.mark,
                hint: "write {name} or {index} in the path, or add read_only: true")
        }
    }

    private mutating func checkRepeatedDisks() {
        var named: Set<String> = []
        for disk in draft.disks?.value ?? [] {
            guard let path = disk.value.path, !named.insert(path.value).inserted else { continue }
            report.error(
                .conflictingKeys, "the guest has the disk \(path.value) twice", at: path.mark,
                hint: "remove one of the two")
        }
    }

    private func disk(_ draft: DiskDraft) -> Located<GuestDisk>? {
        guard let path = draft.path else { return nil }
        let format = draft.format?.value ?? (path.value.hasSuffix(".qcow2") ? .qcow2 : .raw)
        return path.map {
            GuestDisk(
                path: $0, format: format, bus: draft.bus?.value ?? .virtio,
                isReadOnly: draft.isReadOnly?.value ?? false)
        }
    }

    private mutating func interface(_ interface: Located<InterfaceDraft>) -> GuestInterface? {
        let draft = interface.value
        let source: GuestInterface.Source
        switch (draft.network, draft.bridge) {
        case (let network?, nil): source = .network(network.value)
        case (nil, let bridge?): source = .bridge(bridge.value)
        case (_?, let bridge?):
            report.error(
                .conflictingKeys, "an interface has a network or a bridge, not both", at: bridge.mark,
                hint: "write two interfaces")
            return nil
        case (nil, nil):
            guard draft.broken.isEmpty else { return nil }
            report.error(
                .missingKey, "an interface needs the key 'network' or 'bridge'", at: interface.mark,
                hint: "add network: default")
            return nil
        }
        return GuestInterface(source: source, mac: draft.mac?.value, model: draft.model?.value ?? "virtio")
    }
}
