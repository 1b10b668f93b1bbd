public import Execution
public import HostModel
public import Planning
public import XMLTree

internal import Glibc

/// libvirt as the interpreter wants it: documents as trees, and failures in the interpreter's words.
public struct LibvirtDomains: DomainHost {
    private let line: Line
    private let shutdownLimit: Duration
    private let mayWait: @Sendable () -> Bool
    private var patience: MonitorPatience { MonitorPatience(while: mayWait) }

    /// Writes through that connection.
    ///
    /// - Parameters:
    ///   - shutdownLimit: How long a guest may take to go down when it is asked to.
    ///   - mayWait: Asked while a guest is waited for; false ends that.
    ///   - patience: How long to wait for a daemon that has gone to come back, before each call.
    ///   - reopen: Opens the connection anew then; without it, nothing does.
    public init(
        _ connection: Connection, shutdownLimit: Duration = .seconds(120),
        mayWait: @escaping @Sendable () -> Bool = { true }, patience: Duration = .seconds(20),
        reopen: (@Sendable () throws(LibvirtError) -> Connection)? = nil
    ) {
        line = Line(connection, patience: patience, reopen: reopen)
        self.shutdownLimit = shutdownLimit
        self.mayWait = mayWait
    }

    /// The inactive definition with its secrets, or nil.
    public func definition(of name: String) throws(StepFailure) -> XMLElement? {
        try tree(of: name) { (connection) throws(LibvirtError) in try connection.definition(of: name) }
    }

    /// What a running domain runs with, or nil.
    public func liveDefinition(of name: String) throws(StepFailure) -> XMLElement? {
        try tree(of: name) { (connection) throws(LibvirtError) in try connection.liveDefinition(of: name) }
    }

    /// What libvirt holds of the domain beside its definition, or nil.
    public func status(of name: String) throws(StepFailure) -> DomainStatus? {
        try asking { (connection) throws(LibvirtError) in try connection.status(of: name) }
    }

    /// Defines the document after a check against the schema; gives back a note when that was left out.
    public func define(_ document: XMLElement, replacing present: XMLElement?) throws(StepFailure) -> String? {
        let validation = try asking { (connection) throws(LibvirtError) in
            try connection.define(XMLWriter.write(document), replacing: present.map(XMLWriter.write))
        }
        guard case .skipped(let error) = validation else { return nil }
        return
            "libvirt's schema refuses this definition as it did the one before, so it was defined without that check; "
            + "libvirt said: \(error.message)"
    }

    /// Removes the definition; disks, NVRAM and TPM state are kept.
    public func undefine(_ name: String) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in try connection.undefine(name) }
    }

    /// Gives a domain that does not run another name.
    public func rename(_ name: String, to new: String) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in try connection.rename(name, to: new) }
    }

    /// Pins a thread in the running domain only.
    public func pin(_ thread: DomainThread, of name: String, to cpus: CPUSet) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in try connection.pin(thread, of: name, to: cpus) }
    }

    /// Has the balloon of the running domain leave it that much memory.
    public func setMemory(of name: String, to amount: KiB) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in
            try connection.setMemory(of: name, to: amount, patience: patience)
        }
    }

    /// Has a device of the running domain be as this one says, and waits until the guest has followed, for ten seconds at most.
    public func update(
        _ device: XMLElement, of name: String, settled: (XMLElement) -> Bool
    ) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in
            try connection.update(XMLWriter.write(device), of: name, patience: patience)
        }
        let end = ContinuousClock.now + .seconds(10)
        while let live = try liveDefinition(of: name), !settled(live), mayWait(), ContinuousClock.now < end {
            usleep(200_000)
        }
    }

    /// Replaces what the running domain has of a namespace in its metadata.
    public func note(
        _ element: XMLElement?, of name: String, in namespace: MetadataNamespace
    ) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in
            try connection.setLiveMetadata(
                of: name, to: element.map(XMLWriter.write), prefix: namespace.prefix, namespace: namespace.uri)
        }
    }

    /// Plugs vCPUs into the running domain, or asks its guest to give some up.
    public func setVCPUs(of name: String, to count: Int) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in
            try connection.setVCPUs(of: name, to: count, patience: patience)
        }
    }

    /// Puts a disk or an interface into the running domain only.
    public func attach(_ device: XMLElement, to name: String) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in
            try connection.attach(XMLWriter.write(device), to: name, patience: patience)
        }
    }

    /// Asks the running guest to let go of a disk or an interface.
    public func detach(_ device: XMLElement, from name: String) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in
            try connection.detach(XMLWriter.write(device), from: name, patience: patience)
        }
    }

    /// Sets whether libvirt starts the domain with the host.
    public func setAutostart(_ name: String, _ autostart: Bool) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in try connection.setAutostart(name, autostart) }
    }

    /// Starts the domain.
    public func start(_ name: String) throws(StepFailure) {
        try asking { (connection) throws(LibvirtError) in try connection.start(name) }
    }

    /// Asks the domain to shut down and waits, at most for the limit; with `force` it is switched off then.
    public func stop(_ name: String, force: Bool) throws(StepFailure) {
        let isDown: Bool
        do throws(LibvirtError) {
            isDown = try line.connection().shutDown(name, within: shutdownLimit, while: mayWait)
        } catch {
            guard force else { throw .refused(HostRefusal(error)) }
            isDown = false
        }
        guard !isDown else { return }
        guard mayWait() else { throw .interrupted }
        guard force else { throw .stillRunning(name) }
        try asking { (connection) throws(LibvirtError) in try connection.switchOff(name) }
    }

    private func tree(
        of name: String, _ read: (Connection) throws(LibvirtError) -> String?
    ) throws(StepFailure) -> XMLElement? {
        guard let text = try asking(read) else { return nil }
        do {
            return try XMLReader.read(text)
        } catch {
            throw .unreadable(name, reason: "\(error)")
        }
    }

    private func asking<Answer>(_ ask: (Connection) throws(LibvirtError) -> Answer) throws(StepFailure) -> Answer {
        do throws(LibvirtError) {
            return try ask(line.connection())
        } catch {
            var refusal = HostRefusal(error)
            // libvirt has no number of its own for a line that breaks during a call.
            if !line.isAlive { refusal.kind = .unreachable }
            throw .refused(refusal)
        }
    }
}

extension HostRefusal {
    /// libvirt's refusal in the interpreter's words; its message and number go along as they are.
    public init(_ error: LibvirtError) {
        let kind: RefusalKind =
            switch error.kind {
            case .unreachable, .notInstalled: .unreachable
            case .notPermitted: .notPermitted
            case .schema, .malformed: .invalidDefinition
            case .busy, .timedOut: .busy
            case .wrongState: .wrongState
            case .noDomain, .unsupported, .invalidArgument, .other: .other
            }
        self.init(call: error.call, kind: kind, code: error.code, message: error.message)
    }
}
