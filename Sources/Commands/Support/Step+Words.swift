internal import HostModel
internal import Planning

extension Step {
    /// What the step did, as a sentence without a full stop.
    var sentence: String {
        switch self {
        case .setPool(let pool, let prior, let target):
            "set the \(pool.pageSize) pool of cell \(pool.cell) from \(prior) to \(target) pages"
        case .create(let name, _, _, _): "defined \(name)"
        case .rename(let name, let from, _): "renamed \(from) to \(name)"
        case .redefine(let name, _, _, _, _): "changed the definition of \(name)"
        case .rebase(let name, _, _, _, _): "defined \(name) anew"
        case .release(let name): "released \(name)"
        case .pin(let name, let thread, _, let target): "pinned \(thread.words) of \(name) to \(target)"
        case .setAutostart(let name, _, let target): "\(name) \(target ? "starts" : "does not start") with the host"
        case .stop(let name, _): "shut down \(name)"
        case .undefine(let name): "removed the definition of \(name)"
        case .start(let name): "started \(name)"
        }
    }

    /// What the step is to do: `start web01`.
    var order: String {
        switch self {
        case .setPool(let pool, _, let target):
            "set the \(pool.pageSize) pool of cell \(pool.cell) to \(target) pages"
        case .create(let name, _, _, _): "define \(name)"
        case .rename(let name, let from, _): "rename \(from) to \(name)"
        case .redefine(let name, _, _, _, _): "change the definition of \(name)"
        case .rebase(let name, _, _, _, _): "define \(name) anew"
        case .release(let name): "release \(name)"
        case .pin(let name, let thread, _, let target): "pin \(thread.words) of \(name) to \(target)"
        case .setAutostart(let name, _, _): "set the autostart of \(name)"
        case .stop(let name, _): "shut down \(name)"
        case .undefine(let name): "remove the definition of \(name)"
        case .start(let name): "start \(name)"
        }
    }
}

extension DomainThread {
    /// The thread in words.
    fileprivate var words: String {
        switch self {
        case .vcpu(let vcpu): "vCPU \(vcpu)"
        case .emulator: "the emulator"
        case .ioThread(let number): "iothread \(number)"
        }
    }
}
