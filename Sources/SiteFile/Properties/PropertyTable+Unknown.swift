internal import Diagnostics
internal import YAMLTree

extension PropertyTable {
    /// A flavor's property that is not in the table: a mistake when it is of the `hw` namespace and Nova does not know it either,
    /// else something for the scheduler or for devices.
    ///
    /// - Returns: The field that was probably meant, about which rules must stay silent; nil when none was.
    static func unknownOfFlavor(_ pair: YAMLPair, _ report: inout Findings) -> String? {
        if pair.name.hasPrefix("trait:") {
            checkTrait(pair, &report)
        } else if passedOver.contains(pair.name) || (pair.name.contains(":") && !pair.name.hasPrefix("hw:")) {
            ignored(pair, &report)
        } else {
            return unknown(pair, &report)
        }
        return nil
    }

    /// An image carries many properties for others, so one that is not in the table is only mentioned.
    static func unknownOfImage(_ pair: YAMLPair, _ report: inout Findings) -> String? {
        if pair.name.hasPrefix("trait:") { return nil }
        let near = suggestion(for: pair.name, among: properties.compactMap(\.described.imageName))
        ignored(pair, hint: near.map { "did you mean '\($0)'?" }, &report)
        return nil
    }

    /// Traits speak to a scheduler; only their two words are checked.
    private static func checkTrait(_ pair: YAMLPair, _ report: inout Findings) {
        let words = FlavorSettings.Trait.allCases.map(\.rawValue)
        let word = pair.value.scalar?.text ?? ""
        if !words.contains(word) { report.unknownWord(word, of: words, pair.name, at: pair.value.mark) }
    }

    private static func unknown(_ pair: YAMLPair, _ report: inout Findings) -> String? {
        let near = suggestion(for: pair.name, among: properties.compactMap(\.described.flavorName))
        let isNative = FlavorDraft.table.keys.contains { $0.name == pair.name }
        let hint =
            if isNative {
                "write it as a key of the flavor, or spell it 'hw:\(pair.name)' here"
            } else if let near {
                "did you mean '\(near)'?"
            } else {
                "numactl-plan-site(5) lists the properties"
            }
        report.error(.unknownKey, "unknown Nova property '\(pair.name)'", at: pair.mark, hint: hint)
        return isNative ? pair.name : properties.first { $0.described.flavorName == near }?.field
    }

    private static func ignored(_ pair: YAMLPair, hint: String? = nil, _ report: inout Findings) {
        report.warning(.wishDropped, "the property '\(pair.name)' is ignored", at: pair.mark, hint: hint)
    }
}
