internal import HostModel
internal import XMLTree

/// The buses of a definition's devices that belong to guest cells: PCI Express expander buses (QEMU's `pxb-pcie`), with a root port for
/// each host device behind them. A guest's kernel takes the cell of such a bus for that of the devices.
///
/// An expander counts its buses from its `busNr` up to the next expander's, one for itself and one for each port; the root bus has all
/// numbers below the lowest. So expanders are put down from the top, each with room for ``portsOfExpander``, and a cell that needs more
/// gets another one: what is there keeps its numbers. The lowest are left to the root bus: all in all there is room for 168 ports.
struct CellBuses {
    /// The `<devices>` of the definition.
    private(set) var devices: XMLElement

    /// How many ports an expander has room for.
    private static let portsOfExpander = 7
    /// The numbers that expanders may begin with, in the order in which they are taken.
    private static let firstNumbers = stride(from: 256 - (portsOfExpander + 1), through: 64, by: -(portsOfExpander + 1))
    private static let slots = 32

    /// A PCI controller.
    private struct PCIController {
        let index: Int
        let model: String
        /// The bus that it is on.
        let bus: Int?
        let busNumber: Int?
        let cell: GuestCellID?

        init?(_ element: XMLElement) {
            guard element.name == "controller", element[attribute: "type"] == "pci",
                let index = element[attribute: "index"].flatMap({ Int($0) })
            else { return nil }
            self.index = index
            model = element[attribute: "model"] ?? ""
            bus = element.pciAddress?.pciNumber("bus")
            let target = element.element(named: "target")
            busNumber = target?[attribute: "busNr"].flatMap { Int($0) }
            cell = (target?.element(named: "node")?.text).flatMap { Int($0) }.map { GuestCellID($0) }
        }

        var isExpander: Bool { model == "pcie-expander-bus" }
    }

    init(_ devices: XMLElement) { self.devices = devices }

    /// The guest cell that a host device is on; nil where its bus belongs to none.
    func cell(of device: PCIAddress) -> GuestCellID? {
        var bus = hostDevice(device)?.pciAddress?.pciNumber("bus")
        // Each step leads to another controller, unless somebody wrote a ring.
        for _ in controllers {
            guard let controller = controllers.first(where: { $0.index == bus }) else { return nil }
            if controller.isExpander { return controller.cell }
            bus = controller.bus
        }
        return nil
    }

    /// Puts a host device on a guest cell, or on the root bus where libvirt finds it a place; false where there is no number left for
    /// another bus, and nothing changes.
    mutating func put(_ device: PCIAddress, on cell: GuestCellID?) -> Bool {
        var buses = self
        buses.takeOut(device)
        if let cell {
            guard let port = buses.newPort(on: cell) else { return false }
            buses.changeHostDevice(device) { $0.append(XMLElement.pciAddress(bus: port, slot: 0)) }
        }
        self = buses
        return true
    }

    /// Takes a host device off its bus; a port and an expander that it leaves with nothing behind them go.
    mutating func takeOut(_ device: PCIAddress) {
        let left = hostDevice(device)?.pciAddress?.pciNumber("bus")
        changeHostDevice(device) { $0.removeElements(named: "address") }
        guard let port = controllers.first(where: { $0.index == left }),
            let expander = controllers.first(where: { $0.index == port.bus && $0.isExpander })
        else { return }
        removeIfEmpty(port)
        removeIfEmpty(expander)
    }

    // MARK: Controllers

    private var controllers: [PCIController] { devices.elements.compactMap(PCIController.init) }

    private func hostDevice(_ address: PCIAddress) -> XMLElement? {
        devices.elements(named: "hostdev").first { PCIAddress(hostDevice: $0) == address }
    }

    private mutating func changeHostDevice(_ address: PCIAddress, _ change: (inout XMLElement) -> Void) {
        devices.change("hostdev", where: { PCIAddress(hostDevice: $0) == address }, change)
    }

    private mutating func removeIfEmpty(_ controller: PCIController) {
        guard !devices.elements.contains(where: { $0.pciAddress?.pciNumber("bus") == controller.index }) else { return }
        devices.children.removeAll { node in
            guard case .element(let element) = node else { return false }
            return PCIController(element)?.index == controller.index
        }
    }

    /// Adds a root port to an expander of the cell, and the expander where there is none with room: the port's index.
    private mutating func newPort(on cell: GuestCellID) -> Int? {
        let present = controllers.first { $0.isExpander && $0.cell == cell && freeSlot(of: $0) != nil }
        guard let expander = present ?? newExpander(on: cell), let slot = freeSlot(of: expander) else { return nil }
        let index = nextIndex
        var port = XMLElement.pciController(index, model: "pcie-root-port")
        port.append(XMLElement.pciAddress(bus: expander.index, slot: slot))
        devices.append(port)
        return index
    }

    private mutating func newExpander(on cell: GuestCellID) -> PCIController? {
        guard let number = CellBuses.firstNumbers.first(where: isFree) else { return nil }
        var element = XMLElement.pciController(nextIndex, model: "pcie-expander-bus")
        let node = XMLElement("node", text: "\(cell)")
        element.append(XMLElement("target", [.init("busNr", "\(number)")], children: [.element(node)]))
        devices.append(element)
        return PCIController(element)
    }

    private var nextIndex: Int { (controllers.map(\.index).max() ?? 0) + 1 }

    /// Whether an expander can begin with that number: no other one begins within its room, and the one below has its ports there.
    private func isFree(_ number: Int) -> Bool {
        let expanders = controllers.filter(\.isExpander)
        return expanders.allSatisfy { other in
            guard let first = other.busNumber else { return false }
            return first < number
                ? first + ports(of: other).count < number : first > number + CellBuses.portsOfExpander
        }
    }

    private func ports(of expander: PCIController) -> [XMLElement] {
        devices.elements.filter { $0.pciAddress?.pciNumber("bus") == expander.index }
    }

    /// The first slot of an expander that nothing is in; nil where it has no number left for a bus behind another port.
    private func freeSlot(of expander: PCIController) -> Int? {
        let ports = ports(of: expander)
        let above = controllers.filter(\.isExpander).compactMap(\.busNumber).filter { $0 > expander.busNumber ?? 256 }
        guard let first = expander.busNumber, first + ports.count + 1 < above.min() ?? 256 else { return nil }
        let taken = Set(ports.map { $0.pciAddress?.pciNumber("slot") ?? 0 })
        return (0..<CellBuses.slots).first { !taken.contains($0) }
    }
}

extension XMLElement {
    /// Where on the guest's PCI buses a device is; nil where nothing is said of it.
    fileprivate var pciAddress: XMLElement? {
        elements(named: "address").first { $0[attribute: "type"] == "pci" }
    }

    fileprivate static func pciAddress(bus: Int, slot: Int) -> XMLElement {
        let attributes = [
            ("type", "pci"), ("domain", "0x0000"), ("bus", "0x" + bus.padded(to: 2, radix: 16)),
            ("slot", "0x" + slot.padded(to: 2, radix: 16)), ("function", "0x0"),
        ]
        return XMLElement("address", attributes.map { .init($0.0, $0.1) })
    }

    fileprivate static func pciController(_ index: Int, model: String) -> XMLElement {
        XMLElement("controller", [.init("type", "pci"), .init("index", "\(index)"), .init("model", model)])
    }

    /// A number of an address as libvirt writes it, 0 where it writes none; nil for what is no number.
    func pciNumber(_ name: String) -> Int? {
        guard let text = self[attribute: name] else { return 0 }
        return text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    }
}
