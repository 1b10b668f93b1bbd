import XMLTree

/// What a transaction's writes made of each thing that they touched, thing by thing, in the order in which they first did.
struct WriteHistory {
    private(set) var things: [any TouchedThing] = []
    /// Guests that were started, or made: a made one may run by somebody else's hand.
    private(set) var startedOrMade: [String] = []
    /// Guests that were asked to shut down, with nothing known of what came of it.
    private(set) var stopsInDoubt: [String] = []

    /// Goes through the writes.
    init(_ entries: [Transaction.RecordedWrite]) {
        for entry in entries { entry.write.action.write.add(to: &self, entry) }
    }

    /// Notes what a write may have made of a thing; `first` is the thing as the first write finds it.
    mutating func edit<Thing: TouchedThing>(_ first: Thing, _ change: (inout Thing) -> Void) {
        let index = things.firstIndex { ($0 as? Thing)?.id == first.id }
        var thing = index.flatMap { things[$0] as? Thing } ?? first
        change(&thing)
        if let index { things[index] = thing } else { things.append(thing) }
    }

    mutating func noteStartedOrMade(_ name: String) {
        if !startedOrMade.contains(name) { startedOrMade.append(name) }
    }

    mutating func noteStopInDoubt(_ name: String) {
        if !stopsInDoubt.contains(name) { stopsInDoubt.append(name) }
    }
}

/// A thing that a transaction wrote to, with all that its writes may have made of it.
protocol TouchedThing: Identifiable {
    /// What stands in the way of undoing: the thing is neither as the transaction found it nor as it left it.
    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange?
}

/// What a rollback's check looks at the host with.
struct RollbackLook {
    let run: Run
    let history: WriteHistory
    var live: LiveDefinitions
}

extension EntryState {
    /// Whether the write is known to be done.
    var isDone: Bool { if case .done = self { true } else { false } }
}
