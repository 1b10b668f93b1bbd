internal import Diagnostics
internal import Execution
internal import Glibc
internal import HostModel
internal import LibvirtHost
internal import LinuxHost
internal import SystemPackage

/// The real host, for writing to it.
struct WritableHost {
    /// How libvirt is reached.
    var uri: String
    /// The folder below which the pools are.
    var root: String
    /// The host's default size of huge pages.
    var defaultHugePage: PageSize?
    /// How long a guest may take to shut down.
    var shutdownLimit = Duration.zero
    /// How long growing pools may take.
    var growLimit = Duration.zero

    /// The most memory of running guests that is moved in a second; nil for as fast as it goes.
    var moveRate: KiB?

    /// What draws progress on a terminal; nil where none is shown.
    var progress: ProgressTerminal?

    /// Sets what shows progress.
    func showing(_ progress: ProgressTerminal?) -> WritableHost {
        var host = self
        host.progress = progress
        return host
    }

    /// Runs the body while progress is shown, if it is, with the observer that tells of it.
    func watched<Answer>(_ observer: any StepObserver, _ body: (any StepObserver) -> Answer) -> Answer {
        guard let progress else { return body(observer) }
        return progress.showing { body(ProgressObserver(observer, line: $0, host: self)) }
    }

    /// Sets how long to wait.
    func waiting(_ limits: WriteLimits) -> WritableHost {
        var host = self
        host.shutdownLimit = .seconds(limits.shutdownTimeout)
        host.growLimit = .seconds(limits.growTimeout)
        host.moveRate = limits.moveRate > 0 ? KiB(UInt64(limits.moveRate) * 1_024) : nil
        return host
    }

    /// Connects.
    ///
    /// - Parameter endsEarly: Whether growing pools and waiting for guests end when a signal comes.
    /// - Throws: ``CommandFailure`` with 69 or 77 when libvirt does not answer.
    func opened(endsEarly: Bool = false) throws -> OpenHost {
        let mayContinue: @Sendable () -> Bool = { !(endsEarly && Interruption.isPressing) }
        return OpenHost(
            domains: LibvirtDomains(
                try connection(), shutdownLimit: shutdownLimit, mayWait: mayContinue,
                reopen: { [uri] () throws(LibvirtError) in try Connection(uri: uri) }),
            pools: KernelPools(
                root: FilePath(root), limit: growLimit, mayContinue: mayContinue),
            threads: GuestThreads(
                uri: uri, root: FilePath(root), runtimeFolder: runtimeFolder),
            memory: GuestMemory(
                uri: uri, root: FilePath(root), runtimeFolder: runtimeFolder, rate: moveRate,
                mayContinue: mayContinue),
            affinities: KernelAffinities(root: FilePath(root)),
            programs: ProgramThreads(root: FilePath(root)), cpus: KernelCPUs(root: FilePath(root)),
            virtualFunctions: KernelVirtualFunctions(root: FilePath(root)), actors: ActorFiles(root: FilePath(root)),
            partitions: GuestPartitions(uri: uri, root: FilePath(root), runtimeFolder: runtimeFolder),
            defaultHugePage: defaultHugePage)
    }

    /// The host without its domains: for what writes to none of them, so that libvirt need not answer.
    func withoutDomains() -> OpenHost {
        OpenHost(
            domains: NoDomains(), pools: KernelPools(root: FilePath(root), limit: growLimit),
            threads: NoThreads(), memory: NoMemory(), affinities: KernelAffinities(root: FilePath(root)),
            programs: ProgramThreads(root: FilePath(root)), cpus: KernelCPUs(root: FilePath(root)),
            virtualFunctions: KernelVirtualFunctions(root: FilePath(root)), actors: ActorFiles(root: FilePath(root)),
            partitions: NoPartitions(), defaultHugePage: defaultHugePage)
    }

    private var runtimeFolder: String? { getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } }

    private func connection() throws -> Connection {
        do {
            return try Connection(uri: uri)
        } catch {
            throw CommandFailure(error)
        }
    }
}

/// The real host with libvirt at the other end of the line.
struct OpenHost {
    let domains: any DomainHost
    let pools: KernelPools
    let threads: any ThreadHost
    let memory: any MemoryHost
    let affinities: KernelAffinities
    let programs: ProgramThreads
    let cpus: KernelCPUs
    let virtualFunctions: KernelVirtualFunctions
    let actors: ActorFiles
    let partitions: any PartitionHost
    let defaultHugePage: PageSize?

    /// Something that carries steps out here and tells the observer of every write.
    func interpreter(_ observer: any StepObserver) -> Interpreter {
        Interpreter(
            domains: domains, pools: pools, files: DiskFiles(), threads: threads, memory: memory,
            affinities: affinities, programs: programs, cpus: cpus, virtualFunctions: virtualFunctions,
            actors: actors, partitions: partitions, observer: observer,
            defaultHugePage: defaultHugePage)
    }

    /// What a saved plan depends on, to be compared with what is here; nil for a plan made a moment ago.
    func check(_ order: WorkOrder) -> PreconditionCheck? {
        order.preconditions.map {
            PreconditionCheck(
                $0, of: order.steps, domains: domains, pools: pools, defaultHugePage: defaultHugePage)
        }
    }
}

extension PreconditionCheck {
    /// Lets a saved plan go on only while it goes with the host.
    ///
    /// - Throws: ``CommandFailure`` with 14 and all that has moved.
    func demandUnmoved() throws {
        do {
            let moved = try moved()
            guard moved.isEmpty else { throw CommandFailure.stale(moved) }
        } catch let failure as StepFailure {
            throw CommandFailure(ExitStatus(failure), [Diagnostic(.stepFailed, "cannot check the plan: \(failure)")])
        }
    }
}
