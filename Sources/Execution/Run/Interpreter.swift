package import HostModel
public import Planning

/// Carries out the steps of a plan on a host, and undoes them when it cannot finish.
///
/// 1. Look at every precondition; nothing is written unless all hold.
/// 2. Grow pools in one batch, define domains, move memory of running ones, grow pools into what these leave, pin threads, replace the
///    file that goes with them.
/// 3. Read everything back and compare it with what was wanted.
/// 4. Shut down and undefine absent guests, pin running threads to CPUs that these had alone, start guests, make their CPUs partitions,
///    shrink pools, take CPUs offline that nobody has.
///
/// A step whose target is there already is skipped, so that a second run writes nothing. Before each write its inverse is made from
/// what was read a moment ago; on any failure the inverses run in reverse, each one read back. Guests that this run has started stay
/// up, and what they stand on stays with them.
public struct Interpreter {
    let domains: any DomainHost
    let pools: any PoolHost
    let files: any FileHost
    let threads: any ThreadHost
    let memory: any MemoryHost
    let affinities: any AffinityHost
    let programs: any ProgramHost
    let cpus: any CPUHost
    let virtualFunctions: any VirtualFunctionHost
    let actors: any ActorHost
    let partitions: any PartitionHost
    let observer: any StepObserver
    let defaultHugePage: PageSize?

    /// - Parameters:
    ///   - threads: The guests' processes; without it a pin of the emulator is what libvirt makes of it, and that is noted.
    ///   - defaultHugePage: The host's default size of huge pages, what `<hugepages/>` alone means; nil when not known.
    package init(
        domains: any DomainHost, pools: any PoolHost, files: any FileHost = NoFiles(),
        threads: any ThreadHost = NoThreads(), memory: any MemoryHost = NoMemory(),
        affinities: any AffinityHost = NoAffinities(), programs: any ProgramHost = NoPrograms(),
        cpus: any CPUHost = NoCPUs(),
        virtualFunctions: any VirtualFunctionHost = NoVirtualFunctions(),
        actors: any ActorHost = NoActors(),
        partitions: any PartitionHost = NoPartitions(),
        observer: any StepObserver = SilentObserver(),
        defaultHugePage: PageSize? = nil
    ) {
        self.domains = domains
        self.pools = pools
        self.files = files
        self.threads = threads
        self.memory = memory
        self.affinities = affinities
        self.programs = programs
        self.cpus = cpus
        self.virtualFunctions = virtualFunctions
        self.actors = actors
        self.partitions = partitions
        self.observer = observer
        self.defaultHugePage = defaultHugePage
    }

    /// Carries out the steps, in the interpreter's order whatever theirs is.
    ///
    /// - Parameter file: A file that goes with them; it is replaced before anything that stops or starts a guest.
    public func run(_ steps: [Step], replacing file: FileChange? = nil) -> RunOutcome {
        var run = Run(host: self)
        do {
            try run.carryOut(Phases(steps), file)
            return .applied(run.report)
        } catch {
            run.undo()
            return RunOutcome(error, run.report)
        }
    }
}

extension RunOutcome {
    /// What a run that halted has come to, after everything was undone that could be.
    fileprivate init(_ halt: Halt, _ report: RunReport) {
        guard report.isRolledBack else {
            self = .rollbackIncomplete(halt, report)
            return
        }
        switch halt {
        case .poolsShort(let answers, let arguments):
            self = .poolsShort(answers, kernelArguments: arguments, report)
        case .failed(let step, let failure): self = .failed(step, failure, report)
        case .fileFailed(let path, let failure): self = .fileFailed(path, failure, report)
        case .verificationFailed(let mismatches): self = .verificationFailed(mismatches, report)
        }
    }
}
