/// The tables that the reader walks, as data.
public enum SiteSchema {
    /// The keys of a place, in the order of the manual.
    public static func keys(of place: SitePlace) -> [SiteKey] {
        switch place {
        case .site: SiteDraft.table.described
        case .host: HostDraft.table.described
        case .hostCPUs: HostDraft.DeclaredCPUs.table.described
        case .reserved: HostDraft.Reserved.table.described
        case .reservedCell: HostDraft.ReservedCell.table.described
        case .pools: HostDraft.DeclaredPools.table.described
        case .pool: HostDraft.DeclaredPool.table.described
        case .actor: ActorDraft.table.described
        case .flavor: FlavorDraft.table.described
        case .guest: GuestDraft.table.described
        case .numaCell: NUMACellDraft.table.described
        case .cpuTopology: TopologyDraft.table.described
        case .scheduler: SchedulerDraft.table.described
        case .disk: DiskDraft.table.described
        case .interface: InterfaceDraft.table.described
        case .hostDevice: HostDeviceDraft.table.described
        }
    }

    /// All keys of all places.
    public static var keys: [SiteKey] { SitePlace.allCases.flatMap(keys(of:)) }

    /// The places that have a key of some name, for hints about keys at the wrong place.
    static let homes: [String: [SitePlace]] = Dictionary(grouping: keys, by: \.name).mapValues { $0.map(\.place) }

    /// The properties in Nova's spelling that have an effect, in the order of the manual.
    public static var properties: [SiteProperty] { PropertyTable.properties.map(\.described) }

    /// The flavor properties in Nova's spelling that are known and mean nothing here, ascending.
    public static var ignoredProperties: [String] { PropertyTable.passedOver.sorted() }
}
