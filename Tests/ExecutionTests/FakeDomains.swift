import DomainXML
import Execution
import HostModel
import Planning
import XMLTree

/// libvirt as a table of documents, with opinions: it can refuse the n-th write, or do it and say that it failed.
final class FakeDomains: DomainHost {
    /// One domain.
    struct Entry: Equatable {
        var document: XMLElement
        var live: XMLElement?
        var autostarts = false
        var hasManagedSave = false
        var snapshots = 0
        var checkpoints = 0
        var job: String?
        var isPersistent = true
    }

    var entries: [String: Entry]
    /// All writes, in order, in words.
    let log: WriteLog
    /// What the host makes of a document that it is given.
    var rewriting: (XMLElement) -> XMLElement = { $0 }
    /// Domains whose guest does not listen.
    var deaf: Set<String> = []
    /// Deaf guests that go down after all, once they are next looked at.
    var late: Set<String> = []
    /// Told of every pin of an emulator.
    var onEmulatorPin: (CPUSet) -> Void = { _ in }
    /// A note for each definition.
    var note: String?

    init(_ entries: [String: Entry], log: WriteLog) {
        self.entries = entries
        self.log = log
    }

    func definition(of name: String) -> XMLElement? { entries[name]?.document }

    func liveDefinition(of name: String) -> XMLElement? { entries[name]?.live }

    private var goesDown: Set<String> = []

    func status(of name: String) -> DomainStatus? {
        if goesDown.remove(name) != nil { entries[name]?.live = nil }
        return entries[name].map {
            DomainStatus(
                isActive: $0.live != nil, isPersistent: $0.isPersistent, autostarts: $0.autostarts,
                hasManagedSave: $0.hasManagedSave, snapshots: $0.snapshots, checkpoints: $0.checkpoints,
                job: $0.job)
        }
    }

    func define(_ document: XMLElement, replacing present: XMLElement?) throws(StepFailure) -> String? {
        let name = document.element(named: "name")?.text ?? ""
        guard present == entries[name]?.document else {
            throw .refused(HostRefusal(call: "define", kind: .other, code: 9, message: "replaces something else"))
        }
        try log.write("define \(name)") {
            var entry = entries[name] ?? Entry(document: document)
            entry.document = rewriting(document)
            entries[name] = entry
        }
        return note
    }

    func undefine(_ name: String) throws(StepFailure) {
        try log.write("undefine \(name)") { entries[name] = nil }
    }

    func rename(_ name: String, to new: String) throws(StepFailure) {
        try log.write("rename \(name) \(new)") {
            guard var entry = entries.removeValue(forKey: name) else { return }
            entry.document = DomainPatch.renamed(entry.document, to: new)
            entries[new] = entry
        }
    }

    func pin(_ thread: DomainThread, of name: String, to cpus: CPUSet) throws(StepFailure) {
        guard var live = entries[name]?.live else { throw .notRunning(name) }
        if thread == .emulator {
            live.setEmulatorPin("\(cpus)")
            try log.write("pin \(name) emulator \(cpus)") { entries[name]?.live = live }
            onEmulatorPin(cpus)
            return
        }
        guard case .vcpu(let vcpu) = thread else { throw .notRunning(name) }
        live.setPin(of: vcpu, to: cpus)
        try log.write("pin \(name) \(vcpu) \(cpus)") { entries[name]?.live = live }
    }

    /// Guests whose balloon driver does not answer.
    var isBalloonDeaf = false

    func setMemory(of name: String, to amount: KiB) throws(StepFailure) {
        guard var live = entries[name]?.live else { throw .notRunning(name) }
        live.setCurrentMemory(amount)
        try log.write("memory \(name) \(amount)") { if !isBalloonDeaf { entries[name]?.live = live } }
    }

    /// How much a guest plugs of what it is asked to; nil is all.
    var plugs: KiB?

    func update(_ device: XMLElement, of name: String, settled: (XMLElement) -> Bool) throws(StepFailure) {
        guard let running = entries[name]?.live else { throw .notRunning(name) }
        let requested = KiB(UInt64(device.element(named: "target")?.element(named: "requested")?.text ?? "") ?? 0)
        var target = device.element(named: "target") ?? XMLElement("target")
        target.children.removeAll { if case .element(let old) = $0 { old.name == "current" } else { false } }
        let current = XMLElement("current", [.init("unit", "KiB")], children: [.text("\((plugs ?? requested).count)")])
        target.children.append(.element(current))
        let followed = XMLElement("memory", device.attributes, children: [.element(target)])
        let live = running.withDevices { devices in
            devices.removeAll { $0.name == "memory" }
            devices.append(followed)
        }
        try log.write("update \(name) \(requested)") { entries[name]?.live = live }
        guard settled(live) || plugs != nil else { throw .unreadable(name, reason: "is not waited for") }
    }

    func note(_ element: XMLElement?, of name: String, in namespace: MetadataNamespace) throws(StepFailure) {
        guard var live = entries[name]?.live else { throw .notRunning(name) }
        live.note(element, in: namespace.uri)
        let cells = MovedMemory(reading: live).cells.values.sorted()
        try log.write("note \(name) \(cells)") { entries[name]?.live = live }
    }

    /// As many vCPUs as no guest gives up.
    var keptVCPUs = 1
    /// What plugging is refused with; nil for nothing.
    var plugRefusal: HostRefusal.RefusalKind?

    func setVCPUs(of name: String, to count: Int) throws(StepFailure) {
        guard var live = entries[name]?.live else { throw .notRunning(name) }
        if let plugRefusal {
            throw .refused(HostRefusal(call: "plug", kind: plugRefusal, code: 1, message: "not on this machine"))
        }
        let kept = max(count, keptVCPUs)
        live.setCurrentVCPUs(kept)
        try log.write("vcpus \(name) \(count)") { entries[name]?.live = live }
        guard kept == count else {
            throw .refused(HostRefusal(call: "unplug", kind: .busy, code: 1, message: "timed out"))
        }
    }

    /// Guests whose system does not let go of a device.
    var keepsDevices = false
    /// What a device is refused with; nil for nothing.
    var deviceRefusal: HostRefusal.RefusalKind?

    func attach(_ device: XMLElement, to name: String) throws(StepFailure) {
        guard let live = entries[name]?.live else { throw .notRunning(name) }
        if let deviceRefusal {
            throw .refused(HostRefusal(call: "attach", kind: deviceRefusal, code: 1, message: "no more PCI slots"))
        }
        try log.write("attach \(name) \(DomainDevice(device)?.path ?? "?")") {
            entries[name]?.live = live.withDevices { $0.append(device) }
        }
    }

    func detach(_ device: XMLElement, from name: String) throws(StepFailure) {
        guard let live = entries[name]?.live, let named = DomainDevice(device) else { throw .notRunning(name) }
        try log.write("detach \(name) \(named.path)") {
            guard !keepsDevices else { return }
            entries[name]?.live = live.withDevices { $0.removeAll { DomainDevice($0) == named } }
        }
    }

    func setAutostart(_ name: String, _ autostart: Bool) throws(StepFailure) {
        try log.write("autostart \(name) \(autostart)") { entries[name]?.autostarts = autostart }
    }

    func start(_ name: String) throws(StepFailure) {
        let document = entries[name]?.document
        try log.write("start \(name)") { entries[name]?.live = document }
    }

    func stop(_ name: String, force: Bool) throws(StepFailure) {
        let listens = force || !deaf.contains(name)
        try log.write("stop \(name)") { if listens { entries[name]?.live = nil } }
        if !listens {
            if late.contains(name) { goesDown.insert(name) }
            throw .stillRunning(name)
        }
    }
}

/// The writes of all fakes of one test, and which of them fails.
final class WriteLog {
    /// What a failing write does.
    enum Way: CaseIterable {
        /// Nothing.
        case refused
        /// What it should, and then it reports a failure.
        case doneAndFailed
    }

    private(set) var lines: [String] = []
    /// Told after each write.
    var onWrite: () -> Void = {}
    /// The number of the write that fails, from 0; nil for none.
    var failing: (index: Int, way: Way)?
    /// What the failing write reports.
    var failure = WriteLog.failure
    /// What it reports where a test does not say otherwise.
    static let failure = StepFailure.refused(HostRefusal(call: "fake", kind: .other, code: 1, message: "no"))

    func write(_ line: String, _ body: () -> Void) throws(StepFailure) {
        let index = lines.count
        lines.append(line)
        defer { onWrite() }
        guard let failing, failing.index == index else { return body() }
        if failing.way == .doneAndFailed { body() }
        throw failure
    }
}

extension XMLElement {
    /// The document with its devices edited.
    func withDevices(_ edit: (inout [XMLElement]) -> Void) -> XMLElement {
        var document = self
        var devices = document.element(named: "devices") ?? XMLElement("devices")
        var elements = devices.elements
        edit(&elements)
        devices.children = elements.map { .element($0) }
        document.children.removeAll { if case .element(let child) = $0 { child.name == "devices" } else { false } }
        document.children.append(.element(devices))
        return document
    }
}

extension XMLElement {
    /// Writes where memory was moved, as libvirt does: with the namespace, and instead of what was there.
    mutating func note(_ moved: MovedMemory) { note(moved.element, in: MovedMemory.namespace) }

    fileprivate mutating func note(_ element: XMLElement?, in namespace: String) {
        children.removeAll { if case .element(let child) = $0 { child.name == "metadata" } else { false } }
        guard var element else { return }
        element.attributes.append(.init("xmlns", namespace))
        children.append(.element(XMLElement("metadata", children: [.element(element)])))
    }
}
