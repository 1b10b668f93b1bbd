/// Values of any settings, each under the setting that it is the value of.
struct SettingStore: Hashable, Sendable {
    private struct Box: Hashable, Sendable {
        let value: any Hashable & Sendable

        static func == (left: Box, right: Box) -> Bool { left.isEqual(to: right.value) }

        func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }

        private func isEqual<Value: Hashable>(to other: Value) -> Bool { value as? Value == other }
    }

    private var boxes: [ObjectIdentifier: Box] = [:]

    subscript<Setting: ManagedSetting>(setting: Setting.Type) -> Setting.Value? {
        get { boxes[ObjectIdentifier(setting)].flatMap { $0.value as? Setting.Value } }
        set { boxes[ObjectIdentifier(setting)] = newValue.map(Box.init(value:)) }
    }
}
