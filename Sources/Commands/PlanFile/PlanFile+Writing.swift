internal import Diagnostics
internal import DomainXML
internal import Execution
internal import FoundationEssentials
internal import HostModel
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SiteFile
internal import SystemPackage

extension PlanFile {
    /// Saves a plan that may be carried out.
    ///
    /// - Returns: The sum of the file's payload.
    /// - Throws: ``CommandFailure`` when the file cannot be written.
    static func write(
        _ session: PlanningSession, exit: ExitStatus, expires: Duration, to path: String, world: World
    ) throws -> (sha256: SHA256, expires: UTCTime) {
        let created = UTCTime(seconds: world.now())
        let end = created.adding(expires)
        let steps = session.result.steps.map(\.withoutPasswords)
        guard case .object(var payload) = session.document(exit) else {
            preconditionFailure("a plan is an object")
        }
        payload["executable"] = .flag(true)
        payload["tool"] = ["version": .text(NumactlPlan.version)]
        payload["created"] = .text("\(created)")
        payload["expires"] = .text("\(end)")
        payload["connect"] = .text(session.uri)
        payload["site"] = try .of(
            SiteFile(
                name: session.result.plan.site, path: absolute(session.input.source.name),
                sha256: SHA256(of: session.input.source.text), included: included(session.input)))
        payload["host"] = try .of(
            PlannedHost(
                name: session.result.plan.host, machine: session.facts.host.machine,
                bootID: session.facts.host.bootID))
        payload["boot"] = try .of(Boot(session))
        payload["bases"] = try .of(bases(session, world))
        payload["steps"] = try .of(steps)
        payload["preconditions"] = try .of(
            Preconditions(of: steps, on: session.facts))
        let value = JSONValue.object(payload)
        let sum = SHA256(of: value.canonicalText)
        let document: JSONValue = [
            "kind": .text(kind), "format_version": .text(formatVersion), "payload": value, "sha256": .text("\(sum)"),
        ]
        let bytes = try readable(document, path: path)
        do throws(SysfsError) {
            try AtomicFile.write(bytes, to: FilePath(path), permissions: .ownerReadWrite)
        } catch {
            throw CommandFailure(
                error.isNotPermitted ? .notPermitted : .unexpected,
                [
                    Diagnostic(
                        .outputUnwritable, "the plan was not saved: \(error)",
                        hint: "give --out a path in an existing folder")
                ])
        }
        return (sum, end)
    }

    /// The document as it is written, which has been read back: a file that nobody can carry out is no plan.
    ///
    /// - Throws: ``CommandFailure`` when it cannot be encoded, or not be read again.
    static func readable(_ document: some Encodable, path: String) throws -> [UInt8] {
        func failure(_ why: String) -> CommandFailure {
            CommandFailure(
                .unexpected,
                [
                    Diagnostic(
                        .outputUnwritable, "the plan was not saved: it cannot be read back",
                        notes: [why], hint: "apply the site file itself, and report this")
                ])
        }
        do {
            let bytes = Array(try JSONText.of(document).utf8)
            _ = try PlanFile(bytes: bytes, path: path)
            return bytes
        } catch let error as CommandFailure {
            throw failure(error.diagnostics.first?.message ?? "")
        } catch {
            throw failure("\(error)")
        }
    }

    private static func included(_ input: SiteInput) -> [SiteFile.Included]? {
        let files = input.included.map { SiteFile.Included(path: absolute($0.name), sha256: SHA256(of: $0.text)) }
        return files.isEmpty ? nil : files
    }

    /// The base files of guests that are made new, or anew.
    private static func bases(_ session: PlanningSession, _ world: World) throws -> [Base] {
        try session.result.steps.compactMap { step in
            guard step.definition != nil, let guest = session.guests.first(where: { $0.name.value == step.guest }),
                let base = guest.machine.base?.value
            else { return nil }
            let path = base.hasPrefix("/") ? base : session.input.folder + base
            let users = session.guests.count { $0.machine.base?.value == base }
            return Base(
                guest: guest.name.value, path: absolute(path), sha256: SHA256(of: try world.read(path, 16 << 20)),
                isShared: users > 1, holdsPasswords: step.holdsPasswords)
        }
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), path != "<stdin>" else { return path }
        return FilePath(FileManager.default.currentDirectoryPath).appending(path).lexicallyNormalized().string
    }
}

extension PlanFile.Boot {
    fileprivate init(_ session: PlanningSession) {
        let order = WorkOrder(session)
        pools = order.poolTargets.map { PoolTarget($0.key, pages: $0.value) }.sorted()
        keepFree = order.keepFree
        isolation = order.isolation
        divided = order.divided.isEmpty ? nil : order.divided
        cells = Dictionary(session.facts.cells.map { ($0.id, $0.cpus) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Step {
    /// The step without what libvirt treats as secret in a whole definition.
    fileprivate var withoutPasswords: Step {
        definition.map { with(definition: DomainSecrets.removed(from: $0)) } ?? self
    }

    fileprivate var holdsPasswords: Bool { self != withoutPasswords }
}

extension JSONValue {
    /// Any document as a value.
    fileprivate static func of(_ document: some Encodable) throws -> JSONValue {
        try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(document))
    }
}
