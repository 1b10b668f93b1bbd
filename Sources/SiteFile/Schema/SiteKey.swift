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
    public let defaultValue: String?
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
    /// What the value may be.
    public let kind: PropertyKind
}

/// What a property in Nova's spelling may be. All values are text there, so quotes mean nothing.
public enum PropertyKind: Hashable, Sendable {
    /// One of Nova's spellings of true and false, in any case.
    case boolean
    /// A whole number in decimal digits.
    case integer(ClosedRange<Int>)
    /// One of some words.
    case choice([String])
    /// A list of vCPUs such as `0-3,8`, or nothing.
    case list
    /// A list of vCPUs; a leading `^` means all but these.
    case mask
    /// A number of MiB without a unit.
    case mebibytes
    /// `small`, `large`, `any`, a number of KiB, or a size in Nova's way.
    case pageSize
    /// Any text.
    case text

    /// The kind in an operator's words, for `… must be …`.
    public var phrase: String {
        switch self {
        case .boolean: "true or false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .list: "a list of vCPUs such as 0-3,8"
        case .mask: "a list of vCPUs such as 0-3 or ^0"
        case .mebibytes: "a number of MiB"
        case .pageSize: "small, large, any, a number of KiB, or a size such as 2MB"
        case .text: "text"
        }
    }
}
