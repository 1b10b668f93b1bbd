public import HostModel
public import XMLTree

/// The managed parts alone, as a definition holds them: what a saved plan carries instead of a whole document.
extension ManagedParts {
    /// A `<domain>` with these parts and nothing else but the mark.
    ///
    /// What a wanted value leaves as it is stays out, so reading the fragment back gives parts that mean the same.
    public func fragment(mark: OwnershipMark? = nil) -> XMLElement {
        var domain = DomainPatch.apply(self, mark: mark, to: XMLElement("domain"))
        if ioThreads == 0 {
            domain.replaceElements(
                named: "iothreads", with: [XMLElement("iothreads", text: "0")], order: LibvirtOrder.domain)
        }
        if let cpuMode {
            domain.modify("cpu", order: LibvirtOrder.domain) { cpu in
                if cpu[attribute: "mode"] == nil { cpu.attributes.insert(.init("mode", cpuMode), at: 0) }
            }
        }
        if hasMemoryHotplug {
            let amount = XMLElement("maxMemory", [.init("slots", "1"), .init("unit", "KiB")], text: "\(memory.count)")
            domain.replaceElements(named: "maxMemory", with: [amount], order: LibvirtOrder.domain)
        }
        return domain
    }

    /// Reads a fragment; a CPU mode that is not there is left as it is, not libvirt's default.
    ///
    /// - Throws: ``DomainXMLError`` at the first managed place that cannot be understood.
    public init(fragment: XMLElement) throws(DomainXMLError) {
        try self.init(reading: fragment)
        if fragment.element(named: "cpu")?[attribute: "mode"] == nil { cpuMode = nil }
    }

    /// The settings as paths and values of which those that mean the same are the same, in the order of a definition.
    ///
    /// - Parameter defaultHugePage: What `<hugepages/>` alone means; without it that equals only itself.
    public func canonicalSettings(defaultHugePage: PageSize?) -> [ManagedSetting] {
        canonical(defaultHugePage).settings
    }
}
