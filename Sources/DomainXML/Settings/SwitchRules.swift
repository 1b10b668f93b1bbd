internal import XMLTree

/// A setting that is an element without content in a container: there or not.
protocol SwitchRules: SettingRules where Value == Bool {
    /// The container and the order of its children.
    static var container: (name: String, order: [String]) { get }
    /// The element.
    static var element: String { get }
}

extension SwitchRules {
    static var path: String { "\(container.name).\(element)" }

    static func read(_ reading: DomainReading) -> Bool? {
        reading.domain.element(named: container.name)?.element(named: element).map { _ in true }
    }

    static func write(_ value: Bool?, into domain: inout XMLElement, of wanted: WantedSettings) {
        domain.edit(container.name) { $0.setFlag(element, value == true, order: container.order) }
    }

    static func entries(of value: Bool, in all: FoundSettings) -> [SettingEntry] { value ? entry(.flag(true)) : [] }
}
