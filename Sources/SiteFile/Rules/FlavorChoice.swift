internal import Diagnostics

/// What a guest's flavor and the guest itself say together: the guest's word counts where both speak.
struct FlavorChoice: Sendable, Hashable {
    /// The flavor's side, native keys and properties in one.
    var settings = FlavorSettings()
    /// The image's side.
    var image = FlavorSettings()
    /// Keys whose values could not be read; rules about them stay silent.
    var broken: Set<String> = []

    /// Says nothing.
    init() {}

    /// Joins the spellings of one draft; a key given in both with different values is an error.
    init(_ draft: FlavorDraft, _ report: inout Findings) {
        settings = draft.native
        if let properties = draft.properties?.value.settings { settings.fill(from: properties, &report) }
        image = draft.imageProperties?.value.settings ?? FlavorSettings()
        broken = draft.broken
        broken.formUnion(draft.properties?.value.broken ?? [])
        broken.formUnion(draft.imageProperties?.value.broken ?? [])
    }

    /// This guest's word over its flavor's.
    func over(_ flavor: FlavorChoice) -> FlavorChoice {
        var result = flavor
        result.settings.override(with: settings)
        result.image.override(with: image)
        result.broken.formUnion(broken)
        return result
    }
}

extension FlavorSettings {
    /// Settings that say nothing.
    private static let nothing = FlavorSettings()

    /// Whether they say nothing.
    var isEmpty: Bool { self == FlavorSettings.nothing }

    /// Takes over what only the properties say, and reports what both say differently.
    fileprivate mutating func fill(from properties: FlavorSettings, _ report: inout Findings) {
        for field in FlavorField.all {
            if let conflict = field.conflict(self, properties) {
                let place = "line \(conflict.native.line), column \(conflict.native.column)"
                report.error(
                    .conflictingKeys, "'\(field.name)' is given here and as a key, with different values",
                    at: conflict.property, label: "the key's value is at \(place)", hint: "keep one of the two")
            }
            if !field.isSet(self) { field.copy(properties, &self) }
        }
    }

    /// Puts what `top` says over what is here.
    fileprivate mutating func override(with top: FlavorSettings) {
        guard !top.isEmpty else { return }
        let groups = Set(FlavorField.all.filter { $0.isSet(top) }.compactMap(\.group))
        for field in FlavorField.all where field.isSet(top) || field.group.map(groups.contains) == true {
            field.copy(top, &self)
        }
    }
}
