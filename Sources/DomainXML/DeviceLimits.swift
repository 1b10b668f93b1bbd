internal import XMLTree

/// Which devices a definition from somewhere else may hold, and what in them.
enum DeviceLimits {
    /// By device the children that it may have; those of ``whole`` with whatever is in them.
    private static let children: [String: Set<String>] = [
        "emulator": [], "hub": [], "panic": [],
        "disk": [
            "driver", "source", "target", "readonly", "shareable", "serial", "wwn", "vendor", "product", "blockio",
            "geometry",
        ],
        "controller": ["driver", "model", "target", "master"],
        "interface": [
            "mac", "source", "model", "driver", "target", "link", "mtu", "virtualport", "vlan", "bandwidth",
            "filterref",
            "coalesce",
        ],
        "serial": ["source", "target", "protocol"], "console": ["source", "target", "protocol"],
        "channel": ["source", "target"], "input": ["driver"],
        "graphics": [
            "listen", "clipboard", "mouse", "streaming", "image", "jpeg", "zlib", "playback", "filetransfer", "channel",
        ],
        "video": ["model", "driver"], "sound": ["codec", "audio"], "audio": [], "watchdog": [],
        "memballoon": ["stats", "driver"], "rng": ["backend", "rate", "driver"], "tpm": ["backend"],
        "iommu": ["driver"],
        "hostdev": ["source", "driver"],
    ]

    /// Children that every device may have.
    private static let common: Set<String> = ["address", "alias", "boot", "acpi", "iotune"]

    /// Children that hold only what concerns the guest.
    private static let whole: Set<String> = [
        "target", "virtualport", "vlan", "bandwidth", "filterref", "iotune", "coalesce", "model", "driver",
    ]

    /// What of an element is checked by its value.
    private static let types: [String: Set<String>] = [
        "disk": ["file", "block", "volume"], "interface": ["network", "bridge"], "serial": ["pty", "null"],
        "console": ["pty", "null"], "channel": ["unix", "spicevmc", "pty", "null"],
        "input": ["mouse", "tablet", "keyboard"], "graphics": ["vnc", "spice"], "audio": ["none", "spice"],
        "hostdev": ["pci"],
    ]

    static func excess(of device: XMLElement) -> String? {
        guard let allowed = children[device.name] else { return "<\(device.name)>" }
        if let types = types[device.name], let type = device[attribute: "type"], !types.contains(type) {
            return "<\(device.name) type='\(type)'>"
        }
        for child in device.elements {
            guard allowed.contains(child.name) || common.contains(child.name) else {
                return "<\(child.name)> of <\(device.name)>"
            }
            if !whole.contains(child.name), let inner = child.elements.first(where: { $0.name != "address" }) {
                return "<\(inner.name)> of <\(device.name)>"
            }
        }
        return special(device)
    }

    /// What only some devices have.
    private static func special(_ device: XMLElement) -> String? {
        let source = device.element(named: "source")
        let path = source?[attribute: "path"]
        switch device.name {
        case "emulator": return isEmulator(device.text) ? nil : "<emulator>"
        case "disk":
            let kind = device[attribute: "device"] ?? "disk"
            if !["disk", "cdrom", "floppy"].contains(kind) || device[attribute: "rawio"] != nil {
                return "<disk device>"
            }
            return [source?[attribute: "file"], source?[attribute: "dev"]].compactMap(\.self).allSatisfy {
                $0.hasPrefix("/")
            }
                ? nil : "the path of <disk>"
        case "serial", "console": return path == nil ? nil : "the path of <\(device.name)>"
        case "channel":
            return path.map { $0.hasPrefix("/var/lib/libvirt/") && !$0.contains("/../") } ?? true
                ? nil : "the path of <channel>"
        case "rng":
            let backend = device.element(named: "backend")
            let isLocal = ["random", "builtin"].contains(backend?[attribute: "model"] ?? "random")
            let files = ["", "/dev/random", "/dev/urandom", "/dev/hwrng"]
            return isLocal && files.contains(backend?.text ?? "") ? nil : "the source of <rng>"
        case "tpm":
            let backend = device.element(named: "backend")
            return backend?[attribute: "type"] == "emulator" ? nil : "<backend> of <tpm>"
        case "hostdev":
            return device[attribute: "mode"] ?? "subsystem" == "subsystem" && device[attribute: "type"] == "pci"
                ? nil : "<hostdev>"
        default: return nil
        }
    }

    /// Whether a path is one of those under which distributions install QEMU.
    private static func isEmulator(_ path: String) -> Bool {
        if ["/usr/bin/kvm", "/usr/bin/qemu-kvm", "/usr/libexec/qemu-kvm"].contains(path) { return true }
        guard
            let name = ["/usr/bin/qemu-system-", "/usr/local/bin/qemu-system-"].lazy.compactMap({ prefix in
                path.hasPrefix(prefix) ? path.dropFirst(prefix.count) : nil
            }).first
        else { return false }
        return !name.isEmpty && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
    }
}
