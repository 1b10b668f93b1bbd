public import Execution
internal import Glibc
public import HostModel
public import SystemPackage

/// Where the interrupts of a machine come and its work queues run, through `/proc/irq` and sysfs.
public struct KernelAffinities: AffinityHost {
    private let files: HostFiles

    /// Those of the running machine, or of the file tree below `root`.
    public init(root: FilePath = "/") { files = HostFiles(root: root) }

    private static let newInterrupts = "proc/irq/default_smp_affinity"
    static let workqueues = "sys/devices/virtual/workqueue/cpumask"

    /// The CPUs of an interrupt, or of the work queues; nil when there is none of that number and name.
    public func cpus(of id: AffinityID, name: String) throws(StepFailure) -> CPUSet? {
        do throws(SysfsError) {
            switch id {
            case .newInterrupts: return try value(KernelAffinities.newInterrupts, SysfsText.mask)
            case .workqueues: return try value(KernelAffinities.workqueues, SysfsText.mask)
            case .interrupt(let number):
                let folder = "proc/irq/\(number)"
                guard InterruptFiles.drivers(in: try files.names(in: folder) ?? []) == name else { return nil }
                return try value("\(folder)/smp_affinity_list", SysfsText.list)
            }
        } catch {
            throw .refused(HostRefusal(error))
        }
    }

    private func value(_ file: String, _ parse: (String) -> CPUSet?) throws(SysfsError) -> CPUSet? {
        guard let text = try files.text(file) else { return nil }
        guard let cpus = parse(text) else {
            throw .garbled(path: files.path(file), text: SysfsText.excerpt(text))
        }
        return cpus
    }

    /// Has an interrupt come to these CPUs, or the work queues run there. An interrupt that the kernel manages itself is remembered until the next boot: before Linux 6.13
    /// nothing else tells it from others.
    public func set(_ id: AffinityID, name: String, to cpus: CPUSet) throws(StepFailure) {
        do throws(SysfsError) {
            switch id {
            case .newInterrupts: try files.write(line: SysfsText.maskText(cpus), to: KernelAffinities.newInterrupts)
            case .workqueues: try files.write(line: SysfsText.maskText(cpus), to: KernelAffinities.workqueues)
            case .interrupt(let number): try files.write(line: "\(cpus)", to: "proc/irq/\(number)/smp_affinity_list")
            }
        } catch {
            guard case .interrupt(let number) = id else { throw .refused(HostRefusal(error)) }
            switch error {
            // Since Linux 6.13 the kernel says that nobody may, before that it failed.
            case .failed(.write, _, .ioError), .failed(.write, _, .notPermitted):
                // Where that fails it is tried again.
                try? remember(number, name)
                throw .keptByKernel(id.words(name), reason: "the kernel manages it")
            case .failed(.write, _, .noSpace):
                throw .keptByKernel(id.words(name), reason: "CPUs \(cpus) have no vector left for it")
            default: throw .refused(HostRefusal(error))
            }
        }
    }

    private func remember(_ number: Int, _ name: String) throws(SysfsError) {
        let path = files.path(FixedInterrupts.path)
        let known = FixedInterrupts(try files.text(FixedInterrupts.path) ?? "")
        RuntimeFolder.make(path.removingLastComponent())
        try AtomicFile.write(Array(known.text(adding: number, name).utf8), to: path)
    }
}
