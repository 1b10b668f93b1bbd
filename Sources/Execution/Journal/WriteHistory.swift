import HostModel
import Planning
import XMLTree

/// What a transaction's writes made of each thing that they touched, thing by thing, in the order in which they first did.
struct WriteHistory {
    /// The sizes that a pool has had.
    struct PoolStates {
        /// The size before the first write.
        var before: PageCount
        /// All sizes that writes began from and led to.
        var known: [PageCount]
        /// Whether a write is not known to be done, so that any size between may be found.
        var isInDoubt = false

        /// Whether the transaction may have left the pool with that size.
        func allow(_ size: PageCount) -> Bool {
            if known.contains(size) { return true }
            guard isInDoubt, let least = known.min(), let most = known.max() else { return false }
            return least < size && size < most
        }
    }

    /// The definitions that a domain has had.
    struct DefinitionStates {
        /// Documents that were read; nil for none.
        var read: [XMLElement?] = []
        /// Documents that were written, and of which it is not known what the host made of them.
        var written: [XMLElement] = []

        /// Whether the transaction may have left the domain with that definition.
        func allow(_ present: Definition?) -> Bool {
            guard let present else { return read.contains(nil) }
            if read.contains(where: { $0?.isSameDocument(as: present.document) == true }) { return true }
            return written.contains { document in
                (try? Definition(reading: document, of: present.name))?.isEquivalent(to: present) == true
            }
        }
    }

    /// The texts that a file has had; nil for no file.
    typealias FileTexts = [String?]

    /// A thread of a domain.
    struct Pin: Hashable {
        var name: String
        var thread: DomainThread
    }

    /// A domain that got another name.
    struct Renaming: Hashable {
        var name: String
        var from: String
        var uuid: String?
    }

    private(set) var renamings: [Renaming] = []
    private(set) var pools: [(PoolID, PoolStates)] = []
    private(set) var definitions: [(String, DefinitionStates)] = []
    private(set) var pins: [(Pin, Set<CPUSet>)] = []
    private(set) var files: [(String, FileTexts)] = []
    /// Guests that were started, or made: a made one may run by somebody else's hand.
    private(set) var startedOrMade: [String] = []
    /// Guests that were asked to shut down, with nothing known of what came of it.
    private(set) var stopsInDoubt: [String] = []

    /// Goes through the writes.
    init(_ entries: [Transaction.Entry]) {
        for entry in entries { add(entry) }
    }

    private mutating func add(_ entry: Transaction.Entry) {
        switch entry.write.action {
        case .setPools(let changes):
            for change in changes { add(change, isInDoubt: !entry.state.isDone) }
        case .define(let name, let document, let present):
            edit(&definitions, name, DefinitionStates()) { states in
                states.read.append(present)
                if case .done(let found?) = entry.state {
                    states.read.append(found)
                } else {
                    states.written.append(document)
                }
            }
            if present == nil { note(name, in: &startedOrMade) }
        case .undefine(let name):
            edit(&definitions, name, DefinitionStates()) { states in
                if case .define(_, let document, _)? = entry.write.inverse.first { states.read.append(document) }
                states.read.append(nil)
            }
        case .rename(let name, let from, let uuid):
            renamings.append(Renaming(name: name, from: from, uuid: uuid))
            note(name, in: &startedOrMade)
        case .pin(let name, let thread, let cpus):
            edit(&pins, Pin(name: name, thread: thread), []) { known in
                if case .pin(_, _, let before)? = entry.write.inverse.first { known.insert(before) }
                known.insert(cpus)
            }
        case .start(let name): note(name, in: &startedOrMade)
        case .stop(let name, _): if !entry.state.isDone { note(name, in: &stopsInDoubt) }
        case .replaceFile(let change): edit(&files, change.path, []) { $0 += [change.before, change.after] }
        case .setAutostart: break
        }
    }

    private mutating func add(_ change: PoolChange, isInDoubt: Bool) {
        edit(&pools, change.pool, PoolStates(before: change.prior, known: [])) { states in
            for size in [change.prior, change.target] where !states.known.contains(size) { states.known.append(size) }
            if isInDoubt { states.isInDoubt = true }
        }
    }

    private func note(_ name: String, in names: inout [String]) {
        if !names.contains(name) { names.append(name) }
    }

    private func edit<Key: Equatable, Value>(
        _ list: inout [(Key, Value)], _ key: Key, _ first: Value, _ change: (inout Value) -> Void
    ) {
        let index = list.firstIndex { $0.0 == key } ?? list.endIndex
        if index == list.endIndex { list.append((key, first)) }
        change(&list[index].1)
    }
}

extension EntryState {
    /// Whether the write is known to be done.
    var isDone: Bool { if case .done = self { true } else { false } }
}
