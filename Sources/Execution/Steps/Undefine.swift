import HostModel
import Planning

/// Removes a definition.
public struct UndefineWrite: DomainWrite {
    var guest: String

    static var verb: HostAction.Verb { .undefine }

    var action: HostAction { .undefine(self) }
    var subject: String { "the definition of \(guest)" }
    var words: String { "undefine \(guest)" }

    func perform(in run: inout Run) throws(StepFailure) {
        // Undefining a domain that runs would leave it running without a definition.
        if let status = try run.host.domains.status(of: guest), status.isActive { throw .running(guest) }
        try run.host.domains.undefine(guest)
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.domains.status(of: guest) == nil }

    /// A domain that was removed is defined again, and starts with the host if it did.
    func isUndone(by inverse: [HostAction]) -> Bool {
        guard case .define(let define)? = inverse.first, define.guest == guest, define.replacing == nil else {
            return false
        }
        return inverse.count == 1 || inverse.dropFirst() == [.setAutostart(name: guest, autostart: true)]
    }

    func add(to history: inout WriteHistory, _ entry: Transaction.Entry) {
        history.edit(TouchedDefinition(id: guest)) { definition in
            if case .define(let define)? = entry.write.inverse.first { definition.read.append(define.document) }
            definition.read.append(nil)
        }
    }
}

extension HostAction {
    /// Removes the definition.
    public static func undefine(name: String) -> HostAction { .undefine(UndefineWrite(guest: name)) }
}
