public import HostModel
public import Planning
public import XMLTree

/// One write to the host. A step comes to one or two of them, and its undo is made of the same.
public enum HostAction: Hashable, Sendable {
    /// Changes the pools together.
    case setPools([PoolChange])
    /// Defines the document, which may hold secrets; `replacing` is what libvirt held before, nil for nothing.
    case define(name: String, document: XMLElement, replacing: XMLElement?)
    /// Removes the definition.
    case undefine(name: String)
    /// Gives the domain `from` that name; `uuid` is the domain's, nil where it is not known.
    case rename(name: String, from: String, uuid: String?)
    /// Pins a thread of the running domain.
    case pin(name: String, thread: DomainThread, cpus: CPUSet)
    /// Sets whether libvirt starts the domain with the host.
    case setAutostart(name: String, autostart: Bool)
    /// Starts the domain.
    case start(name: String)
    /// Asks the domain to shut down and waits; with `force` it is switched off when the time has run out.
    case stop(name: String, force: Bool = false)
    /// Replaces a file as a whole, or removes it.
    case replaceFile(FileChange)

    /// The domain that is written to; nil for pools and files.
    public var guest: String? {
        switch self {
        case .setPools, .replaceFile: nil
        case .define(let name, _, _), .undefine(let name), .pin(let name, _, _), .setAutostart(let name, _),
            .start(let name), .stop(let name, _), .rename(let name, _, _):
            name
        }
    }
}

extension HostAction: CustomStringConvertible {
    /// A few words that never hold a document's content.
    public var description: String {
        switch self {
        case .setPools(let changes):
            "set "
                + changes.map { "\($0.pool.pageSize) pool of cell \($0.pool.cell) to \($0.target)" }
                .joined(separator: ", ")
        case .define(let name, _, let present): present == nil ? "define \(name)" : "redefine \(name)"
        case .undefine(let name): "undefine \(name)"
        case .rename(let name, let from, _): "rename \(from) to \(name)"
        case .pin(let name, let thread, let cpus): "pin \(thread.label) of \(name) to \(cpus)"
        case .setAutostart(let name, let autostart): "\(autostart ? "autostart" : "do not autostart") \(name)"
        case .start(let name): "start \(name)"
        case .stop(let name, let force): force ? "shut down or switch off \(name)" : "shut down \(name)"
        case .replaceFile(let change):
            change.after == nil
                ? "remove \(change.path)" : "\(change.before == nil ? "write" : "replace") \(change.path)"
        }
    }
}

extension HostAction {
    /// What is written to, in words: `the definition of web01`.
    public var subject: String {
        switch self {
        case .setPools(let changes):
            changes.map { "the \($0.pool.pageSize) pool of cell \($0.pool.cell)" }.joined(separator: ", ")
        case .define(let name, _, _), .undefine(let name): "the definition of \(name)"
        case .rename(let name, _, _): "the name of \(name)"
        case .pin(let name, let thread, _): "the pin of \(thread.label) of \(name)"
        case .setAutostart(let name, _): "the autostart of \(name)"
        case .start(let name), .stop(let name, _): "the state of \(name)"
        case .replaceFile(let change): change.path
        }
    }
}

extension DomainThread {
    /// The thread in libvirt's words: `vCPU 0`, `emulator`, `iothread 1`.
    var label: String {
        switch self {
        case .vcpu(let vcpu): "vCPU \(vcpu)"
        case .emulator: "emulator"
        case .ioThread(let number): "iothread \(number)"
        }
    }
}

/// One write with what leads to it and what leads back.
public struct Effect: Hashable, Sendable {
    /// The steps that want it: several for a batch of pools, none for a file, which all steps together want, else one.
    public var steps: [Step]
    /// The write.
    public var action: HostAction
    /// What undoes it, in this order, from what was read just before; empty for a start, which is not undone.
    public var inverse: [HostAction]

    /// The first of the steps; a file has none.
    public var step: Step { steps[0] }

    /// Puts an effect together.
    public init(_ steps: [Step], _ action: HostAction, inverse: [HostAction]) {
        self.steps = steps
        self.action = action
        self.inverse = inverse
    }
}
