internal import DomainXML
internal import Placement
internal import SiteFile

/// What is wanted of a guest at its place, and what follows from that alone.
struct WantedAtPlace {
    let settings: WantedSettings
    /// The settings as they are shown.
    let entries: [SettingEntry]
    /// What the mark of a definition with these settings says that we manage.
    let managedPaths: [String]
    /// The digest of the settings in such a mark.
    let spec: String
    /// What changes where there is no domain yet.
    let created: [ChangedPart]

    init(_ settings: WantedSettings) {
        self.settings = settings
        entries = settings.settings
        managedPaths = Set(entries.map { String(Substring($0.path.utf8.prefix { $0 != UInt8(ascii: "[") })) }).sorted()
        spec = WantedSettings.digest(of: entries)
        created = entries.map {
            ChangedPart(.setting($0.key), now: nil, want: ChangedPart.PartValue($0.value), when: .define)
        }
    }
}

/// What is wanted of guests at their places. Guests of one flavor mostly are at few different ones, so the last answers are kept.
struct WantedAtPlaces {
    private static let most = 8

    private let parts: WantedParts
    private var known: [(demand: GuestDemand, place: GuestPlacement, wanted: WantedAtPlace)] = []

    init(_ parts: WantedParts) { self.parts = parts }

    /// What is wanted of a guest.
    mutating func wanted(_ demand: GuestDemand, at placement: GuestPlacement) -> WantedAtPlace {
        // Nothing that is wanted says the guest's name.
        var place = placement
        place.name = ""
        if let same = known.first(where: { $0.place == place && $0.demand == demand }) { return same.wanted }
        let wanted = WantedAtPlace(parts.settings(of: demand, at: place))
        if known.count == WantedAtPlaces.most { known.removeFirst() }
        known.append((demand, place, wanted))
        return wanted
    }
}
