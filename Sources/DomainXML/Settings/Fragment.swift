public import XMLTree

/// The settings alone, as a definition holds them: what a saved plan carries instead of a whole document. What is left as it is
/// stays out, and so reading a fragment back gives settings that mean the same.
extension WantedSettings {
    /// A `<domain>` with the wanted settings and the mark, and nothing else.
    public func fragment(mark: OwnershipMark? = nil) -> XMLElement {
        var domain = DomainPatch.apply(self, mark: mark, to: XMLElement("domain"))
        for setting in SettingTable.all { setting.writeDefault(of: values, into: &domain) }
        return domain
    }

    /// Reads a fragment. What is not there is wanted not to be there, or left where the setting is kept unless wanted.
    ///
    /// - Throws: ``DomainXMLError`` at the first managed place that cannot be understood.
    public init(fragment: XMLElement) throws(DomainXMLError) {
        self.init(keeping: try FoundSettings(fragment: fragment))
    }
}

extension FoundSettings {
    /// A `<domain>` with these settings and nothing else.
    public func fragment() -> XMLElement { WantedSettings(keeping: self).fragment() }

    /// Reads a fragment; a CPU mode that is not there is none, not libvirt's default.
    ///
    /// - Throws: ``DomainXMLError`` at the first managed place that cannot be understood.
    public init(fragment: XMLElement) throws(DomainXMLError) {
        try self.init(reading: fragment)
        if fragment.element(named: "cpu")?[attribute: "mode"] == nil { cpuMode = nil }
    }
}
