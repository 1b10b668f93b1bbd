internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile
internal import XMLTree

/// What becomes of the part of a guest's domain that is neither CPUs nor memory: disks, interfaces, host devices, kernel, console,
/// machine type.
struct MachineChange {
    /// What the mark says from now on; nil for a domain of which the site manages nothing of the kind.
    let record: MachineRecord?
    /// The inactive definition with it.
    let document: XMLElement
    /// What differs in the definition.
    let parts: [ChangedPart]
    /// What differs in the running domain and waits for its next start.
    let pending: [ChangedPart]
    /// What differs and only a definition made anew can have.
    let obstacle: Obstacle?
    /// What the running domain gets or loses at once.
    var live = LiveDevices()
    /// Whether the definition is made anew.
    var isAnew = false

    /// Why a definition cannot be changed to what the site says.
    enum Obstacle {
        /// The base document is another one than the domain was made from, or there is one now, or none any more.
        case base
        /// A key that went before what the base document says is gone from the site.
        case keyGone
        /// Machines of that type have other buses: the addresses of the domain's devices mean nothing there.
        case machineType(now: String, want: String)
    }

    /// - Parameters:
    ///   - name: The guest's name.
    ///   - goesOn: Whether the guest, where it runs, is not to be shut down.
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
        // A guest does not see its description: that of the running domain is nothing to wait for.
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

    /// The machine made anew, with what identifies the domain in it; whatever else was in its definition is gone.
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

    /// What the running domain has of a setting: what it waits to lose, else what is wanted.
    private static func live(_ change: DeviceChange, _ waiting: ChangedPart?) -> ChangedPart.Live {
        let value = waiting.map(\.now) ?? change.want
        return value.map { .value($0) } ?? .absent
    }

    /// A base document that the running domain was not made from: after a definition anew it is there at the next start.
    private static func base(_ record: MachineRecord, _ present: DomainRecord) -> [ChangedPart] {
        guard let live = OwnershipMark(reading: present.present)?.machine, let want = record.base, live.base != want
        else { return [] }
        return [DeviceChange(key: .base, now: live.base.map { .text($0) }, want: .text(want)).pending]
    }

    /// The mark that the running domain was started with says which of its devices are the site's.
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
    /// Keeps in mind what the running domain still has of devices that the site took out. What is remembered stays so until the site
    /// takes out more: a domain that has let go of it in the meantime is no reason to write its definition.
    fileprivate mutating func remember(_ prior: MachineRecord, of present: DomainRecord) {
        (formerDisks, formerInterfaces) = (prior.formerDisks, prior.formerInterfaces)
        guard self != prior else { return }
        (formerDisks, formerInterfaces) = ([], [])
        guard present.live != nil else { return }
        self = remembering(prior, of: present.document, in: present.present)
    }
}

extension LiveDevices {
    /// Whether the setting is one of a device that comes or goes at once.
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
    /// What is to be said of it.
    ///
    /// - Parameter canRebase: Whether the domain is one that this site made, so that it can make it anew.
    func diagnostic(_ guest: GuestSpec, canRebase: Bool) -> Diagnostic {
        let name = guest.name.value
        let hint =
            canRebase
            ? "--rebase \(name) redefines it from the site; UUID, MAC addresses and UEFI variables are kept"
            : "change its definition by hand (virsh edit \(name)), or take the key out of the site"
        switch self {
        case .base:
            let message =
                guest.machine.base == nil
                ? "guest '\(name)' was made from a base file, and the site describes it without one now"
                : "guest '\(name)' was not made from the base file as it is now"
            return Diagnostic(
                .baseChanged, message, at: guest.machine.base?.mark ?? guest.name.mark, severity: .warning,
                notes: ["nothing of the base file is applied to a guest that is there"], hint: hint)
        case .keyGone:
            return Diagnostic(
                .baseChanged, "guest '\(name)' has a machine type or an accelerator that the site no longer names",
                at: guest.machine.base?.mark ?? guest.name.mark, severity: .warning,
                notes: ["what its base file says in that place is applied only to a guest that is made anew"],
                hint: hint)
        case .machineType(let now, let want):
            return Diagnostic(
                .machineTypeChanged, "guest '\(name)' is a machine of the type \(now), and the site wants \(want)",
                at: guest.machine.machineType?.mark ?? guest.name.mark, severity: .warning,
                notes: ["the addresses of its devices are none of that type's buses"], hint: hint)
        }
    }
}

extension MachineWish {
    /// What the site says of a guest's machine. Of a domain that was there before only what the entry names is the site's.
    ///
    /// - Parameter base: The document of its base file.
    init(_ guest: GuestSpec, origin: OwnershipMark.Origin, base: XMLElement?, arch: String?) {
        let machine = guest.machine
        let description = MachineDescription(guest, arch: arch)
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
    }
}

extension MachineRecord {
    /// Why the machine cannot become what is wanted now without being made anew, as far as its base document goes; nil where it can.
    fileprivate func obstacle(to wish: MachineWish) -> MachineChange.Obstacle? {
        guard base == wish.base else { return .base }
        let isGone = (hypervisor != nil && wish.hypervisor == nil) || (machine != nil && wish.machine == nil)
        return base != nil && isGone ? .keyGone : nil
    }
}

/// What tells one base document from another.
enum BaseDigest {
    /// The SHA-256 of the document as it is written without blanks between elements; comments are not in it.
    static func of(_ document: XMLElement) -> String {
        "sha256:\(SHA256(of: Array(XMLWriter.write(document).utf8)))"
    }
}
