internal import Diagnostics

/// One property in Nova's spelling, and what reads it.
struct PropertyKey: Sendable {
    /// Which side may say it.
    enum Side { case both, flavor, image }

    let described: SiteProperty
    /// The name under which rules know that the value could not be read.
    let field: String
    /// Reads the value into the settings; the number is that after an indexed name.
    let read: @Sendable (PropertyText, Int, inout FlavorSettings, inout Findings) -> Bool

    /// A property of the `hw` namespace: `hw:NAME` of a flavor, `hw_NAME` of an image.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<FlavorSettings, Located<Value>?> & Sendable,
        _ reader: PropertyReader<Value>, side: Side = .both, isNative: Bool = true
    ) {
        self.init(
            flavorName: side == .image ? nil : "hw:" + name, imageName: side == .flavor ? nil : "hw_" + name,
            nativeName: isNative ? name : nil, field: name, path, reader)
    }

    /// A property outside the `hw` namespace.
    init<Value>(
        flavorName: String?, imageName: String?, nativeName: String? = nil, field: String,
        _ path: any WritableKeyPath<FlavorSettings, Located<Value>?> & Sendable, _ reader: PropertyReader<Value>
    ) {
        described = SiteProperty(
            flavorName: flavorName, imageName: imageName, isIndexed: false, nativeName: nativeName, kind: reader.kind)
        self.field = field
        read = { property, _, settings, report in
            guard let value = reader.read(property, &report) else { return false }
            settings[keyPath: path] = Located(value, at: property.mark)
            return true
        }
    }

    /// A property that is given once for each cell, `hw:NAME.N`.
    init<Value>(
        indexed name: String, _ path: any WritableKeyPath<FlavorSettings, Located<[Int: Located<Value>]>?> & Sendable,
        _ reader: PropertyReader<Value>
    ) {
        described = SiteProperty(
            flavorName: "hw:" + name, imageName: "hw_" + name, isIndexed: true, nativeName: "numa_cells",
            kind: reader.kind)
        field = name
        read = { property, index, settings, report in
            guard let value = reader.read(property, &report) else { return false }
            var all = settings[keyPath: path] ?? Located([:], at: property.mark)
            all.value[index] = Located(value, at: property.mark)
            settings[keyPath: path] = all
            return true
        }
    }
}
