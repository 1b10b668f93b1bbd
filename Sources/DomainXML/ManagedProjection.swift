public import HostModel
public import XMLTree

/// What this project manages of a definition, as a definition of its own: our settings and our mark, and nothing else.
///
/// Whatever means the same is written the same, so that two projections differ exactly where something of ours does. What a domain
/// has besides (disks, passwords, the operator's own metadata) is not in there.
public enum ManagedProjection {
    /// The managed part of a definition.
    ///
    /// - Parameter defaultHugePage: What `<hugepages/>` alone means on the host; without it that equals only itself.
    /// - Throws: ``DomainXMLError`` where a managed setting cannot be understood.
    public static func of(
        _ definition: XMLElement, defaultHugePage: PageSize? = nil
    ) throws(DomainXMLError) -> XMLElement {
        let found = try FoundSettings(reading: definition).canonical(defaultHugePage: defaultHugePage)
        return DomainPatch.apply(
            WantedSettings(keeping: found), mark: OwnershipMark(reading: definition), to: XMLElement("domain"))
    }
}
