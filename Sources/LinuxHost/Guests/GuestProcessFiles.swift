/// Where libvirt's QEMU driver keeps the numbers of its processes.
public enum GuestProcessFiles {
    /// The folder of the `NAME.pid` files for a connection, named from the root; nil when its guests run on another machine, or
    /// under another hypervisor.
    ///
    /// - Parameter runtimeFolder: `XDG_RUNTIME_DIR`, below which the driver of a session keeps them.
    public static func folder(uri: String, runtimeFolder: String?) -> String? {
        let parts = uri.split(separator: "?", maxSplits: 1)
        switch parts.first {
        case "qemu:///system": return "run/libvirt/qemu"
        case "qemu:///session": return runtimeFolder.map { "\($0)/libvirt/qemu/run" }
        case "qemu:///embed":
            let options = (parts.count > 1 ? parts[1] : "").split(separator: "&")
            return options.first { $0.hasPrefix("root=") }.map { "\($0.dropFirst("root=".count))/run/qemu" }
        default: return nil
        }
    }
}
