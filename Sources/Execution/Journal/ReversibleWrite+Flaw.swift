internal import XMLTree

extension ReversibleWrite {
    /// Why this is no write that this program makes, in words; nil when it is one.
    ///
    /// What is undone follows from the inverse alone, so that must lead back from the action, to the same thing, and nowhere else.
    var flaw: String? {
        isOneOfOurs ? documentFlaw : "what undoes it does not lead back from '\(action)'"
    }

    private var isOneOfOurs: Bool {
        switch action {
        case .setPools(let changes): return inverse == changes.reversed().map { .setPools([$0.inverse]) }
        case .define(let name, _, nil): return inverse == [.undefine(name: name)]
        case .define(let name, let document, let present?):
            return inverse == [.define(name: name, document: present, replacing: document)]
        case .rename(let name, let from, let uuid):
            return inverse == [.rename(name: from, from: name, uuid: uuid)]
        case .undefine(let name): return isRedefinition(of: name)
        case .pin(let name, let thread, _):
            guard case .pin(name, thread, _)? = inverse.first else { return false }
            return inverse.count == 1
        case .setAutostart(let name, let autostart):
            return inverse == [.setAutostart(name: name, autostart: !autostart)]
        case .start: return inverse.isEmpty
        case .stop(let name, _): return inverse == [.start(name: name)]
        case .replaceFile(let change): return inverse == [.replaceFile(change.inverse)]
        }
    }

    /// A domain that was removed is defined again, and starts with the host if it did.
    private func isRedefinition(of name: String) -> Bool {
        guard case .define(name, _, nil)? = inverse.first else { return false }
        return inverse.count == 1 || inverse.dropFirst() == [.setAutostart(name: name, autostart: true)]
    }

    /// libvirt goes by the name in the document, so that must be the name that the write says.
    private var documentFlaw: String? {
        for case .define(let name, let document, _) in [action] + inverse
        where document.element(named: "name")?.text != name {
            return "the document for \(name) defines another domain"
        }
        guard case .define(let name, let document, let present?) = action else { return nil }
        let ids = [document, present].map { $0.element(named: "uuid")?.text }
        guard ids[0] == ids[1] else { return "the documents for \(name) are of two domains" }
        return document.beyondAnySite == present.beyondAnySite
            ? nil : "the documents for \(name) differ in what no site file can say"
    }
}

extension XMLElement {
    /// What a redefinition never touches: elements of other namespaces, such as raw arguments of QEMU, and security labels. Blank
    /// text is nobody's, so texts are compared.
    fileprivate var beyondAnySite: [String] {
        elements.filter { $0.name.contains(":") || $0.name == "seclabel" }.map(XMLWriter.write)
    }
}
