public import Execution
internal import FoundationEssentials
internal import Glibc
public import HostModel
public import SystemPackage

/// The CPUs of a machine, through `/sys/devices/system/cpu/cpuN/online`.
public struct KernelCPUs: CPUHost {
    private let files: HostFiles

    /// Those of the running machine, or of the file tree below `root`.
    public init(root: FilePath = "/") { files = HostFiles(root: root) }

    /// The CPUs that are online.
    public func online() throws(StepFailure) -> CPUSet {
        var reader = FactReader(files: files)
        let cpus = reader.onlineCPUs()
        guard !cpus.isEmpty else {
            throw .refused(HostRefusal(call: "online", kind: .other, code: 0, message: "no CPU is known to be online"))
        }
        return cpus
    }

    /// Before the first CPU goes, where all of them are is on the disk: from then on the kernel does not tell it.
    public func set(_ cpus: CPUSet, online: Bool) throws(StepFailure) -> CPUSet {
        if !online { try remember(cpus) }
        do throws(SysfsError) {
            var kept = CPUSet()
            for cpu in cpus {
                do throws(SysfsError) {
                    try files.write(line: online ? "1" : "0", to: "\(cpuFolder)/cpu\(cpu)/online")
                } catch {
                    if error.isNotPermitted { throw error }
                    kept.insert(cpu)
                }
            }
            return kept
        } catch {
            throw .refused(HostRefusal(error))
        }
    }

    /// Those that are parked already stay in the file: facts count them as online.
    private func remember(_ cpus: CPUSet) throws(StepFailure) {
        guard let facts = HostDiscovery(root: files.root).facts().facts else {
            throw .refused(
                HostRefusal(call: "online", kind: .other, code: 0, message: "it is not known where CPUs \(cpus) are"))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let json = try? encoder.encode(ParkedCPUs(facts.parkedCPUs.union(cpus), of: facts)) else {
            preconditionFailure("parked CPUs are sets of numbers, which JSON can hold")
        }
        let path = files.path(KernelCPUs.memory)
        RuntimeFolder.make(path.removingLastComponent())
        do throws(SysfsError) {
            try AtomicFile.write(Array(json), to: path)
        } catch {
            throw .refused(HostRefusal(error))
        }
    }

    /// Gone with the next boot, when all CPUs are online again.
    static let memory = "run/numactl-plan/parked-cpus.json"
}

extension FactReader {
    /// CPUs that an apply has taken offline; nil when there are none. Where every CPU is online nobody needs to read the file.
    mutating func parkedCPUs() -> ParkedCPUs? {
        guard let offline: CPUSet = list("\(cpuFolder)/offline"), !offline.isEmpty,
            let text = text(KernelCPUs.memory)
        else { return nil }
        do {
            return try JSONDecoder().decode(ParkedCPUs.self, from: Data(text.utf8))
        } catch {
            garbled(KernelCPUs.memory, "it does not say which CPUs were taken offline")
            return nil
        }
    }

    /// The CPUs that can be taken offline and lose nothing by it: nil where control groups of version 1 forget a CPU that was offline.
    mutating func offlinableCPUs() -> CPUSet? {
        guard names(in: "sys/fs/cgroup")?.contains("cgroup.controllers") == true else { return nil }
        let cpus = CPUSet(numbers: numbers(in: cpuFolder, after: "cpu") ?? [])
        return CPUSet(cpus.filter { files.mayWrite("\(cpuFolder)/cpu\($0)/online") })
    }
}
