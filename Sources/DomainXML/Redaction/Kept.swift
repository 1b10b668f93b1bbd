internal import XMLTree

/// What of an element may stand in a facts document.
indirect enum Kept {
    /// All of it.
    case whole
    /// These attributes and these elements.
    case parts(Set<String>, [String: Kept])

    /// The rule for a child; nil where it stays out. `*` is every other child.
    static func rule(for child: XMLElement, in members: [String: Kept]) -> Kept? {
        members[child.name] ?? members["*"]
    }

    /// A definition.
    static let domain = parts(
        ["type", "id"],
        wholes(
            "name", "uuid", "memory", "maxMemory", "currentMemory", "memoryBacking", "vcpu", "vcpus", "iothreads",
            "iothreadids", "defaultiothread", "cputune", "numatune", "resource", "cpu", "features", "clock",
            "on_poweroff", "on_reboot", "on_crash", "on_lockfailure", "pm"
        ).merging([
            // What is in it is judged by whose it is.
            "metadata": parts([], [:]), "os": os, "devices": parts([], devices), "launchSecurity": parts(["type"], [:]),
            "sysinfo": parts(["type"], [:]), "seclabel": parts(["type", "model", "relabel"], [:]),
        ]) { $1 })

    private static let os = parts(
        ["firmware"],
        wholes("type", "loader", "nvram", "boot", "bootmenu", "bios", "smbios", "kernel", "initrd").merging([
            "firmware": whole
        ]) { $1 })

    private static let devices: [String: Kept] = [
        "*": device([]),
        "emulator": whole, "memory": whole, "controller": whole, "input": whole, "memballoon": whole, "vsock": whole,
        "iommu": whole, "panic": whole, "watchdog": whole, "video": whole, "sound": whole, "shmem": whole,
        "disk": device(
            ["device", "snapshot"],
            wholes("readonly", "shareable", "transient").merging([
                "source": parts(
                    [
                        "file", "dev", "dir", "pool", "volume", "protocol", "name", "startupPolicy", "index", "mode",
                        "type", "path", "namespace", "managed",
                    ], ["host": parts(["name", "port", "transport"], [:]), "address": whole])
            ]) { $1 }),
        "interface": device(
            ["managed"],
            wholes("mac", "link", "mtu").merging([
                "source": parts(
                    ["network", "bridge", "dev", "mode", "portgroup", "type", "path", "name"], ["address": whole])
            ]) { $1 }),
        "hostdev": device(
            ["mode", "managed"],
            ["source": parts(["writeFiltering"], wholes("address", "adapter", "vendor", "product"))]),
        "filesystem": device(["accessmode"], ["source": parts(["dir", "file", "name"], [:])]),
        "graphics": parts(
            ["type", "port", "autoport", "listen"], ["listen": parts(["type", "address", "network"], [:])]),
        "rng": device([], ["backend": parts(["model"], [:])]),
        "tpm": device([], ["backend": parts(["type", "version"], [:])]),
    ]

    /// A device with what all have.
    private static func device(_ attributes: Set<String>, _ members: [String: Kept] = [:]) -> Kept {
        parts(
            attributes.union(["type", "model"]),
            wholes("address", "alias", "boot", "driver", "target", "model").merging(members) { $1 })
    }

    private static func wholes(_ names: String...) -> [String: Kept] {
        Dictionary(uniqueKeysWithValues: names.map { ($0, whole) })
    }
}
