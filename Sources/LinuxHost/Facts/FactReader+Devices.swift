internal import HostModel

extension FactReader {
    /// The PCI devices of the host, ascending by address; empty when the kernel shows none.
    ///
    /// A device's cell is nil when the kernel has none for it (`-1`, or no file), or when that cell is not one of `cells`.
    mutating func devices(cells: [Cell]) -> [HostDevice] {
        let folder = "sys/bus/pci/devices"
        let addresses = (names(in: folder) ?? []).compactMap { PCIAddress($0) }.sorted()
        return addresses.map { address in
            let node = signedNumber("\(folder)/\(address)/numa_node")
            let cell = cells.first { $0.id.rawValue == node }
            return HostDevice(address: address, cell: cell?.id, socket: cell?.socket)
        }
    }

    /// The socket of these CPUs; nil when they are on several, or one does not tell.
    mutating func socket(of cpus: CPUSet) -> Int? {
        var common: Int?
        for cpu in cpus {
            guard let socket = signedNumber("\(cpuFolder)/cpu\(cpu)/topology/physical_package_id"), socket >= 0,
                common ?? socket == socket
            else { return nil }
            common = socket
        }
        return common
    }

    /// The number of a file in which the kernel writes -1 for what it does not know.
    private mutating func signedNumber(_ name: String) -> Int? {
        value(name, as: "a number") { text in
            let text = SysfsText.trimmed(text)
            return text == "-1" ? -1 : SysfsText.number(text).flatMap { Int(exactly: $0) }
        }
    }
}
