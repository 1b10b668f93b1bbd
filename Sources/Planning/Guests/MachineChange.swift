internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile
internal import XMLTree

/// The change of a domain's machine, everything but CPUs and memory: disks, interfaces, host devices, kernel, console, machine type.
struct MachineChange {
    /// The machine recorded in the new mark; nil if the site manages nothing of the machine.
    let record: MachineRecord?
    /// The inactive definition with it.
    let document: XMLElement
    /// What differs in the definition.
    let parts: [ChangedPart]
    /// What differs in the running domain and waits for its next start.
    let pending: [ChangedPart]
    /// What differs and needs a new definition.
    let obstacle: Obstacle?
    /// Devices attached to or detached from the running domain at once.
    var live = LiveDevices()
    /// Whether the domain is redefined from the site (`--rebase`).
    var isAnew = false

    /// Why a definition cannot be patched to match the site.
    enum Obstacle {
        /// The base document is not the one that the domain was created from, or one was added or removed.
        case base
        /// A key that overrode the base document was removed from the site.
        case keyGone
        /// The new machine type has other buses, so the addresses of the domain's devices are invalid there.
        case machineType(now: String, want: String)
    }

    /// - Parameters:
    ///   - name: The guest's name.
    ///   - goesOn: Whether the guest, if it runs, is not shut down by this plan.
    init(
        of name: String, _ wish: MachineWish, origin: OwnershipMark.Origin, record present: DomainRecord, goesOn: Bool
    ) {
        let prior = present.mark?.machine
        guard origin == .created || !wish.isEmpty || prior != nil else {
            (record, document, parts, pending, obstacle) = (nil, present.document, [], [], nil)
            return
        }
        if origin == .created, let prior, !wish.isPartial, let found = prior.obstacle(to: wish) {
            (record, document, parts, pending, obstacle) = (prior, present.document, [], [], found)
            return
        }
        var record = MachineRecord(wish, prior: prior, in: present.document)
        if !wish.isPartial, let prior { record.remember(prior, of: present) }
        obstacle = MachineChange.machineType(record.machine, in: present.document)
        if obstacle != nil { record.machine = prior?.machine }
        let merge = MachineMerge(record, prior: prior, into: present.document)
        self.record = record == MachineRecord(isPartial: true) ? nil : record
        document = merge.document
        let running = MachineChange.running(record, definition: merge.document, present)
        let atOnce =
            running.flatMap { goesOn ? LiveDevices(of: name, $0, live: present.present) : nil } ?? LiveDevices()
        live = atOnce
        // A guest does not see its description, so a change of it never waits for a restart.
        let late = running.map {
            MachineChange.base(record, present)
                + $0.differences.filter { $0.key != .description }.map { DeviceChange($0).pending }
        }
        pending = (late ?? []).filter { !atOnce.changes($0.key) }
        let waiting = Dictionary((late ?? []).map { ($0.key, $0) }) { first, _ in first }
        parts = merge.differences.map(DeviceChange.init).map { change in
            change.part(
                when: !present.isRunning || change.key == .description
                    ? .define : atOnce.changes(.machine(change.key)) ? .live : .nextStart,
                live: present.live == nil || change.key == .description
                    ? nil : MachineChange.live(change, waiting[.machine(change.key)]),
                drift: prior == record ? .definition : nil)
        }
    }

    /// The machine redefined from the site. It keeps what identifies the domain; everything else of the old definition is lost.
    init(anew document: XMLElement, _ record: MachineRecord, record present: DomainRecord) {
        (self.record, self.document, obstacle, isAnew) = (record, document, nil, true)
        let want = DeviceChange.settings(of: document, record)
        parts = DeviceChange.between(DeviceChange.settings(of: present.document, present.mark?.machine), want).map {
            $0.part(when: present.isRunning ? .nextStart : .define)
        }
        guard present.live != nil else {
            pending = []
            return
        }
        let live = DeviceChange.settings(of: present.present, OwnershipMark(reading: present.present)?.machine)
        pending = DeviceChange.between(live, want).filter { $0.key != .description }.map(\.pending)
    }

    private static func machineType(_ want: String?, in document: XMLElement) -> Obstacle? {
        guard let want, let now = document.element(named: "os")?.element(named: "type")?[attribute: "machine"],
            !MachineType(want).isOfFamily(of: now)
        else { return nil }
        return .machineType(now: now, want: want)
    }

    /// The value of a setting in the running domain: the old one if the change waits for a restart, else the wanted one.
    private static func live(_ change: DeviceChange, _ waiting: ChangedPart?) -> ChangedPart.Live {
        let value = waiting.map(\.now) ?? change.want
        return value.map { .value($0) } ?? .absent
    }

    /// A base document other than the running domain's: after a redefinition it takes effect at the next start.
    private static func base(_ record: MachineRecord, _ present: DomainRecord) -> [ChangedPart] {
        guard let live = OwnershipMark(reading: present.present)?.machine, let want = record.base, live.base != want
        else { return [] }
        return [DeviceChange(key: .base, now: live.base.map { .text($0) }, want: .text(want)).pending]
    }

    /// The mark that the running domain was started with records which of its devices are the site's.
    private static func running(
        _ record: MachineRecord, definition: XMLElement, _ present: DomainRecord
    ) -> MachineMerge? {
        guard present.live != nil else { return nil }
        // A running domain keeps the mark that it was started with, and has what it was given since then as well.
        let (first, later) = (OwnershipMark(reading: present.present)?.machine, present.mark?.machine)
        return MachineMerge(
            record.namingInterfaces(in: definition),
            prior: later.map { (first ?? MachineRecord(isPartial: $0.isPartial)).adding($0, of: present.document) }
                ?? first,
            into: present.present)
    }
}

extension MachineRecord {
    /// Records devices that the site removed and the running domain still has. The record stays until the site removes more: that a
    /// device was released meanwhile is no reason to write the definition.
    fileprivate mutating func remember(_ prior: MachineRecord, of present: DomainRecord) {
        (formerDisks, formerInterfaces) = (prior.formerDisks, prior.formerInterfaces)
        guard self != prior else { return }
        (formerDisks, formerInterfaces) = ([], [])
        guard present.live != nil else { return }
        self = remembering(prior, of: present.document, in: present.present)
    }
}

extension LiveDevices {
    /// Whether the setting belongs to a device that is attached or detached at once.
    fileprivate func changes(_ key: ChangedPart.PartKey) -> Bool {
        guard case .machine(let key) = key, let device = DomainDevice(of: key) else { return false }
        return devices.contains(device)
    }

    /// The settings of these devices but for those that the definition gets or loses as well, in the order of the steps.
    func parts(besides defined: [ChangedPart]) -> [ChangedPart] {
        let keys = Set(defined.map(\.key))
        return steps.flatMap { step in
            if case .setDevice(let step) = step { step.changedParts } else { [ChangedPart]() }
        }.filter { !keys.contains($0.key) }
    }
}

extension MachineChange.Obstacle {
    /// The finding for it.
    ///
    /// - Parameter canRebase: Whether this site created the domain, so that it can redefine it.
    func diagnostic(_ guest: GuestSpec, canRebase: Bool) -> Diagnostic {
        let name = guest.name.value
        let hint =
            canRebase
            ? "--rebase \(name) redefines it from the site; UUID, MAC addresses and UEFI variables are kept"
            : "change its definition by hand (virsh edit \(name)), or remove the key from the site"
        switch self {
        case .base:
            let message =
                guest.machine.base == nil
                ? "guest '\(name)' was created from a base file, which the site no longer names"
                : "guest '\(name)' was created from another base file, or the file has changed"
            return Diagnostic(
                .baseChanged, message, at: guest.machine.base?.mark ?? guest.name.mark, severity: .warning,
                notes: ["a base file is applied only when a guest is created or redefined"], hint: hint)
        case .keyGone:
            return Diagnostic(
                .baseChanged, "guest '\(name)' has a machine type or an accelerator that the site no longer names",
                at: guest.machine.base?.mark ?? guest.name.mark, severity: .warning,
                notes: ["the base file's value is applied only when a guest is created or redefined"],
                hint: hint)
        case .machineType(let now, let want):
            return Diagnostic(
                .machineTypeChanged, "guest '\(name)' has machine type \(now), and the site wants \(want)",
                at: guest.machine.machineType?.mark ?? guest.name.mark, severity: .warning,
                notes: ["its devices have addresses on buses that the new type lacks"], hint: hint)
        }
    }
}

extension MachineWish {
    /// What the site says about a guest's machine. Of an adopted domain only what the entry names is the site's.
    ///
    /// - Parameters:
    ///   - base: The document of its base file.
    ///   - placement: Where the guest goes.
    init(
        _ guest: GuestSpec, origin: OwnershipMark.Origin, base: XMLElement?, placement: GuestPlacement, host: HostFacts
    ) {
        let machine = guest.machine
        let description = MachineDescription(guest, arch: host.host.arch)
        let isPartial = origin == .adopted || machine.adopts?.value == true
        let isWhole = !isPartial && machine.base == nil
        let devices = Devices(
            disks: description.disks, interfaces: description.interfaces, kernel: description.kernel,
            initrd: description.initrd, commandLine: description.commandLine,
            hasConsole: isWhole ? description.hasConsole : machine.hasConsole)
        self.init(
            base: isPartial ? nil : base.map(BaseDigest.of),
            hypervisor: machine.accelerator.map { _ in description.hypervisor }, machine: description.machine,
            devices: devices == Devices(hasConsole: nil) ? nil : devices,
            hostDevices: machine.base == nil && machine.adopts?.value != true ? description.hostDevices : [],
            description: machine.description?.value, isPartial: isPartial)
        guard !hostDevices.isEmpty else { return }
        hostNetdevs = guest.demand.deviceNetdevs
        deviceCells = guest.demand.deviceCells(at: placement)
        deviceView = DeviceView(guest.demand)
    }
}

extension MachineWish.DeviceView {
    /// Devices of a guest with one cell are on it wherever they are.
    fileprivate init(_ demand: GuestDemand) {
        switch demand.view.devices {
        case .onCells: self = .onCells
        case .onRoot: self = .onRoot
        case nil: self = demand.cells.count > 1 ? .onCellsIfNew : .asBefore
        }
    }
}

extension GuestDemand {
    /// By host device: the guest cell that is on its host cell, where the guest sees it.
    func deviceCells(at placement: GuestPlacement) -> [PCIAddress: GuestCellID] {
        guard !hidesCells, !cells.isEmpty else { return [:] }
        let pairs = placement.devices.compactMap { device in
            placement.cells.first { $0.hostCell == device.cell }.map { (device.address, $0.id) }
        }
        return Dictionary(pairs) { first, _ in first }
    }
}

extension MachineRecord {
    /// Why the machine needs a redefinition because of its base document; nil if it can be patched.
    fileprivate func obstacle(to wish: MachineWish) -> MachineChange.Obstacle? {
        guard base == wish.base else { return .base }
        let isGone = (hypervisor != nil && wish.hypervisor == nil) || (machine != nil && wish.machine == nil)
        return base != nil && isGone ? .keyGone : nil
    }
}

/// Identifies base documents.
enum BaseDigest {
    /// The SHA-256 of the document as it is written without blanks between elements; comments are not in it.
    static func of(_ document: XMLElement) -> String {
        "sha256:\(SHA256(of: Array(XMLWriter.write(document).utf8)))"
    }
}
