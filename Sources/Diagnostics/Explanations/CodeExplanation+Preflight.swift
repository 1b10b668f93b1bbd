extension CodeExplanation {
    /// What is looked for before the first write, since it would make a later step fail.
    static let preflight: [CodeExplanation] = [
        CodeExplanation(
            .fileMissing, "a file that a guest needs is missing",
            """
            The definition names a disk, kernel, initrd, firmware or emulator that does not exist on this host, or \
            is a folder. It is an error if the guest is to start, which would fail and roll back the whole run; a \
            warning if it is only defined. Files are checked only if libvirt runs on this machine, not with a facts \
            file.
            Put the file there, or correct the path in the site file, the base file or the domain.
            """),
        CodeExplanation(
            .networkMissing, "a network or bridge that a guest needs is missing",
            """
            An interface of the guest joins a libvirt network that does not exist or is not active, or a bridge or \
            link that this host does not have. Such a guest does not start.
            virsh net-list --all and ip link list them; virsh net-start NAME starts a network, virsh net-autostart \
            NAME starts it at boot.
            """),
        CodeExplanation(
            .volumeMissing, "a storage volume that a guest needs is missing",
            """
            A disk of the guest is a volume of a storage pool, and the pool does not exist, is not active, or has no \
            such volume. Such a guest does not start.
            virsh pool-list --all and virsh vol-list POOL list them; virsh pool-refresh POOL looks for new volumes.
            """),
        CodeExplanation(
            .machineUnknown, "libvirt does not support the guest's machine",
            """
            The guest's emulator, architecture, machine type or accelerator is not available here: a machine type of \
            another QEMU, or kvm on a machine without /dev/kvm. Such a domain cannot be defined or started.
            virsh domcapabilities lists machine types and accelerators. Correct machine or accelerator in the site \
            file, or the base file.
            """),
        CodeExplanation(
            .macTwice, "two domains have the same MAC address",
            """
            Two guests of the site, or a guest and another domain, would have the same MAC address, and frames would \
            reach either of them at random. It is a warning if the other domain is not this site's and does not run \
            now.
            Give one of them another address; without mac libvirt chooses one.
            """),
        CodeExplanation(
            .diskShared, "two domains write to one disk",
            """
            A guest would write to a disk that another guest of the site, or another domain, writes to as well; file \
            systems do not survive that, and QEMU's locks refuse the second start. Symbolic links are followed. \
            Disks marked readonly or shareable are not affected. It is a warning if the other domain is not this \
            site's and does not run now.
            Give the guest a disk of its own. If the other domain is this guest under its former name, add was: NAME \
            to rename it.
            """),
        CodeExplanation(
            .deviceCellMissing, "a device belongs to a guest cell that does not exist",
            """
            The definition has a memory device or a PCI expander bus on a guest cell that the guest would no longer \
            have, or never had. libvirt refuses such a definition. Nothing was changed.
            Keep as many cells as the devices name (numa_nodes, numa_cells), or move or detach the device with virsh \
            edit, then apply again.
            """),
        CodeExplanation(
            .lookFailed, "something could not be checked beforehand",
            """
            Before the first write, the images, networks, bridges, volumes and machine types of the guests are \
            checked. Those listed could not be checked: libvirt returned an error, or a folder is not readable. They \
            may be missing.
            If a start fails for lack of one, everything is rolled back. Run as root, and check that libvirt's \
            network and storage daemons run: systemctl status virtnetworkd virtstoraged.
            """),
        CodeExplanation(
            .hostDeviceInUse, "a device of the host is in use by another domain",
            """
            A PCI device can be assigned to one running domain at a time. The guest would start while another domain \
            still uses the device, and libvirt refuses that.
            Shut the other domain down first. A guest of this site that releases the device at its next start can be \
            power cycled in the same plan, with --restart: both are shut down before either starts.
            """),
        CodeExplanation(
            .shutdownImpossible, "a guest cannot be shut down cleanly",
            """
            The plan shuts the guest down, to power cycle or to remove it. A paused or suspended guest cannot \
            respond, and libvirt refuses the request. A guest whose running definition says restart or preserve in \
            <on_poweroff> does not stop when its system powers off. Nothing was written.
            Resume the guest (virsh resume NAME, virsh dompmwakeup NAME), or correct the action: \
            virsh set-lifecycle-action NAME poweroff destroy --live --config. With --force-off the guest is powered off \
            when --shutdown-timeout has passed.
            """),
    ]
}
