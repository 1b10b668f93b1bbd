internal import DomainXML
public import XMLTree

/// A guest's whole definition, made when somebody asks for it: most plans are only shown, and show no documents.
public struct GuestDefinition: Hashable, Sendable {
    /// The guest's name.
    public var name: String
    /// The document with its devices as the site wants them, but neither the settings nor the mark; the name may be an older one.
    let machine: XMLElement
    /// The settings to put in; nil where they are there already.
    private let settings: WantedSettings?
    let mark: OwnershipMark

    init(name: String, machine: XMLElement, settings: WantedSettings?, mark: OwnershipMark) {
        self.name = name
        self.machine = machine
        self.settings = settings
        self.mark = mark
    }

    /// The document.
    public var document: XMLElement {
        let whole =
            settings.map { DomainPatch.apply($0, mark: mark, to: machine) } ?? DomainPatch.stamp(mark, on: machine)
        return DomainPatch.renamed(whole, to: name)
    }
}
