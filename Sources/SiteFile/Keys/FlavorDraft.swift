internal import Diagnostics
internal import HostModel

/// An entry of `flavors`, or the part of a guest that overrides its flavor, as it is written.
struct FlavorDraft: Sendable {
    /// The native keys.
    var native = FlavorSettings()
    /// `properties`.
    var properties: Located<PropertySettings>?
    /// `image_properties`.
    var imageProperties: Located<PropertySettings>?
    /// Native keys whose values could not be read.
    var broken: Set<String> = []

    static let table = KeyTable<FlavorDraft>(
        .flavor, FlavorSettings.keys.map(\.key) + pastedKeys, broken: \.broken)

    private static let pastedKeys: [Key<FlavorDraft>] = [
        Key(
            "properties", \.properties, PropertyTable.reader(ofImage: false), "A flavor's properties in Nova's spelling"
        ),
        Key(
            "image_properties", \.imageProperties, PropertyTable.reader(ofImage: true),
            "An image's properties in Nova's spelling"),
    ]
}
