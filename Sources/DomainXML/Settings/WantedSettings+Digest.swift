internal import HostModel

extension WantedSettings {
    /// A short text that is another one for other settings: FNV-1a of 64 bits over all paths and values in their order.
    ///
    /// It tells whether the same is wanted as before, and guards against nothing: whoever writes a mark can write any digest.
    public var digest: String { WantedSettings.digest(of: settings) }

    /// The digest of what has these ``settings``.
    package static func digest(of settings: [SettingEntry]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        }
        for setting in settings {
            add(setting.path)
            add("=")
            add(setting.value.digested)
            add("\n")
        }
        return "fnv1a:" + hash.padded(to: 16, radix: 16)
    }
}

extension SettingValue {
    fileprivate var digested: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .flag(let flag): flag ? "on" : "off"
        }
    }
}
