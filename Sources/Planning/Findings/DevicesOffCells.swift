internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import Placement
internal import SiteFile
internal import XMLTree

/// Host devices that a guest was to find on its cells, and does not.
enum DevicesOffCells {
    /// What is to be said of them; nothing where all that can be are on cells, or nobody asked.
    static func findings(
        _ guest: GuestSpec, _ placement: GuestPlacement, _ definition: GuestDefinition
    ) -> [Diagnostic] {
        guard guest.demand.view.devices == .onCells else { return [] }
        let cells = guest.demand.deviceCells(at: placement)
        guard let device = guest.demand.devices.first(where: { cells[$0.value] != nil }),
            definition.mark.machine?.deviceCells.isEmpty ?? true
        else { return [] }
        let (why, hint) = reason(guest, definition)
        return [
            Diagnostic(
                .deviceOnNoGuestCell,
                "guest '\(guest.name.value)' does not see on which cell its host devices are: \(why)", at: device.mark,
                severity: .warning, hint: hint)
        ]
    }

    private static func reason(_ guest: GuestSpec, _ definition: GuestDefinition) -> (why: String, hint: String) {
        if guest.machine.base != nil {
            return ("they are those of its base file", "write the expander buses into the base file")
        }
        if guest.machine.adopts?.value == true {
            return ("they are those of the adopted domain", "write the expander buses by hand: virsh edit")
        }
        let type = definition.machine.element(named: "os")?.element(named: "type")?[attribute: "machine"]
        return (
            "machine type \(type ?? "that libvirt chooses") has no PCI Express expander bus",
            "add machine: q35; a guest that exists must then be defined anew: --rebase \(guest.name.value)"
        )
    }
}
