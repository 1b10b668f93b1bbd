public import XMLTree

/// Puts wanted settings into a definition and leaves everything else in it as it is.
///
/// Only the managed elements and attributes are replaced, where they stand; new ones go where libvirt writes them, and containers
/// that are left with nothing are removed. Patching twice is patching once, and ``FoundSettings/init(reading:)`` of the result has
/// no differences from what was wanted.
public enum DomainPatch {
    /// The definition with the wanted settings in it.
    ///
    /// Besides the settings themselves these things follow from them: `<maxMemory>` is raised where the memory has outgrown it; a list
    /// of single vCPUs (`<vcpus>`) that names other vCPUs or leaves some out is dropped; a guest whose memory can be plugged keeps
    /// one cell; schedulers of iothreads that are gone go; `<cpu>` loses model, vendor and attributes that do not go with a new mode;
    /// interconnects of cells that are gone go. What else refers to a cell or an iothread that is gone (a memory device, a disk)
    /// stays, and libvirt will refuse the definition: only a person can say what shall become of it.
    /// - Parameter mark: Our mark, in place of the one that is there; nil leaves that one.
    public static func apply(
        _ wanted: WantedSettings, mark: OwnershipMark?, to domain: XMLElement
    ) -> XMLElement {
        var result = domain
        for setting in SettingTable.all { setting.patch(&result, with: wanted) }
        for container in ["memoryBacking", "cputune", "numatune", "features", "cpu"] {
            let wasVoid = domain.element(named: container)?.isVoid ?? false
            if !wasVoid, result.element(named: container)?.isVoid == true { result.removeElements(named: container) }
        }
        if let mark { mark.patch(&result) }
        return result
    }

    /// The definition with our mark in place of the one that is there; all settings stay.
    public static func stamp(_ mark: OwnershipMark, on domain: XMLElement) -> XMLElement {
        var result = domain
        mark.patch(&result)
        return result
    }

    /// The definition without our mark; all settings stay.
    public static func release(_ domain: XMLElement) -> XMLElement {
        var result = domain
        OwnershipMark.remove(from: &result)
        return result
    }

    /// The definition under another name.
    public static func renamed(_ domain: XMLElement, to name: String) -> XMLElement {
        var result = domain
        guard result.element(named: "name")?.text != name else { return result }
        result.replaceElements(
            named: "name", with: [XMLElement("name", text: name)], order: LibvirtOrder.domain)
        return result
    }
}
