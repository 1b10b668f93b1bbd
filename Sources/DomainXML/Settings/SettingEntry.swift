/// What names one managed setting, or the part of one that belongs to a vCPU, an iothread or a guest cell.
///
/// Keys order as libvirt writes a definition. Each setting's file has its own: `.vcpuPin(3)`, `.emulatorPin`.
public struct SettingKey: Hashable, Sendable, Comparable {
    private let setting: SettingTable
    private let number: Int
    private let item: Int
    /// The stable path in the words of libvirt: `cputune.vcpupin[0]`, `cpu.numa.cell[1].memory_kib`. It follows from the rest.
    public let path: String

    /// The key of a setting that a domain has once.
    public init(_ setting: any ManagedSetting.Type) {
        self.init(setting, number: -1, item: 0, path: setting.place.rules.path)
    }

    /// The key of the part of a setting that belongs to one vCPU, iothread or guest cell.
    public init(_ setting: any ManagedSetting.Type, _ number: Int) {
        self.init(setting, number: number, item: 0, path: "\(setting.place.rules.path)[\(number)]")
    }

    /// - Parameters:
    ///   - number: What the part belongs to; -1 stands before all of them.
    ///   - item: The place among several of one number.
    init(_ setting: any ManagedSetting.Type, number: Int, item: Int, path: String) {
        self.setting = setting.place
        self.number = number
        self.item = item
        self.path = path
    }

    /// Whether this is a key of that setting.
    public func belongs(to other: any ManagedSetting.Type) -> Bool { setting == other.place }

    /// The vCPU, iothread or guest cell that the key is about, if it is one of that setting; nil for other keys.
    public func number(in other: any ManagedSetting.Type) -> Int? {
        belongs(to: other) && number >= 0 ? number : nil
    }

    /// Whether a running domain takes the setting at once.
    public var isTakenAtOnce: Bool { setting.rules.isTakenAtOnce }

    /// Whether the value is an amount of memory in KiB.
    public var isAmount: Bool { !setting.rules.amounts.isEmpty && SettingKey.isAmount(path) }

    /// Whether the setting of that path is an amount of memory in KiB.
    public static func isAmount(_ path: String) -> Bool {
        // Numbers of vCPUs and cells do not tell what a setting is.
        var isNumber = false
        let name = path.utf8.filter { byte in
            if byte == UInt8(ascii: "[") { isNumber = true }
            defer { if byte == UInt8(ascii: "]") { isNumber = false } }
            return !isNumber
        }
        return SettingTable.amounts.contains(String(decoding: name, as: UTF8.self))
    }

    /// Keys are equal when they name the same.
    public static func == (left: SettingKey, right: SettingKey) -> Bool {
        (left.setting, left.number, left.item) == (right.setting, right.number, right.item)
    }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(setting)
        hasher.combine(number)
        hasher.combine(item)
    }

    /// Orders as libvirt writes a definition.
    public static func < (left: SettingKey, right: SettingKey) -> Bool {
        (left.setting.rawValue, left.number, left.item) < (right.setting.rawValue, right.number, right.item)
    }
}

/// A setting's value as diffs, plans and reports show it.
public enum SettingValue: Hashable, Sendable {
    /// A word, a list of CPUs, a combination: `host-passthrough`, `0-3`, `strict 0-1`, `fifo:1`.
    case text(String)
    /// A number; the path says of what, `memory.kib`.
    case number(UInt64)
    /// A switch; only those that are on are settings.
    case flag(Bool)
}

/// One managed setting of a domain as diffs, plans and reports show it.
public struct SettingEntry: Hashable, Sendable {
    /// Which setting.
    public let key: SettingKey
    /// The value.
    public let value: SettingValue

    /// The stable path of the setting.
    public var path: String { key.path }
}

/// One setting that is not as wanted.
public struct SettingDifference: Hashable, Sendable {
    /// Which setting.
    public let key: SettingKey
    /// What it is; nil is absent.
    public let now: SettingValue?
    /// What is wanted; nil is absent.
    public let want: SettingValue?

    /// The stable path of the setting.
    public var path: String { key.path }
}
