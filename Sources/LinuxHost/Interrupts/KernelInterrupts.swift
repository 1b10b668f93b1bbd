public import Execution
internal import Glibc
public import HostModel
public import SystemPackage

/// The interrupts of a machine, through `/proc/irq`.
public struct KernelInterrupts: InterruptHost {
    private let files: HostFiles

    /// Those of the running machine, or of the file tree below `root`.
    public init(root: FilePath = "/") { files = HostFiles(root: root) }

    /// The CPUs that an interrupt may come to; nil when there is none of that number and name.
    public func cpus(of interrupt: InterruptID, name: String) throws(StepFailure) -> CPUSet? {
        do throws(SysfsError) {
            switch interrupt {
            case .future: return try value("proc/irq/default_smp_affinity", SysfsText.mask)
            case .number(let number):
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

    /// Has an interrupt come to these CPUs. One that the kernel manages itself is remembered until the next boot: before Linux 6.13
    /// nothing else tells it from others.
    public func set(_ interrupt: InterruptID, name: String, to cpus: CPUSet) throws(StepFailure) {
        do throws(SysfsError) {
            switch interrupt {
            case .future: try files.write(line: SysfsText.maskText(cpus), to: "proc/irq/default_smp_affinity")
            case .number(let number): try files.write(line: "\(cpus)", to: "proc/irq/\(number)/smp_affinity_list")
            }
        } catch {
            guard case .number(let number) = interrupt else { throw .refused(HostRefusal(error)) }
            switch error {
            // Since Linux 6.13 the kernel says that nobody may, before that it failed.
            case .failed(.write, _, .ioError), .failed(.write, _, .notPermitted):
                // Where that fails it is tried again.
                try? remember(number, name)
                throw .interruptStays(interrupt.words(name), reason: "the kernel manages it")
            case .failed(.write, _, .noSpace):
                throw .interruptStays(interrupt.words(name), reason: "CPUs \(cpus) have no vector left for it")
            default: throw .refused(HostRefusal(error))
            }
        }
    }

    private func remember(_ number: Int, _ name: String) throws(SysfsError) {
        let path = files.path(FixedInterrupts.path)
        let known = FixedInterrupts(try files.text(FixedInterrupts.path) ?? "")
        mkdir(path.removingLastComponent().string, 0o700)
        try AtomicFile.write(Array(known.text(adding: number, name).utf8), to: path)
    }
}
