public import Planning

/// One write to the host. A step comes to one or two of them, and its undo is made of the same.
public enum HostWrite: Hashable, Sendable {
    /// Changes pools together.
    case setPools(PoolsWrite)
    /// Defines a domain.
    case define(DefineWrite)
    /// Removes a definition.
    case undefine(UndefineStep)
    /// Gives a domain another name.
    case rename(RenameStep)
    /// Pins a thread of a running domain.
    case pin(PinWrite)
    /// Has the balloon of a running domain leave it another amount of memory.
    case setMemory(MemoryWrite)
    /// Has a cell of a running domain plug another amount of its pluggable memory.
    case resizeMemory(ResizeWrite)
    /// Moves memory of a running domain to another host cell.
    case moveMemory(MoveWrite)
    /// Plugs vCPUs into a running domain, or asks its guest to give some up.
    case setVCPUs(VCPUsWrite)
    /// Puts a device into a running domain, or takes one out.
    case setDevice(DeviceWrite)
    /// Sets whether libvirt starts a domain with the host.
    case setAutostart(AutostartWrite)
    /// Starts a domain.
    case start(StartStep)
    /// Asks a domain to shut down and waits.
    case stop(StopStep)
    /// Has an interrupt come to other CPUs, or the work queues run there.
    case setAffinity(AffinityWrite)
    /// Has threads beside guests' run on other CPUs.
    case confineThreads(ConfineWrite)
    /// Takes CPUs offline, or brings them back.
    case setCPUs(CPUsWrite)
    /// Gives vCPUs partitions of the scheduler, or takes them.
    case setPartitions(PartitionWrite)
    /// Divides a device into virtual functions.
    case setVFs(VFsWrite)
    /// Records the CPUs of an actor, or forgets the actor.
    case setActor(ActorWrite)
    /// Writes the file of settings of a unit, or removes it.
    case setDropIn(DropInWrite)
    /// Replaces a file as a whole, or removes it.
    case replaceFile(FileWrite)

    /// The write itself, which knows all about its kind.
    var write: any WriteKind {
        switch self {
        case .setPools(let write): write
        case .define(let write): write
        case .undefine(let write): write
        case .rename(let write): write
        case .pin(let write): write
        case .setMemory(let write): write
        case .resizeMemory(let write): write
        case .moveMemory(let write): write
        case .setVCPUs(let write): write
        case .setDevice(let write): write
        case .setAutostart(let write): write
        case .start(let write): write
        case .stop(let write): write
        case .setAffinity(let write): write
        case .confineThreads(let write): write
        case .setCPUs(let write): write
        case .setPartitions(let write): write
        case .setVFs(let write): write
        case .setActor(let write): write
        case .setDropIn(let write): write
        case .replaceFile(let write): write
        }
    }

    /// The domain that is written to; nil for pools and files.
    public var guest: String? { write.domain }

    /// What is written to, in words: `the definition of web01`.
    public var subject: String { write.place }
}

extension HostWrite: CustomStringConvertible {
    /// A few words that never hold a document's content.
    public var description: String { write.words }
}

/// `{"do": "pin", "guest": "web01", "thread": "vcpu 0", "cpus": "0-3"}`. A document is its XML as a text, secrets included.
///
/// What a definition replaces is left out: ``ReversibleWrite`` puts it back.
extension HostWrite: Codable {
    enum Verb: String, Codable {
        case pools, define, undefine, rename, pin, memory, resize, vcpus, move, device, autostart, start, stop,
            affinity, confine, cpus, partition, vfs, actor, file
        case dropIn = "drop_in"

        fileprivate var kind: any WriteKind.Type {
            switch self {
            case .pools: PoolsWrite.self
            case .define: DefineWrite.self
            case .undefine: UndefineStep.self
            case .rename: RenameStep.self
            case .pin: PinWrite.self
            case .memory: MemoryWrite.self
            case .resize: ResizeWrite.self
            case .move: MoveWrite.self
            case .vcpus: VCPUsWrite.self
            case .device: DeviceWrite.self
            case .autostart: AutostartWrite.self
            case .start: StartStep.self
            case .stop: StopStep.self
            case .affinity: AffinityWrite.self
            case .confine: ConfineWrite.self
            case .cpus: CPUsWrite.self
            case .partition: PartitionWrite.self
            case .vfs: VFsWrite.self
            case .actor: ActorWrite.self
            case .dropIn: DropInWrite.self
            case .file: FileWrite.self
            }
        }
    }

    private enum CodingKeys: String, CodingKey { case verb = "do" }

    /// Reads an action. Every field must be there; fields that are not known are passed over.
    public init(from decoder: any Decoder) throws {
        let verb = try decoder.container(keyedBy: CodingKeys.self).decode(Verb.self, forKey: .verb)
        self = try verb.kind.init(from: decoder).action
    }

    /// Writes an action.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type(of: write).verb, forKey: .verb)
        try write.encode(to: encoder)
    }
}

extension Step {
    /// How the step is carried out.
    var execution: any StepExecution {
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

/// One write with what leads to it and what leads back.
public struct Effect: Hashable, Sendable {
    /// The steps that want it: several for a batch of pools, none for a file, which all steps together want, else one.
    public var steps: [Step]
    /// The write.
    public var action: HostWrite
    /// What undoes it, in this order, from what was read just before; empty for a start, which is not undone.
    public var inverse: [HostWrite]

    /// The first of the steps; a file has none.
    public var step: Step { steps[0] }

    package init(_ steps: [Step], _ action: HostWrite, inverse: [HostWrite]) {
        self.steps = steps
        self.action = action
        self.inverse = inverse
    }
}
