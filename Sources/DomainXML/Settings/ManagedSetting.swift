/// One thing in a definition that this project manages.
///
/// A setting has a file of its own, which says everything about it, and its place in a table. What walks all settings (differences,
/// digests, preconditions, patches, saved plans) knows none by name.
public protocol ManagedSetting: Sendable {
    /// What the setting is where it is there.
    associatedtype Value: Hashable & Sendable

    /// Where its values are kept.
    static var slot: SettingSlot<Value> { get }
}

/// Values of settings, by setting: those found in a domain, or those wanted of one.
public protocol SettingValues {
    /// The value of a setting; nil where there is none.
    subscript<Setting: ManagedSetting>(setting: Setting.Type) -> Setting.Value? { get set }
}

/// Where values of one setting are kept, and whether a domain keeps the setting unless another value is wanted.
public struct SettingSlot<Value: Hashable & Sendable>: Sendable {
    let field: SettingField<Value>
    let isKeptUnlessWanted: Bool
}

/// The place of one setting in the table and its member of the store.
struct SettingField<Value: Hashable & Sendable>: Sendable {
    let place: SettingTable
    let path: any WritableKeyPath<SettingStore, Value?> & Sendable

    init(_ place: SettingTable, _ path: any WritableKeyPath<SettingStore, Value?> & Sendable) {
        (self.place, self.path) = (place, path)
    }
}
