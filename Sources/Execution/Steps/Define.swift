import DomainXML
import HostModel
import Planning
public import XMLTree

/// Defines a domain from a whole document, which may hold secrets.
public struct DefineWrite: DomainWrite {
    /// The domain's name.
    public var guest: String
    /// The document.
    public var document: XMLElement
    /// What libvirt held before; nil for nothing.
    var replacing: XMLElement?

    static var verb: HostWrite.Verb { .define }
    static var isReadBackAtOnce: Bool { false }

    var action: HostWrite { .define(self) }
    var place: String { "the definition of \(guest)" }
    var words: String { replacing == nil ? "define \(guest)" : "redefine \(guest)" }

    func perform(in run: inout Run) throws(StepFailure) {
        if let message = try run.host.domains.define(document, replacing: replacing) {
            run.report.notes.append(Note(guest: guest, message: message))
        }
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool {
        guard let present = try run.definition(of: guest) else { return false }
        return present.isEquivalent(to: try Definition(reading: document, of: guest))
    }

    /// Whether the whole document is there: what a host rewrites need not be ours.
    func isAsBefore(in run: Run) throws(StepFailure) -> Bool {
        try run.host.domains.definition(of: guest)?.isSameDocument(as: document) == true
    }

    func asOfNow(in run: Run) throws(StepFailure) -> HostWrite {
        .define(name: guest, document: document, replacing: try run.host.domains.definition(of: guest))
    }

    func renamed(to name: String) -> HostWrite {
        .define(name: name, document: DomainPatch.renamed(document, to: name), replacing: replacing)
    }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse == self.inverse }

    private var inverse: [HostWrite] {
        guard let replacing else { return [.undefine(name: guest)] }
        return [.define(name: guest, document: replacing, replacing: document)]
    }

    /// The write for a step.
    func effect(of step: Step) -> Effect { Effect([step], action, inverse: inverse) }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        history.edit(TouchedDefinition(id: guest)) { definition in
            definition.read.append(replacing)
            if case .done(let found?) = entry.state {
                definition.read.append(found)
            } else {
                definition.written.append(document)
            }
        }
        if replacing == nil { history.noteStartedOrMade(guest) }
    }
}

extension HostWrite {
    /// Defines the document; `replacing` is what libvirt held before, nil for nothing.
    public static func define(name: String, document: XMLElement, replacing: XMLElement?) -> HostWrite {
        .define(DefineWrite(guest: name, document: document, replacing: replacing))
    }
}

/// What a definition replaces is left out: ``ReversibleWrite`` puts it back.
extension DefineWrite: Codable {
    private enum CodingKeys: CodingKey { case guest, document }

    /// Reads a write.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guest = try container.decode(String.self, forKey: .guest)
        document = try container.document(.document)
    }

    /// Writes a write.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(guest, forKey: .guest)
        try container.encode(XMLWriter.write(document), forKey: .document)
    }
}

/// A domain with the definitions that it has had.
struct TouchedDefinition: TouchedThing {
    let id: String
    /// Documents that were read; nil for none.
    var read: [XMLElement?] = []
    /// Documents that were written, and of which it is not known what the host made of them.
    var written: [XMLElement] = []

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        let present = try look.run.definition(of: id)
        if allows(present) { return nil }
        // What has its old name back is no longer found under the new one, and was put back before that.
        let isRenamed = look.history.things.contains { ($0 as? TouchedName)?.id.guest == id }
        return isRenamed && present == nil ? nil : .definition(id, isGone: present == nil)
    }

    /// Whether the transaction may have left the domain with that definition.
    private func allows(_ present: Definition?) -> Bool {
        guard let present else { return read.contains(nil) }
        if read.contains(where: { $0?.isSameDocument(as: present.document) == true }) { return true }
        return written.contains { document in
            (try? Definition(reading: document, of: present.name))?.isEquivalent(to: present) == true
        }
    }
}

extension RollbackCheck.ForeignChange {
    /// The definition is another one; `isGone` when there is none.
    public static func definition(_ name: String, isGone: Bool) -> Self {
        Self(
            isGone
                ? "the domain \(name) is gone"
                : "the definition of \(name) is neither as before nor as the transaction left it")
    }
}

extension ReversibleWrite {
    /// libvirt goes by the name in the document, so that must be the name that the write says.
    var documentFlaw: String? {
        for case .define(let define) in [action] + inverse
        where define.document.element(named: "name")?.text != define.guest {
            return "the document for \(define.guest) defines another domain"
        }
        guard case .define(let define) = action, let present = define.replacing else { return nil }
        guard define.document.uuid == present.uuid else {
            return "the documents for \(define.guest) are of two domains"
        }
        return define.document.beyondAnySite == present.beyondAnySite
            ? nil : "the documents for \(define.guest) differ in settings that a site file cannot express"
    }
}

extension XMLElement {
    /// What a redefinition never touches: elements of other namespaces, such as raw arguments of QEMU, and security labels. Blank
    /// text is nobody's, so texts are compared.
    fileprivate var beyondAnySite: [String] {
        elements.filter { $0.name.contains(":") || $0.name == "seclabel" }.map(XMLWriter.write)
    }

    /// Whether both are the same document. Blank text between elements is nobody's: it does not outlive being written and read.
    func isSameDocument(as other: XMLElement) -> Bool {
        self == other || XMLWriter.write(self) == XMLWriter.write(other)
    }
}

extension KeyedDecodingContainer {
    /// An XML document that is written as a text.
    func document(_ key: Key) throws -> XMLElement {
        do {
            return try XMLReader.read(try decode(String.self, forKey: key))
        } catch let error as XMLError {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "\(error)")
        }
    }
}
