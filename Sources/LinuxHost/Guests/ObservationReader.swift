public import Diagnostics
public import Doctor
internal import Execution
internal import HostModel
public import SystemPackage

/// Reads what the doctor looks at; writes nothing and starts nothing.
public struct ObservationReader: Sendable {
    private let files: HostFiles

    /// Looks at the running machine, or at the captured file tree below `root`.
    public init(root: FilePath = "/") { files = HostFiles(root: root) }

    /// Adds to what is known of a host what its files tell.
    ///
    /// - Returns: Findings about files that are there and cannot be read (NP402): what they would tell stays unknown.
    public func complete(_ host: inout Observations) -> [Diagnostic] {
        var reader = FactReader(files: files)
        host.hasFiles = true
        host.kvm = reader.kvm()
        host.cgroupControllers = reader.cgroupControllers()
        for name in ["kernel/numa_balancing", "vm/nr_overcommit_hugepages", "vm/zone_reclaim_mode"] {
            host.sysctl[name.replacingSlashes] = reader.line("proc/sys/\(name)")
        }
        for name in ["kernel/mm/transparent_hugepage/enabled", "kernel/mm/ksm/run", "kernel/mm/ksm/merge_across_nodes"]
        {
            host.sysfs[name] = reader.line("sys/\(name)")
        }
        host.sysctlFiles = reader.sysctlFiles()
        host.swaps = reader.swaps()
        host.tuned = reader.tuned()
        host.managedSaves = reader.managedSaves()
        host.guestsAtShutdown = reader.guestsAtShutdown()
        let boot = reader.bootFile()
        host.bootTargets = boot.map { Dictionary($0.targets.map { ($0.pool, $0.pages) }, uniquingKeysWith: max) }
        host.isolation = boot?.isolation
        host.bootUnitEnabled = reader.isThere("etc/systemd/system/sysinit.target.wants/numactl-plan-hugepages.service")
        host.enforcesSELinux = reader.line("sys/fs/selinux/enforce") == "1"
        host.hasAppArmor = reader.line("sys/module/apparmor/parameters/enabled") == "Y"
        return reader.diagnostics
    }
}

extension FactReader {
    /// The text of a file of one line; nil when it is absent or cannot be read.
    mutating func line(_ name: String) -> String? { text(name).map { String(SysfsText.trimmed($0)) } }

    /// Whether there is something of that name; nil when its folder cannot be read.
    mutating func isThere(_ name: String) -> Bool? {
        let parts = name.split(separator: "/")
        guard let last = parts.last else { return nil }
        let count = diagnostics.count
        let names = names(in: parts.dropLast().joined(separator: "/"))
        return names.map { $0.contains(String(last)) } ?? (diagnostics.count == count ? false : nil)
    }

    fileprivate mutating func kvm() -> KVM? {
        guard let hasDevice = isThere("dev/kvm") else { return nil }
        let flags = text("proc/cpuinfo", limit: 1 << 24).flatMap { text in
            text.split(separator: "\n").first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
        }
        let words = flags.map { Set($0.split(separator: " ")) }
        let module = ["kvm_intel", "kvm_amd"].first { isThere("sys/module/\($0)/parameters/nested") == true }
        let nested = module.flatMap { line("sys/module/\($0)/parameters/nested") }
        return KVM(
            hasDevice: hasDevice, isInCPUs: words.map { $0.contains("vmx") || $0.contains("svm") }, module: module,
            isNested: nested.map { ["Y", "1"].contains($0) })
    }

    /// Version 2 tells in one file; of version 1 each controller is mounted by itself.
    fileprivate mutating func cgroupControllers() -> Set<String>? {
        if let text = line("sys/fs/cgroup/cgroup.controllers") {
            return Set(text.split(separator: " ").map(String.init))
        }
        guard let mounts = text("proc/self/mountinfo", limit: 1 << 24) else { return nil }
        var controllers: Set<String> = []
        for mount in mounts.split(separator: "\n") {
            let fields = mount.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count, fields[dash + 1] == "cgroup" else {
                continue
            }
            controllers.formUnion(fields[dash + 3].split(separator: ",").map(String.init))
        }
        return controllers.isEmpty ? nil : controllers
    }

    fileprivate mutating func swaps() -> [String]? {
        text("proc/swaps").map { text in
            text.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first.map(String.init) }
        }
    }

    fileprivate mutating func managedSaves() -> [String]? {
        let folder = "var/lib/libvirt/qemu/save"
        guard isThere("var/lib/libvirt/qemu") != nil else { return nil }
        let count = diagnostics.count
        let found = names(in: folder)
        guard diagnostics.count == count else { return nil }
        return (found ?? []).filter { $0.hasSuffix(".save") }.map { String($0.dropLast(".save".count)) }
    }

    /// What libvirt-guests does at shutdown: `suspend` unless its file says otherwise; nil where it is not enabled.
    fileprivate mutating func guestsAtShutdown() -> String? {
        guard isThere("etc/systemd/system/multi-user.target.wants/libvirt-guests.service") == true else { return nil }
        for name in ["etc/default/libvirt-guests", "etc/sysconfig/libvirt-guests"] {
            for line in (text(name) ?? "").split(separator: "\n").reversed() where line.hasPrefix("ON_SHUTDOWN=") {
                return line.dropFirst("ON_SHUTDOWN=".count).filter { $0 != "\"" && $0 != "'" && $0 != " " }
            }
        }
        return "suspend"
    }

    fileprivate mutating func bootFile() -> BootFile? {
        let path = String(BootFile.standardPath.string.dropFirst())
        return isThere(path) == true ? BootFile.read(files.path(path)).value : nil
    }
}

extension String {
    fileprivate var replacingSlashes: String { split(separator: "/").joined(separator: ".") }
}
