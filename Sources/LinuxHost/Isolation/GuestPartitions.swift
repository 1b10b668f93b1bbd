public import Execution
public import HostModel
internal import LivePlacement
public import SystemPackage

/// The partitions of the kernel's scheduler that vCPUs of guests have, through the control groups in which libvirt's QEMU driver keeps
/// their threads.
///
/// A partition in the midst of the tree needs Linux 6.7: every group above it says which CPUs go to partitions below. It ends with its
/// group, and so with the guest.
public struct GuestPartitions: PartitionHost {
    private let files: HostFiles
    private let folder: String?

    /// Looks at the guests of a connection.
    ///
    /// - Parameter runtimeFolder: `XDG_RUNTIME_DIR`, below which the driver of a session keeps the numbers of its processes.
    public init(uri: String, root: FilePath = "/", runtimeFolder: String?) {
        files = HostFiles(root: root)
        folder = GuestProcessFiles.folder(uri: uri, runtimeFolder: runtimeFolder)
    }

    /// The file that has the CPUs of all isolated partitions; there since such a partition can be.
    static let isolated = "\(ProgramGroups.folder)/cpuset.cpus.isolated"

    /// The CPUs of each vCPU's partition, empty for a vCPU without one; nil for a guest that does not run, or has no control groups.
    public func partitions(of guest: String) throws(StepFailure) -> [VCPU: CPUSet]? {
        guard let group = group(of: guest) else { return nil }
        do { return try partitions(in: group) } catch { throw .refused(HostRefusal(error)) }
    }

    /// Gives these vCPUs partitions of their own, and takes them from all others of the guest. vCPUs that are not plugged are passed
    /// over. All of them or none.
    public func setPartitions(of guest: String, _ vcpus: [VCPU: CPUSet]) throws(StepFailure) {
        guard let group = group(of: guest) else { return }
        do throws(SysfsError) {
            let present = try partitions(in: group)
            let outer = GuestPartitions.outer(group)
            let released = present.filter { !$0.value.isEmpty && $0.value != vcpus[$0.key] }
            for vcpu in released.keys.sorted() { try release("\(group)/vcpu\(vcpu)") }
            let lost = released.values.reduce(into: CPUSet()) { $0.formUnion($1) }
            for name in outer.reversed() { try lend(name) { $0.subtracting(lost) } }
            let made = vcpus.filter { present[$0.key].map(\.isEmpty) ?? false || released[$0.key] != nil }
            let gained = made.values.reduce(into: CPUSet()) { $0.formUnion($1) }
            for name in outer { try lend(name) { $0.union(gained) } }
            do throws(SysfsError) {
                for (vcpu, cpus) in made.sorted(by: { $0.key < $1.key }) { try make("\(group)/vcpu\(vcpu)", of: cpus) }
            } catch {
                for vcpu in made.keys { try? release("\(group)/vcpu\(vcpu)") }
                throw error
            }
        } catch {
            throw .refused(HostRefusal(error))
        }
    }

    private func group(of guest: String) -> String? {
        let reader = GuestProcessReader(root: files.root)
        guard let folder, (try? files.text(GuestPartitions.isolated)) ?? nil != nil,
            let process = try? reader.identity(of: guest, pidFile: "\(folder)/\(guest).pid"),
            let text = try? files.text("proc/\(process)/cgroup"), let found = GuestGroups.folder(in: text),
            !found.isVersion1
        else { return nil }
        return found.path
    }

    private func partitions(in group: String) throws(SysfsError) -> [VCPU: CPUSet] {
        var found: [VCPU: CPUSet] = [:]
        for name in try files.names(in: group) ?? [] {
            guard name.hasPrefix("vcpu"), let number = Int(name.dropFirst("vcpu".count)), number >= 0 else { continue }
            let state = try files.text("\(group)/\(name)/cpuset.cpus.partition") ?? ""
            let isPartition = SysfsText.trimmed(state) == "isolated"
            found[VCPU(number)] = isPartition ? try cpus("\(group)/\(name)") : []
        }
        return found
    }

    /// The groups above the vCPUs', from the root on, which itself is none of them.
    private static func outer(_ group: String) -> [String] {
        let names = group.dropFirst(ProgramGroups.folder.count).split(separator: "/")
        return names.indices.map { "\(ProgramGroups.folder)/\(names[...$0].joined(separator: "/"))" }
    }

    private func cpus(_ group: String) throws(SysfsError) -> CPUSet {
        try files.text("\(group)/cpuset.cpus.exclusive").flatMap { SysfsText.list($0) } ?? []
    }

    /// Changes which CPUs a group lends to partitions below it.
    private func lend(_ group: String, _ change: (CPUSet) -> CPUSet) throws(SysfsError) {
        let now = try cpus(group)
        guard change(now) != now else { return }
        try files.write(line: "\(change(now))", to: "\(group)/cpuset.cpus.exclusive")
    }

    private func make(_ group: String, of cpus: CPUSet) throws(SysfsError) {
        // With other CPUs its vCPU would be moved.
        guard try files.text("\(group)/cpuset.cpus").flatMap({ SysfsText.list($0) }) == cpus else {
            throw .garbled(path: files.path("\(group)/cpuset.cpus"), text: "not \(cpus)")
        }
        try files.write(line: "\(cpus)", to: "\(group)/cpuset.cpus.exclusive")
        try files.write(line: "isolated", to: "\(group)/cpuset.cpus.partition")
        let state = SysfsText.trimmed(try files.text("\(group)/cpuset.cpus.partition") ?? "")
        guard state != "isolated" else { return }
        // `isolated invalid (Cpu list in cpuset.cpus not exclusive)`
        throw .garbled(path: files.path("\(group)/cpuset.cpus.partition"), text: SysfsText.excerpt(String(state)))
    }

    private func release(_ group: String) throws(SysfsError) {
        try files.write(line: "member", to: "\(group)/cpuset.cpus.partition")
        try files.write(line: "", to: "\(group)/cpuset.cpus.exclusive")
    }
}
