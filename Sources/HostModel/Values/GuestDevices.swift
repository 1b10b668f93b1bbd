/// A disk of a guest: a file or, below `/dev/`, a block device of the host.
public struct GuestDisk: Hashable, Sendable {
    /// The image's format.
    public enum ImageFormat: String, Hashable, Sendable, CaseIterable { case raw, qcow2 }
    /// How the guest sees the disk.
    public enum Bus: String, Hashable, Sendable, CaseIterable { case virtio, scsi, sata }

    /// The absolute path on the host.
    public var path: String
    /// The image's format.
    public var format: ImageFormat
    /// How the guest sees the disk.
    public var bus: Bus
    /// Whether the guest may only read; on SATA the disk is a CD-ROM then.
    public var isReadOnly: Bool

    package init(path: String, format: ImageFormat = .raw, bus: Bus = .virtio, isReadOnly: Bool = false) {
        self.path = path
        self.format = format
        self.bus = bus
        self.isReadOnly = isReadOnly
    }
}

/// A network interface of a guest.
public struct GuestInterface: Hashable, Sendable {
    /// What the interface is joined to.
    public enum Source: Hashable, Sendable {
        /// A libvirt network.
        case network(String)
        /// A bridge of the host.
        case bridge(String)
    }

    /// What the interface is joined to.
    public var source: Source
    /// The hardware address, or nil for libvirt's choice.
    public var mac: String?
    /// The model that the guest sees: `virtio`, `e1000e`.
    public var model: String

    package init(source: Source, mac: String? = nil, model: String = "virtio") {
        self.source = source
        self.mac = mac
        self.model = model
    }
}

/// Which QEMU accelerator runs the guest: KVM, or none.
public enum Accelerator: String, Hashable, Sendable, CaseIterable { case kvm, qemu }
