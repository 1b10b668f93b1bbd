import HostModel
import Planning
import XMLTree

/// One run of the interpreter: the host, and the ledger of what was begun.
struct Run {
    let host: Interpreter
    /// What was done, for the outcome.
    var report = RunReport()
    /// Writes that were begun, whether or not they came to their end, in order.
    var begun: [ReversibleWrite] = []
    /// Threads of emulators that refused to be moved, by guest.
    var unsettable: [String: Set<Int>] = [:]
    /// What a running domain gets or loses only at its next start, by guest: devices, and the number of its vCPUs.
    var waiting: [String: Set<String>] = [:]
    /// Interrupts that the kernel did not let go elsewhere.
    var staying: Set<AffinityID> = []
    /// Threads that the kernel did not let go elsewhere.
    var unmovable: Set<ThreadID> = []
    /// Groups of programs that the kernel did not confine.
    var unconfined: Set<String> = []
    /// Guests whose vCPUs the kernel gave no partitions.
    var unpartitioned: Set<String> = []
    /// CPUs that the kernel did not take offline.
    var keptOnline = CPUSet()
    /// Guests that were asked to shut down, with nothing known of what came of it.
    var stopsInDoubt: [String] = []

    /// All phases, in order.
    mutating func carryOut(_ phases: Phases, _ file: FileChange? = nil) throws(Halt) {
        try check(phases, file)
        try setPools(phases.grow, beforeMoves: true)
        for step in phases.define { try carryOut(step) }
        for step in phases.move { try carryOutMove(step, of: phases.move) }
        try setPools(phases.growLate)
        let pins = try pinsInOrder(phases)
        let free = pins.filter(\.after.isEmpty).map(\.pin)
        let late = Set(pins.filter { !$0.after.isEmpty }.map(\.pin.guest))
        try pin(free)
        let plugs = phases.plug.filter { !late.contains($0.guest) }
        for step in plugs { try carryOut(step) }
        if let file { try replace(file) }
        try verify(phases.grow + phases.define + phases.lastMoves + free + plugs)
        for step in phases.remove { try carryOut(step) }
        try powerCycle(
            phases.restart, pins.filter { !$0.after.isEmpty }, gone: Set(phases.remove.compactMap(\.guest)))
        let rest = phases.plug.filter { late.contains($0.guest) }
        for step in rest { try carryOut(step) }
        try verify(rest)
        for step in phases.start + phases.partition { try carryOut(step) }
        try verify(phases.partition)
        try setPools(phases.shrink)
        try verify(phases.shrink)
        for step in phases.park { try carryOut(step) }
        try verify(phases.park)
    }

    /// One move of memory, unless it has been carried further before.
    private mutating func carryOutMove(_ step: Step, of moves: [Step]) throws(Halt) {
        do throws(StepFailure) {
            guard try !isBeyond(step, of: moves) else { return skip(step) }
        } catch {
            throw .failed(step, error)
        }
        try carryOut(step)
    }

    private mutating func replace(_ file: FileChange) throws(Halt) {
        do throws(StepFailure) {
            try carryOut(file.effect)
        } catch {
            throw .fileFailed(file.path, error)
        }
    }

    /// One step that comes to at most one write.
    mutating func carryOut(_ step: Step) throws(Halt) {
        do throws(StepFailure) {
            guard let effect = try step.execution.effect(in: self) else { return skip(step) }
            try carryOut(effect)
        } catch {
            throw .failed(step, error)
        }
    }

    /// Notes that a step needs no write.
    mutating func skip(_ step: Step) {
        report.inSync.append(step)
        host.observer.didSkip(step)
    }

    /// One write: announced, begun in the ledger, done, read back where that is not left to ``verify(_:)``.
    mutating func carryOut(_ effect: Effect) throws(StepFailure) {
        try host.observer.willRun(effect)
        begun.append(effect.write)
        do {
            try effect.action.write.perform(in: &self)
            try readBack(effect.action.write)
        } catch {
            effect.action.write.noteFailed(error, in: &self)
            host.observer.didFail(effect, error)
            if effect.action.write.isOptional(after: error, in: &self) { return }
            throw error
        }
        note(effect)
    }

    /// Enters a finished write into the report.
    mutating func note(_ effect: Effect) {
        for step in effect.steps where !report.done.contains(step) { report.done.append(step) }
        effect.action.write.noteDone(in: &self)
        host.observer.didRun(effect, found: documentFound(after: effect.action))
    }

    /// The definition as the host has taken it; nil where it cannot be read, which the verification will say.
    private func documentFound(after action: HostWrite) -> XMLElement? {
        guard case .define(let define) = action else { return nil }
        return (try? host.domains.definition(of: define.guest)) ?? nil
    }

    private mutating func readBack(_ write: any WriteKind) throws(StepFailure) {
        guard type(of: write).isReadBackAtOnce else { return }
        guard try write.holds(in: self) else { throw write.notHeld }
        report.verified += 1
    }

    /// The inactive definition, read.
    func definition(of name: String) throws(StepFailure) -> Definition? {
        guard let document = try host.domains.definition(of: name) else { return nil }
        return try Definition(reading: document, of: name)
    }

    /// What the domain runs with, read; nil when it does not run.
    func liveDefinition(of name: String) throws(StepFailure) -> Definition? {
        guard let document = try host.domains.liveDefinition(of: name) else { return nil }
        return try Definition(reading: document, of: name)
    }
}
