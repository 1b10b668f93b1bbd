import DomainXML
import HostModel
public import Planning
public import XMLTree

/// Puts a disk or an interface into a running domain, or takes one out of it.
public struct DeviceWrite: DomainWrite {
    var guest: String
    var direction: SetDeviceStep.Direction
    /// The whole device, with its target or its hardware address.
    var device: XMLElement

    static var verb: HostWrite.Verb { .device }

    var action: HostWrite { .setDevice(self) }
    var place: String { "\(label) of \(guest)" }
    var words: String { "\(direction.rawValue) \(label) \(direction == .attach ? "to" : "from") \(guest)" }

    fileprivate var label: String { DomainDevice(device)?.path ?? device.name }

    func perform(in run: inout Run) throws(StepFailure) {
        switch direction {
        case .attach: try run.host.domains.attach(device, to: guest)
        case .detach: try run.host.domains.detach(device, from: guest)
        }
        run.report.writes += 1
    }

    /// A domain that does not run has its devices from its definition.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        guard let live = try run.liveDefinition(of: guest) else { return true }
        return live.has(device) == (direction == .attach)
    }

    var notHeld: StepFailure {
        direction == .attach ? .notKept(action) : .deviceStays(guest, device: label)
    }

    /// A device that was made anew in between goes by its name all the same.
    func asOfNow(in run: Run) throws(StepFailure) -> HostWrite {
        guard direction == .detach, let present = try run.liveDefinition(of: guest)?.element(like: device) else {
            return action
        }
        return .setDevice(DeviceWrite(guest: guest, direction: .detach, device: present))
    }

    /// What the machine has no room for, and what the guest does not let go of, waits for the next start: the definition has it.
    func isOptional(after failure: StepFailure, in run: inout Run) -> Bool {
        switch failure {
        case .refused(let refusal) where refusal.kind == .unreachable || refusal.kind == .notPermitted: return false
        case .refused, .notKept, .deviceStays: break
        default: return false
        }
        // What was done although libvirt said no is not left standing beside a message that it was not.
        guard (try? holds(in: run)) == false else { return false }
        run.waiting[guest, default: []].insert(label)
        let outcome = direction == .attach ? "is not attached before" : "stays attached until"
        run.report.notes.append(
            Note(
                guest: guest, message: "\(label) \(outcome) the next start of \(guest): \(failure)", kind: .nextStart))
        return true
    }

    var inverse: DeviceWrite {
        DeviceWrite(guest: guest, direction: direction.inverse, device: device)
    }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == [self.inverse.action] }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        guard let name = DomainDevice(device) else { return }
        history.edit(TouchedDevice(id: .init(guest: guest, device: name), element: device)) { _ in }
    }
}

extension HostWrite {
    /// Puts a device into the running domain, or takes it out.
    public static func setDevice(
        name: String, _ direction: SetDeviceStep.Direction, device: XMLElement
    ) -> HostWrite {
        .setDevice(DeviceWrite(guest: name, direction: direction, device: device))
    }
}

extension DeviceWrite: Codable {
    private enum CodingKeys: CodingKey { case guest, direction, device }

    /// Reads a write.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guest = try container.decode(String.self, forKey: .guest)
        direction = try container.decode(SetDeviceStep.Direction.self, forKey: .direction)
        device = try container.document(.device)
    }

    /// Writes a write.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(guest, forKey: .guest)
        try container.encode(direction, forKey: .direction)
        try container.encode(XMLWriter.write(device), forKey: .device)
    }
}

/// A device of a running domain.
private struct TouchedDevice: TouchedThing {
    struct ID: Hashable {
        let guest: String
        let device: DomainDevice
    }

    let id: ID
    let element: XMLElement

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        guard let live = try look.live.definition(of: id.guest), let found = live.element(like: element),
            !found.isSameDevice(as: element)
        else { return nil }
        return .device(id.guest, device: id.device.path)
    }
}

extension RollbackCheck.ForeignChange {
    /// The running domain has another device of that name.
    public static func device(_ name: String, device: String) -> Self {
        Self("\(device) of \(name) is another device than the transaction attached or detached")
    }
}

extension SetDeviceStep: StepExecution {
    var phase: Phase { .setting }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let live = try run.liveDefinition(of: guest), let element = try wanted(in: run, live) else { return nil }
        if let present = live.element(like: element), direction == .attach {
            guard present.isSameDevice(as: element) else { throw .moved([other(present)]) }
            return nil
        }
        let write = DeviceWrite(guest: guest, direction: direction, device: element)
        return Effect([.setDevice(self)], write.action, inverse: [write.inverse.action])
    }

    /// The device as it is to be put in: as the definition has it, which knows the hardware address and the place on the bus. The one
    /// to be taken out is as the domain runs with it. Nil where there is nothing to do.
    private func wanted(in run: Run, _ live: Definition) throws(StepFailure) -> XMLElement? {
        guard let target else { return nil }
        guard direction == .attach else { return live.element(like: device.element)?.deviceToAttach }
        guard let definition = try run.definition(of: guest) else { throw .domainVanished(guest) }
        let found =
            target.isUnnamed
            ? DomainDevice.elements(of: target.kind, in: definition.document).first {
                $0.isSameDevice(as: device.element) && live.element(like: $0) == nil
            } : definition.element(like: device.element)
        return (target.isUnnamed ? found : found ?? device.element)?.deviceToAttach.placed(in: live.document)
    }

    private func other(_ present: XMLElement) -> Moved {
        Moved(.guest(guest), path, planned: "absent", found: present.source)
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { nil }

    /// A device whose hardware address was not known is read back when it is attached.
    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard let target, !target.isUnnamed, run.waiting[guest]?.contains(path) != true,
            let live = try live.definition(of: guest)
        else { return [] }
        return Mismatch.between(
            .flag(direction == .attach), .flag(live.has(device.element)), .guest(guest), path)
    }

    var changesRunning: Bool { true }

    func moved(in live: Definition, beside steps: [Step]) -> Moved? {
        guard direction == .attach, target?.isUnnamed == false, let present = live.element(like: device.element),
            !present.isSameDevice(as: device.element)
        else { return nil }
        return other(present)
    }
}

extension Definition {
    /// The device of the same name; nil where there is none.
    fileprivate func element(like other: XMLElement) -> XMLElement? {
        DomainDevice(other).flatMap { $0.element(in: document) }
    }

    fileprivate func has(_ device: XMLElement) -> Bool { element(like: device)?.isSameDevice(as: device) == true }
}

extension XMLElement {
    /// Whether both have the same content, whatever libvirt adds to one.
    fileprivate func isSameDevice(as other: XMLElement) -> Bool { source == other.source && name == other.name }

    /// Where the device has its content, or what it is joined to.
    fileprivate var source: String {
        let settings = DomainDevice(self)?.settings(of: self) ?? []
        let values = settings.filter { $0.key.path.hasSuffix(".source") }.map(\.value)
        if case .text(let text)? = values.first { return text }
        return ""
    }

    /// The device with its address only where the running domain has that bus, and nothing in that place.
    fileprivate func placed(in live: XMLElement) -> XMLElement {
        guard let address = element(named: "address"), address[attribute: "type"] == "pci" else { return self }
        let devices = live.element(named: "devices")?.elements ?? []
        let isTaken = devices.contains { $0.element(named: "address")?.isSamePlace(as: address) == true }
        let bus = address[attribute: "bus"].flatMap { Int($0.dropFirst(2), radix: 16) }
        let hasBus = devices.contains {
            $0.name == "controller" && $0[attribute: "type"] == "pci" && $0[attribute: "index"] == bus.map(String.init)
        }
        guard isTaken || !hasBus else { return self }
        var device = self
        device.children.removeAll { if case .element(let child) = $0 { child.name == "address" } else { false } }
        return device
    }

    private func isSamePlace(as other: XMLElement) -> Bool {
        self[attribute: "type"] == "pci"
            && ["bus", "slot", "function"].allSatisfy { self[attribute: $0] == other[attribute: $0] }
    }
}
