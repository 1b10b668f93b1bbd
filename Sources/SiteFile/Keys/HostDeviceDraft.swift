internal import Diagnostics
internal import HostModel
internal import YAMLTree

/// An element of `host_devices` as it is written: an address alone, or what a device is to be.
struct HostDeviceDraft: Sendable {
    var address: Located<PCIAddress>?
    var kind: Located<DeviceClasses.Word>?
    var classes: Located<DeviceClasses>?
    var vendor: Located<DeviceNumber>?
    var model: Located<DeviceNumber>?
    var netdev: Located<String>?
    var isVirtualFunction: Located<Bool>?
    var count: Located<Int>?
    /// Keys whose values could not be read.
    var broken: Set<String> = []

    /// The most devices that one element asks for.
    static let most = 256

    static let table = KeyTable<Self>(
        .hostDevice,
        [
            Key("kind", \.kind, .choice, "What the device is, in a word"),
            Key(
                "class", \.classes, .deviceClasses,
                "What the device is: such a word, or the first digits of its PCI class"),
            Key("vendor", \.vendor, .deviceNumber, "The PCI vendor's number, four hexadecimal digits"),
            Key("device", \.model, .deviceNumber, "The vendor's number of the model, four hexadecimal digits"),
            Key("netdev", \.netdev, .text(.word), "The host's network interface whose device it is"),
            Key("address", \.address, .pciAddress, "The device's address"),
            Key(
                "vf", \.isVirtualFunction, .boolean, defaultValue: "false",
                "Whether to take virtual functions of such a device instead of the device"),
            Key("count", \.count, .integer(1...most), defaultValue: "1", "How many devices are wanted"),
        ], broken: \.broken)
}

extension ValueReader where Value == HostDeviceDraft {
    /// The address of a device, or a mapping of what it is to be.
    static var hostDevice: ValueReader {
        let (text, mapping) = (
            ValueReader<PCIAddress>.pciAddress, ValueReader.mapping(HostDeviceDraft.table, { HostDeviceDraft() })
        )
        let kind = ValueKind.textOrMapping(.pciAddress, .hostDevice)
        return ValueReader(kind) { entry, report in
            if entry.node.pairs != nil { return mapping.read(entry, &report) }
            guard entry.node.elements == nil else {
                entry.refuse(kind, because: "a list", &report)
                return nil
            }
            return text.located(entry, &report).map { HostDeviceDraft(address: $0) }
        }
    }
}

extension ValueReader where Value == DeviceClasses {
    /// A word for some classes, or the first digits of theirs.
    fileprivate static var deviceClasses: ValueReader {
        let text = ValueReader<String>.text(.deviceClass)
        return ValueReader(text.kind) { entry, report in
            text.read(entry, &report).flatMap { text in
                DeviceClasses.Word(rawValue: text).map { DeviceClasses($0) } ?? DeviceClasses(digits: text)
            }
        }
    }
}

extension ValueReader where Value == DeviceNumber {
    /// Four hexadecimal digits.
    fileprivate static var deviceNumber: ValueReader {
        let text = ValueReader<String>.text(.deviceNumber)
        return ValueReader(text.kind) { entry, report in text.read(entry, &report).flatMap { DeviceNumber($0) } }
    }
}
