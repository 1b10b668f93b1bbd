public import XMLTree

/// What a whole definition may hold that comes from somewhere else than this host: what a common guest has, and of the host nothing
/// but disks, networks, PCI devices and a kernel, as a site file can name them too.
///
/// It is a list of what is known to be harmless. Raw QEMU arguments, scripts, programs, host folders, files that a device writes, and
/// whatever libvirt may add one day are not on it.
public enum DefinitionLimits {
    /// The first element or attribute beyond the limits, as words for a finding: `<qemu:commandline>`; nil for none.
    public static func excess(of domain: XMLElement) -> String? {
        guard domain.name == "domain", ["kvm", "qemu", "test"].contains(domain[attribute: "type"] ?? "kvm") else {
            return "the type of the domain"
        }
        if let attribute = domain.attributes.first(where: { !["type", "id"].contains($0.name) }) {
            return "'\(attribute.name)'"
        }
        for element in domain.elements where element.name != "metadata" {
            guard top.contains(element.name) else { return "<\(element.name)>" }
            if let found = excess(in: element) { return found }
        }
        return nil
    }

    private static let top: Set<String> = [
        "name", "uuid", "genid", "title", "description", "memory", "currentMemory", "maxMemory", "memoryBacking",
        "memtune", "vcpu", "vcpus", "iothreads", "iothreadids", "cputune", "numatune", "os", "sysinfo", "features",
        "cpu",
        "clock", "on_poweroff", "on_reboot", "on_crash", "pm", "devices",
    ]

    private static let system: Set<String> = [
        "type", "loader", "nvram", "boot", "bootmenu", "smbios", "bios", "firmware", "kernel", "initrd", "cmdline",
    ]

    private static func excess(in element: XMLElement) -> String? {
        switch element.name {
        case "os":
            if element.element(named: "nvram")?[attribute: "template"].map({ !$0.hasPrefix("/usr/share/") }) == true {
                return "the template of <nvram>"
            }
            return element.elements.first { !system.contains($0.name) }.map { "<\($0.name)>" } ?? prefixed(element)
        case "sysinfo" where element[attribute: "type"] ?? "smbios" != "smbios": return "<sysinfo>"
        case "devices":
            for device in element.elements {
                if let found = DeviceLimits.excess(of: device) ?? prefixed(device) { return found }
            }
            return nil
        default: return prefixed(element)
        }
    }

    /// A name with a prefix, or a declaration of a namespace: another vocabulary than libvirt's.
    private static func prefixed(_ element: XMLElement) -> String? {
        if element.name.contains(":") { return "<\(element.name)>" }
        if let attribute = element.attributes.first(where: { $0.name.contains(":") || $0.name == "xmlns" }) {
            return "'\(attribute.name)'"
        }
        for child in element.elements { if let found = prefixed(child) { return found } }
        return nil
    }
}
