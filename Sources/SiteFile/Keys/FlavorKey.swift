internal import Diagnostics

/// One native key of a flavor, and the setting that it is read into.
struct FlavorKey: Sendable {
    /// The key as one of a flavor's table.
    let key: Key<FlavorDraft>
    /// The setting, for what is done with all settings alike.
    let field: FlavorField

    init<Value: Equatable & Sendable>(
        _ name: String, _ path: any WritableKeyPath<FlavorSettings, Located<Value>?> & Sendable,
        in group: FlavorField.Group? = nil, _ reader: ValueReader<Value>, defaultValue: String? = nil, _ summary: String
    ) {
        let key = Key(name, path, reader, defaultValue: defaultValue, summary)
        self.key = Key(key, in: \FlavorDraft.native)
        field = FlavorField(name, path, in: group)
    }
}
