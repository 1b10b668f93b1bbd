internal import HostModel

/// Lists of CPUs, sizes, PCI addresses. What was read is written in one form, which is read back the same.
func readLists(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let set = try? CPUSet(parsing: text) {
        precondition((try? CPUSet(parsing: set.description)) == set, "the list \(set) is read as another one")
        precondition(set.count == Array(set).count, "the list \(set) is miscounted")
    }
    if let size = try? Size.parse(text) {
        precondition((try? Size.parse(size.description)) == size, "the size \(size) is read as another one")
    }
    if let address = PCIAddress(text) {
        precondition(PCIAddress(address.description) == address, "the address \(address) is read as another one")
    }
    if let sum = SHA256(parsing: text) { precondition(sum.description == text.lowercased(), "another checksum") }
    precondition(SHA256(of: bytes).description.utf8.count == 64, "a checksum of another length")
}
