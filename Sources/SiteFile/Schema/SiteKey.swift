/// What the manual, the JSON Schema and the tests need to know of one key of the site file.
public struct SiteKey: Hashable, Sendable {
    /// Where the key may stand.
    public let place: SitePlace
    /// The key.
    public let name: String
    /// Whether the key must be given.
    public let isRequired: Bool
    /// What the key means, one sentence without a full stop.
    public let summary: String
    /// What may stand at it.
    public let kind: ValueKind
    /// What holds when the key is not given, as one would write it; nil when that is no single value.
    public let standard: String?
}

/// A property in Nova's spelling that `properties` or `image_properties` may hold with effect.
public struct SiteProperty: Hashable, Sendable {
    /// The flavor's extra spec, `hw:cpu_policy`, or nil when only images have it.
    public let flavorName: String?
    /// The image's property, `hw_cpu_policy`, or nil when only flavors have it.
    public let imageName: String?
    /// Whether `.N` with the number of a cell follows the name.
    public let isIndexed: Bool
    /// The native key with this meaning, or nil.
    public let nativeName: String?
    /// What the value may be, in words.
    public let form: String
}
