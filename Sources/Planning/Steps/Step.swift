internal import DomainXML
public import XMLTree

/// One thing that apply does to the host. A plan's steps are data: they are shown, journaled and undone from the same value.
///
/// A step of a guest has all its settings with it, so what is handed around is a reference to them.
public indirect enum Step: Hashable, Sendable {
    /// Writes a pool's persistent size.
    case setPool(PoolChange)
    /// Defines a domain that does not exist yet, from a whole document.
    case create(CreateStep)
    /// Gives a domain that does not run another name. All other steps of a plan name it by the new one.
    case rename(RenameStep)
    /// Puts the managed parts and the mark into the present inactive definition and defines that.
    case redefine(RedefineStep)
    /// Defines a guest that exists anew from a whole document, which has its UUID and what else identifies it.
    case rebase(RebaseStep)
    /// Pins one thread of a running domain, in the running domain only.
    case pin(PinStep)
    /// Has the balloon of a running guest leave it another amount of memory, in the running domain only.
    case setMemory(SetMemoryStep)
    /// Has a cell of a running guest plug another amount of its pluggable memory, in the running domain only.
    case resizeMemory(ResizeMemoryStep)
    /// Moves memory of a running guest to another host cell while it runs.
    case moveMemory(MoveMemoryStep)
    /// Plugs vCPUs into a running domain, or asks its guest to give some up, in the running domain only.
    case setVCPUs(SetVCPUsStep)
    /// Puts a disk or an interface into a running domain, or takes one out of it, in the running domain only.
    case setDevice(SetDeviceStep)
    /// Sets whether libvirt starts the domain with the host.
    case setAutostart(AutostartStep)
    /// Has interrupts come to other CPUs, or the kernel's work queues run there.
    case setAffinity(SetAffinityStep)
    /// Has threads beside guests' run on other CPUs.
    case confineThreads(ConfineThreadsStep)
    /// Takes CPUs offline that no guest has, or brings them back.
    case setCPUs(SetCPUsStep)
    /// Makes the CPUs of a running guest's vCPUs partitions of the scheduler, or gives them back.
    case setPartition(SetPartitionStep)
    /// Divides a device into another number of virtual functions.
    case setVFs(SetVFsStep)
    /// Records the CPUs of a program beside the guests.
    case setActor(SetActorStep)
    /// Writes the file of settings by which a unit of systemd is confined to an actor's CPUs, or removes it.
    case setUnit(SetUnitStep)
    /// Asks a running domain to shut down and waits for it. Where a start of the same domain is among the steps the two are one
    /// power cycle: one domain after the other.
    case stop(StopStep)
    /// Takes our mark out of the definition of a domain that we adopted; its settings stay.
    case release(ReleaseStep)
    /// Removes the definition of a domain that does not run; disks, NVRAM and TPM state are kept.
    case undefine(UndefineStep)
    /// Starts a domain from its definition.
    case start(StartStep)

    /// The step itself, which knows all about its kind.
    var kind: any StepKind {
        switch self {
        case .setPool(let step): step
        case .create(let step): step
        case .rename(let step): step
        case .redefine(let step): step
        case .rebase(let step): step
        case .pin(let step): step
        case .setMemory(let step): step
        case .resizeMemory(let step): step
        case .moveMemory(let step): step
        case .setVCPUs(let step): step
        case .setDevice(let step): step
        case .setAutostart(let step): step
        case .setAffinity(let step): step
        case .confineThreads(let step): step
        case .setCPUs(let step): step
        case .setPartition(let step): step
        case .setVFs(let step): step
        case .setActor(let step): step
        case .setUnit(let step): step
        case .stop(let step): step
        case .release(let step): step
        case .undefine(let step): step
        case .start(let step): step
        }
    }
}

/// A step as a saved plan holds it: an object whose `step` says what it is. Documents are lists of lines, so that a reader and a
/// diff see them; where only managed parts are meant, the document holds nothing else.
extension Step: Codable {
    /// The word for a kind of step in documents.
    enum Word: String, Codable, CaseIterable {
        case create, rename, redefine, rebase, pin, stop, release, undefine, start
        case setPool = "set_pool"
        case setMemory = "set_memory"
        case resizeMemory = "resize_memory"
        case moveMemory = "move_memory"
        case setVCPUs = "set_vcpus"
        case setDevice = "set_device"
        case setAutostart = "set_autostart"
        case setAffinity = "set_affinity"
        case confineThreads = "confine_threads"
        case setCPUs = "set_cpus"
        case setPartition = "set_partition"
        case setVFs = "set_vfs"
        case setActor = "set_actor"
        case setUnit = "set_unit"

        fileprivate var kind: any StepKind.Type {
            switch self {
            case .setPool: PoolChange.self
            case .create: CreateStep.self
            case .rename: RenameStep.self
            case .redefine: RedefineStep.self
            case .rebase: RebaseStep.self
            case .pin: PinStep.self
            case .setMemory: SetMemoryStep.self
            case .resizeMemory: ResizeMemoryStep.self
            case .moveMemory: MoveMemoryStep.self
            case .setVCPUs: SetVCPUsStep.self
            case .setDevice: SetDeviceStep.self
            case .setAutostart: AutostartStep.self
            case .setAffinity: SetAffinityStep.self
            case .confineThreads: ConfineThreadsStep.self
            case .setCPUs: SetCPUsStep.self
            case .setPartition: SetPartitionStep.self
            case .setVFs: SetVFsStep.self
            case .setActor: SetActorStep.self
            case .setUnit: SetUnitStep.self
            case .stop: StopStep.self
            case .release: ReleaseStep.self
            case .undefine: UndefineStep.self
            case .start: StartStep.self
            }
        }
    }

    private enum CodingKeys: String, CodingKey {
        case word = "step"
        case definition
    }

    /// Reads a step.
    ///
    /// - Throws: `DecodingError` with the place of what is missing, of the wrong type, or no definition of that guest.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self = try container.decode(Word.self, forKey: .word).kind.init(from: decoder).step
        guard let definition, let guest else { return }
        guard definition.name == "domain", definition.element(named: "name")?.text == guest else {
            throw DecodingError.dataCorruptedError(
                forKey: .definition, in: container, debugDescription: "not a definition of '\(guest)'")
        }
    }

    /// Writes a step.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(word, forKey: .word)
        try kind.encode(to: encoder)
    }

    var word: Word {
        switch self {
        case .setPool: PoolChange.word
        case .create: CreateStep.word
        case .rename: RenameStep.word
        case .redefine: RedefineStep.word
        case .rebase: RebaseStep.word
        case .pin: PinStep.word
        case .setMemory: SetMemoryStep.word
        case .resizeMemory: ResizeMemoryStep.word
        case .moveMemory: MoveMemoryStep.word
        case .setVCPUs: SetVCPUsStep.word
        case .setDevice: SetDeviceStep.word
        case .setAutostart: AutostartStep.word
        case .setAffinity: SetAffinityStep.word
        case .confineThreads: ConfineThreadsStep.word
        case .setCPUs: SetCPUsStep.word
        case .setPartition: SetPartitionStep.word
        case .setVFs: SetVFsStep.word
        case .setActor: SetActorStep.word
        case .setUnit: SetUnitStep.word
        case .stop: StopStep.word
        case .release: ReleaseStep.word
        case .undefine: UndefineStep.word
        case .start: StartStep.word
        }
    }

    /// The step of whatever kind that brings a running domain's setting to what is wanted at once; nil for none.
    static func live(_ difference: SettingDifference, of guest: String, _ record: DomainRecord) -> Step? {
        Word.allCases.lazy.compactMap { $0.kind.live(difference, of: guest, record) }.first
    }
}

extension Step {
    /// What the step changes.
    public var subject: Change.Subject { kind.subject }

    /// The guest that the step is about; nil for what belongs to the host.
    public var guest: String? { if case .guest(let name) = subject { name } else { nil } }

    /// What the step did, as a sentence without a full stop.
    public var sentence: String { kind.sentence }

    /// What the step is to do: `start web01`.
    public var order: String { kind.order }

    /// Whether what the step does cannot be undone by the same means: guests that were started or stopped, pages given back.
    public var isOneWay: Bool { kind.isOneWay }

    /// The whole definition that the step carries; nil for a step that carries none.
    public var definition: XMLElement? {
        switch self {
        case .create(let step): step.definition.element
        case .rebase(let step): step.definition.element
        default: nil
        }
    }

    /// The same step with another definition; a step that carries none stays as it is.
    public func with(definition: XMLElement) -> Step {
        switch self {
        case .create(var step):
            step.definition = XMLLines(definition)
            return step.step
        case .rebase(var step):
            step.definition = XMLLines(definition)
            return step.step
        default: return self
        }
    }
}
