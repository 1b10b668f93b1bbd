internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

extension MachineDescription {
    /// The common devices of a guest.
    init(_ guest: GuestSpec, arch: String?) {
        let machine = guest.machine
        self.init(
            name: guest.name.value, hypervisor: machine.accelerator?.value ?? .kvm,
            architecture: arch ?? "x86_64", machine: machine.machineType?.value,
            disks: machine.disks.map(\.value), interfaces: machine.interfaces,
            hostDevices: guest.demand.devices.map(\.value),
            kernel: machine.kernel?.value, initrd: machine.initrd?.value, commandLine: machine.commandLine?.value,
            hasConsole: machine.hasConsole ?? true, description: machine.description?.value)
    }
}
