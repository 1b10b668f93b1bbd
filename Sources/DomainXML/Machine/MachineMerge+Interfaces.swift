internal import HostModel
internal import XMLTree

extension MachineMerge {
    mutating func mergeInterfaces(_ record: MachineRecord, _ prior: MachineRecord?) {
        let elements = devices("interface")
        let pairing = InterfacePairing(
            record.interfaces, prior: prior?.interfaces, present: elements.map(InterfacePairing.Present.init),
            isPartial: record.isPartial)
        var changed = elements.map { Optional($0) }
        for (interface, place) in zip(record.interfaces, pairing.places) {
            guard let place else { continue }
            change(interface, &changed[place])
        }
        for place in record.isPartial ? [] : pairing.removed {
            for setting in elements[place].interfaceSettings {
                note(key(elements[place], setting.name), setting.value, nil)
            }
            changed[place] = nil
        }
        replace(changed)
        let added = zip(record.interfaces, pairing.places).filter { $0.1 == nil }.map(\.0)
        for (number, interface) in added.enumerated() { attach(interface, number: number) }
    }

    private mutating func change(_ interface: GuestInterface, _ element: inout XMLElement?) {
        guard var result = element else { return }
        let model = interface.element
        let (now, want) = (result.interfaceSettings, model.interfaceSettings)
        for name in ["mac", "source", "model"] {
            let (before, after) = (now.first { $0.name == name }?.value, want.first { $0.name == name }?.value)
            if name == "mac", interface.mac == nil { continue }
            guard before != after else { continue }
            note(key(result, name), before, after)
            result.becomeInterface(model, in: name)
        }
        element = result
    }

    private mutating func replace(_ elements: [XMLElement?]) {
        guard elements.contains(nil) || elements.compactMap(\.self) != devices("interface") else { return }
        var rest = elements[...]
        modifyDevices { devices in
            devices.children = devices.children.compactMap { node in
                guard case .element(let element) = node, element.name == "interface" else { return node }
                return rest.popFirst().flatMap(\.self).map { .element($0) }
            }
        }
    }

    private mutating func attach(_ interface: GuestInterface, number: Int) {
        let element = interface.element
        let key = interface.mac?.lowercased() ?? (number == 0 ? "new" : "new-\(number + 1)")
        for setting in element.interfaceSettings where setting.name != "mac" {
            note(.interface(key, setting.name), nil, setting.value)
        }
        modifyDevices { $0.insertBehindItsLike(element) }
    }

    private func key(_ element: XMLElement, _ name: String) -> MachineKey {
        .interface(element.hardwareAddress ?? "?", name)
    }
}

extension InterfacePairing.Present {
    init(_ element: XMLElement) {
        let (type, name) = element.joined
        self.init(
            mac: element.hardwareAddress, type: type, name: name,
            model: element.element(named: "model")?[attribute: "type"])
    }
}

extension XMLElement {
    /// The hardware address of an `<interface>`, in lower case.
    var hardwareAddress: String? { element(named: "mac")?[attribute: "address"]?.lowercased() }

    /// What an `<interface>` is joined to. A running domain's says how its network is made as well, with a bridge perhaps; the network
    /// is what was asked for.
    fileprivate var joined: (type: String, name: String?) {
        let source = element(named: "source")
        if let network = source?[attribute: "network"] { return ("network", network) }
        let type = self[attribute: "type"] ?? "user"
        return (type, source?[attribute: type])
    }

    /// What an `<interface>` says of the settings that the site has words for.
    var interfaceSettings: [(name: String, value: SettingValue)] {
        var settings: [(name: String, value: SettingValue)] = []
        if let hardwareAddress { settings.append(("mac", .text(hardwareAddress))) }
        let (type, name) = joined
        settings.append(("source", .text(name.map { "\(type) \($0)" } ?? type)))
        if let model = element(named: "model")?[attribute: "type"] { settings.append(("model", .text(model))) }
        return settings
    }

    /// Takes one setting from another `<interface>`. What belonged to the old source goes with it.
    fileprivate mutating func becomeInterface(_ other: XMLElement, in setting: String) {
        switch setting {
        case "source":
            self[attribute: "type"] = other[attribute: "type"]
            replaceElements(named: "source", with: other.elements(named: "source"), order: LibvirtOrder.interface)
        default:
            replaceElements(named: setting, with: other.elements(named: setting), order: LibvirtOrder.interface)
        }
    }
}
