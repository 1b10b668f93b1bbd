internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

extension MachineDescription {
    /// The common devices of a guest.
    init(_ guest: GuestSpec, arch: String?) {
        let machine = guest.machine
        self.init(
            name: guest.name.value, hypervisor: machine.accelerator?.value == .qemu ? .qemu : .kvm,
            architecture: arch ?? "x86_64", machine: machine.machineType?.value,
            disks: machine.disks.map { disk in
                Disk(
                    path: disk.path.value, format: disk.format == .raw ? .raw : .qcow2,
                    bus: disk.bus == .virtio ? .virtio : disk.bus == .scsi ? .scsi : .sata, isReadOnly: disk.isReadOnly)
            },
            interfaces: machine.interfaces.map { interface in
                switch interface.source {
                case .network(let name): Interface(source: .network(name), mac: interface.mac, model: interface.model)
                case .bridge(let name): Interface(source: .bridge(name), mac: interface.mac, model: interface.model)
                }
            },
            hostDevices: guest.demand.devices.map(\.value),
            kernel: machine.kernel?.value, initrd: machine.initrd?.value, commandLine: machine.commandLine?.value,
            hasConsole: machine.hasConsole ?? true, description: machine.description?.value)
    }
}
