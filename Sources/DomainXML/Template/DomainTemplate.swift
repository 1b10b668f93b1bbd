internal import HostModel
public import XMLTree

/// Makes the definition of a domain that does not exist yet; ``DomainPatch`` puts CPUs and memory into it.
public enum DomainTemplate {
    /// A whole definition: the machine with the wanted parts and the mark in it.
    public static func domain(
        for machine: MachineDescription, wanted: WantedSettings, mark: OwnershipMark?
    ) -> XMLElement {
        DomainPatch.apply(wanted, mark: mark, to: domain(for: machine))
    }

    /// The machine alone, still without vCPUs and memory.
    public static func domain(for machine: MachineDescription) -> XMLElement {
        var domain = XMLElement("domain", [.init("type", machine.hypervisor.rawValue)])
        domain.append(XMLElement("name", text: machine.name))
        if let text = machine.description { domain.append(XMLElement("description", text: text)) }
        domain.append(machine.operatingSystem)
        if ["x86_64", "i686"].contains(machine.architecture) {
            domain.append(
                XMLElement("features", children: [.element(XMLElement("acpi")), .element(XMLElement("apic"))]))
        }
        domain.append(machine.devices)
        return domain
    }

    /// A base document under another name: without what identifies the one domain that it was taken from.
    ///
    /// - Parameters:
    ///   - isShared: Whether several guests are made from the document. Then hardware addresses and the path of the UEFI variables go
    ///     too, so that libvirt gives each guest its own.
    ///   - machine: What the site says of the machine beside the document; nil for nothing.
    public static func domain(
        from base: XMLElement, name: String, isShared: Bool, machine: MachineRecord? = nil
    ) -> XMLElement {
        let domain = copy(of: base, name: name, isShared: isShared)
        return machine.map { MachineMerge($0, prior: nil, into: domain).document } ?? domain
    }

    private static func copy(of base: XMLElement, name: String, isShared: Bool) -> XMLElement {
        var domain = base
        domain[attribute: "id"] = nil
        for element in ["uuid", "genid"] { domain.removeElements(named: element) }
        domain.replaceElements(
            named: "name", with: [XMLElement("name", text: name)], order: LibvirtOrder.domain)
        domain = DomainPatch.release(domain)
        guard isShared else { return domain }
        if domain.element(named: "devices") != nil {
            domain.modify("devices", order: LibvirtOrder.domain) { devices in
                devices.changeElements(named: "interface") { $0.removeElements(named: "mac") }
            }
        }
        if domain.element(named: "os")?.element(named: "nvram") != nil {
            domain.modify("os", order: LibvirtOrder.domain) { system in
                system.modify("nvram", order: []) { $0.children = [] }
            }
        }
        return domain
    }
}

extension DomainTemplate {
    /// A new definition of a domain that exists, with what identifies it: its UUID, the hardware addresses of its interfaces, its
    /// UEFI variables, what others wrote into its metadata, and its title and description where the template has none.
    public static func domain(_ template: XMLElement, keepingIdentityOf present: XMLElement) -> XMLElement {
        var domain = template
        for name in ["uuid", "genid", "title", "description", "metadata"] {
            let elements = present.elements(named: name)
            let isWord = ["title", "description"].contains(name)
            guard !elements.isEmpty, !isWord || domain.element(named: name) == nil else { continue }
            domain.replaceElements(named: name, with: elements, order: LibvirtOrder.domain)
        }
        if let store = present.element(named: "os")?.element(named: "nvram"), domain.hasFirmware {
            domain.modify("os", order: LibvirtOrder.domain) {
                $0.replaceElements(named: "nvram", with: [store], order: LibvirtOrder.system)
            }
        }
        let interfaces = present.element(named: "devices")?.elements(named: "interface") ?? []
        guard !interfaces.isEmpty, domain.element(named: "devices") != nil else { return domain }
        domain.modify("devices", order: LibvirtOrder.domain) { $0.takeAddresses(of: interfaces) }
        return domain
    }
}

extension XMLElement {
    /// Whether the guest boots from UEFI, which keeps variables.
    fileprivate var hasFirmware: Bool {
        guard let system = element(named: "os") else { return false }
        return system[attribute: "firmware"] != nil || system.element(named: "loader") != nil
    }

    /// Gives the interfaces without a hardware address those of others: of one that joins the same first.
    fileprivate mutating func takeAddresses(of others: [XMLElement]) {
        let named = Set(elements(named: "interface").compactMap(\.hardwareAddress))
        var free = others.filter { $0.hardwareAddress.map { !named.contains($0) } ?? false }
        for isMeant in [{ (one: XMLElement, other: XMLElement) in one.joinsTheSame(as: other) }, { _, _ in true }] {
            changeElements(named: "interface") { interface in
                guard interface.hardwareAddress == nil, let place = free.firstIndex(where: { isMeant($0, interface) })
                else { return }
                let mac = free.remove(at: place).elements(named: "mac")
                interface.replaceElements(named: "mac", with: mac, order: LibvirtOrder.interface)
            }
        }
    }

    private func joinsTheSame(as other: XMLElement) -> Bool {
        interfaceSettings.first { $0.name == "source" }?.value
            == other.interfaceSettings.first { $0.name == "source" }?.value
    }

    /// An element with text alone.
    init(_ name: String, _ attributes: [Attribute] = [], text: String) {
        self.init(name, attributes, children: [.text(text)])
    }

    /// Adds a child at the end.
    mutating func append(_ element: XMLElement) { children.append(.element(element)) }

    /// Changes each child of that name.
    fileprivate mutating func changeElements(named name: String, _ change: (inout XMLElement) -> Void) {
        for index in children.indices {
            guard case .element(var child) = children[index], child.name == name else { continue }
            change(&child)
            children[index] = .element(child)
        }
    }
}
