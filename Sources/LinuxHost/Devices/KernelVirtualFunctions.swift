public import Execution
public import HostModel
public import SystemPackage

/// The virtual functions of a machine's PCI devices, through sysfs.
public struct KernelVirtualFunctions: VirtualFunctionHost {
    private let files: HostFiles

    /// Those of the running machine, or of the file tree below `root`.
    public init(root: FilePath = "/") { files = HostFiles(root: root) }

    /// How many a device has; nil for one that is gone, or can have none.
    public func count(of device: PCIAddress) throws(StepFailure) -> Int? {
        do throws(SysfsError) {
            let name = file(of: device)
            guard let text = try files.text(name) else { return nil }
            guard let count = SysfsText.number(SysfsText.trimmed(text)) else {
                throw .garbled(path: files.path(name), text: SysfsText.excerpt(text))
            }
            return Int(clamping: count)
        } catch {
            throw .refused(HostRefusal(error))
        }
    }

    /// Divides a device into so many. The kernel goes from one number to another only by way of none.
    public func divide(_ device: PCIAddress, into count: Int) throws(StepFailure) {
        let present = try self.count(of: device) ?? 0
        guard present != count else { return }
        let used = (0..<present).compactMap { number -> PCIAddress? in
            let function = "\(folder(of: device))/virtfn\(number)"
            guard files.linkName("\(function)/driver") == "vfio-pci" else { return nil }
            return files.linkName(function).flatMap { PCIAddress($0) }
        }
        guard used.isEmpty else { throw .vfsInUse(device, by: used) }
        do throws(SysfsError) {
            if present > 0, count > 0 { try files.write(line: "0", to: file(of: device)) }
            try files.write(line: "\(count)", to: file(of: device))
        } catch {
            throw .refused(HostRefusal(error))
        }
    }

    /// Whether the device has a driver, without which it cannot be divided.
    func hasDriver(_ device: PCIAddress) -> Bool { files.linkName("\(folder(of: device))/driver") != nil }

    private func folder(of device: PCIAddress) -> String { "sys/bus/pci/devices/\(device)" }
    private func file(of device: PCIAddress) -> String { "\(folder(of: device))/sriov_numvfs" }
}
