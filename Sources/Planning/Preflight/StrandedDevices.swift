internal import Diagnostics
internal import HostModel
internal import SiteFile
internal import XMLTree

/// Devices of a definition that belong to a guest cell that is not in it: libvirt refuses such a definition.
struct StrandedDevices {
    /// What they are and which cell they name, in the order of the definition.
    let devices: [(what: String, cell: String)]

    init(in definition: GuestDefinition) {
        let all = definition.machine.element(named: "devices")?.elements ?? []
        let named = all.compactMap { device in
            device.element(named: "target")?.element(named: "node").map { (device, String($0.text.trimmed())) }
        }
        guard !named.isEmpty else {
            devices = []
            return
        }
        let numa = definition.document.element(named: "cpu")?.element(named: "numa")
        let cells = Set((numa?.elements(named: "cell") ?? []).enumerated().map { $1[attribute: "id"] ?? "\($0)" })
        devices = named.compactMap { device, node in
            cells.contains(node) ? nil : StrandedDevices.words(device).map { ($0, node) }
        }
    }

    /// One finding for all of them, for they have one cause; nil when there are none.
    func finding(_ guest: GuestSpec) -> Diagnostic? {
        guard !devices.isEmpty else { return nil }
        let first = devices[0]
        let more = devices.count > 1 ? " and \(devices.count - 1) more" : ""
        return Diagnostic(
            .deviceCellMissing,
            "\(first.what)\(more) of guest '\(guest.name.value)' belongs to guest cell \(first.cell), which the guest will not have",
            at: guest.name.mark, notes: devices.map { "\($0.what) is on guest cell \($0.cell)" },
            hint: "keep the cell (numa_nodes, numa_cells), or move or detach the device: virsh edit \(guest.name.value)"
        )
    }

    private static func words(_ device: XMLElement) -> String? {
        let model = device[attribute: "model"]
        switch device.name {
        case "memory": return "the memory device\(model.map { " (\($0))" } ?? "")"
        case "controller":
            let index = device[attribute: "index"].map { " \($0)" } ?? ""
            return "the controller\(index)\(model.map { " (\($0))" } ?? "")"
        default: return "the device <\(device.name)>"
        }
    }
}
