internal import HostModel
internal import XMLTree

extension XMLElement {
    /// The element's text as an amount of memory, with its `unit` or in KiB.
    func memoryInText(_ path: String) throws(DomainXMLError) -> KiB {
        try memory(text, path)
    }

    /// An attribute as an amount of memory, in the element's `unit` or in KiB; nil where there is none.
    func memory(attribute: String, _ path: String) throws(DomainXMLError) -> KiB? {
        guard let text = self[attribute: attribute] else { return nil }
        return try memory(text, path)
    }

    /// libvirt turns an amount into bytes and rounds up to whole KiB.
    private func memory(_ text: String, _ path: String) throws(DomainXMLError) -> KiB {
        let unit = self[attribute: "unit"] ?? "KiB"
        guard let bytesPerUnit = bytes(ofUnit: unit) else { throw DomainXMLError(path, line: line, .unknownUnit(unit)) }
        guard let digits = plainDigits(text) else { throw DomainXMLError(path, line: line, .notANumber(text)) }
        guard let number = UInt64(digits) else { throw DomainXMLError(path, line: line, .outOfRange(text)) }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: bytesPerUnit)
        let amount = KiB(bytes / 1_024 + (bytes % 1_024 == 0 ? 0 : 1))
        guard !overflow, amount <= Size.maximum else {
            throw DomainXMLError(path, line: line, .outOfRange("\(text) \(unit)"))
        }
        return amount
    }
}

/// The bytes of a unit as libvirt knows it, in upper or lower case: `b` and `bytes`; `k` and `KiB` are 1,024, `KB` is 1,000; and so on.
func bytes(ofUnit unit: String) -> UInt64? {
    if unit == "KiB" { return 1_024 }
    let unit = unit.lowercased()
    if ["b", "byte", "bytes"].contains(unit) { return 1 }
    guard let letter = unit.first, let power = Array("kmgtpe").firstIndex(of: letter) else { return nil }
    let base: UInt64
    switch unit.dropFirst() {
    case "", "ib": base = 1_024
    case "b": base = 1_000
    default: return nil
    }
    return (0...power).reduce(1) { product, _ in product * base }
}

/// The memory devices of a domain: dimm, virtio-mem and their like.
struct MemoryDevices {
    /// The sum that libvirt adds to `<memory>`; enclave memory is not part of it.
    let total: KiB

    init(reading domain: XMLElement) throws(DomainXMLError) {
        var total = KiB.zero
        for device in domain.element(named: "devices")?.elements(named: "memory") ?? []
        where device[attribute: "model"] != "sgx-epc" {
            guard let size = device.element(named: "target")?.element(named: "size") else { continue }
            total += try size.memoryInText("devices.memory.size")
        }
        self.total = total
    }
}
