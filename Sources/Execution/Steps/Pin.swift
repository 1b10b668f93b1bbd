import DomainXML
public import HostModel
public import Planning

/// Pins a thread of a running domain.
public struct PinWrite: DomainWrite {
    var guest: String
    var thread: DomainThread
    var cpus: CPUSet

    static var verb: HostWrite.Verb { .pin }
    static var isReadBackAtOnce: Bool { false }

    var action: HostWrite { .pin(self) }
    var place: String { "the pin of \(thread.label) of \(guest)" }
    var words: String { "pin \(thread.label) of \(guest) to \(cpus)" }

    func perform(in run: inout Run) throws(StepFailure) {
        if thread == .emulator {
            try run.pinEmulator(of: guest, to: cpus)
        } else {
            try run.host.domains.pin(thread, of: guest, to: cpus)
        }
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool {
        // A thread that is gone needs no pin.
        guard let live = try run.liveDefinition(of: guest) else { return true }
        guard live.pin(of: thread) == cpus else { return false }
        // A thread on part of the CPUs does no harm here; the verification demands all of them.
        return thread != .emulator
            || run.settableStrays(of: guest, from: cpus).allSatisfy { $0.allowed.isSubset(of: cpus) }
    }

    /// Whether the thread is back already where it was before the first of the writes that moved it, or is where this puts it.
    func isAsBefore(in run: Run) throws(StepFailure) -> Bool {
        if let first = run.begun.first(where: { isOfSameThread($0.action) })?.inverse.first,
            case .pin(let before) = first,
            try run.liveDefinition(of: guest)?.pin(of: thread) == before.cpus,
            thread != .emulator || run.settableStrays(of: guest, from: before.cpus).isEmpty
        {
            return true
        }
        return try holds(in: run)
    }

    private func isOfSameThread(_ action: HostWrite) -> Bool {
        guard case .pin(let other) = action else { return false }
        return other.guest == guest && other.thread == thread
    }

    func isUndone(by inverse: [HostWrite]) -> Bool { inverse.count == 1 && isOfSameThread(inverse[0]) }

    /// Also guests that meanwhile have dedicated CPUs which the thread would return to.
    func guestsStanding(in run: Run) -> [String] {
        run.report.started.filter { name in
            guard name != guest else { return true }
            do throws(StepFailure) {
                return try run.liveDefinition(of: name).map { !$0.ownCPUs.isDisjoint(with: cpus) } ?? false
            } catch {
                // One that cannot be read may have them.
                return true
            }
        }
    }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        history.edit(TouchedPin(id: .init(guest: guest, thread: thread))) { pin in
            if case .pin(let before)? = entry.write.inverse.first { pin.known.insert(before.cpus) }
            pin.known.insert(cpus)
        }
    }
}

extension HostWrite {
    /// Pins a thread of the running domain.
    public static func pin(name: String, thread: DomainThread, cpus: CPUSet) -> HostWrite {
        .pin(PinWrite(guest: name, thread: thread, cpus: cpus))
    }
}

/// A thread with its former pins.
private struct TouchedPin: TouchedThing {
    struct ID: Hashable {
        let guest: String
        let thread: DomainThread
    }

    let id: ID
    var known: Set<CPUSet> = []

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        guard let cpus = try look.live.definition(of: id.guest)?.pin(of: id.thread), !known.contains(cpus) else {
            return nil
        }
        return .pin(id.guest, thread: id.thread.label, found: cpus)
    }
}

extension RollbackCheck.ForeignChange {
    /// The thread runs elsewhere.
    public static func pin(_ name: String, thread: String, found: CPUSet) -> Self {
        Self("\(thread) of \(name) runs on \(found), where the transaction never put it")
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

extension Run {
    /// The pins in order, each with the guests that it waits for: those that are shut down or power cycled and have dedicated CPUs
    /// which it gains. So two threads that need a CPU each never share one while a shutdown lasts.
    func pinsInOrder(_ phases: Phases) throws(Halt) -> [WaitingPin<Step>] {
        var held: [String: CPUSet] = [:]
        for step in phases.remove + phases.restart where !phases.pin.isEmpty {
            guard case .stop(let stop) = step else { continue }
            held[stop.guest] = try ownCPUs(of: stop.guest, step) { (name) throws(StepFailure) in
                try liveDefinition(of: name)
            }
        }
        return phases.pin.compactMap { step in
            guard case .pin(let pin) = step else { return nil }
            return WaitingPin(
                pin: step, after: [], leaves: pin.prior.subtracting(pin.target),
                gains: pin.target.subtracting(pin.prior))
        }.waiting(for: held)
    }

    /// The CPUs that a guest has for itself by a definition.
    private func ownCPUs(
        of name: String, _ step: Step, _ read: (String) throws(StepFailure) -> Definition?
    ) throws(Halt) -> CPUSet {
        do throws(StepFailure) {
            return try read(name)?.ownCPUs ?? []
        } catch {
            throw .failed(step, error)
        }
    }

    /// Power cycles guests, and sets the pins that wait for that in between.
    ///
    /// - Parameter gone: Guests that are down by now.
    mutating func powerCycle(
        _ steps: [Step], _ pins: [WaitingPin<Step>], gone: Set<String>
    ) throws(Halt) {
        var guests: [PowerCycles<Step>.CycledGuest] = []
        for case .start(let start) in steps {
            let step = Step.start(start)
            do throws(StepFailure) {
                let (now, then) = (try liveDefinition(of: start.guest), try definition(of: start.guest))
                guests.append(
                    .init(
                        name: start.guest, held: now?.ownCPUs ?? [], wanted: then?.ownCPUs ?? [],
                        heldThings: now?.exclusive ?? [], wantedThings: then?.exclusive ?? []))
            } catch {
                throw .failed(step, error)
            }
        }
        var order = PowerCycles(guests, pins: pins, gone: gone)
        for turn in order.order() {
            switch turn {
            case .pin(let pins):
                try pin(pins)
                try verify(pins)
            case .stop(let name):
                for step in steps where step.guest == name && !step.isStart { try carryOut(step) }
            case .start(let name):
                for step in steps where step.guest == name && step.isStart { try carryOut(step) }
            }
        }
    }

    /// Pins the threads of these steps, widening before narrowing.
    mutating func pin(_ steps: [Step]) throws(Halt) {
        for effect in try moves(of: steps).effects {
            do throws(StepFailure) {
                if let release = try release(for: effect.action) { try carryOut(release) }
                try carryOut(effect)
            } catch {
                throw .failed(effect.step, error)
            }
        }
    }

    /// The threads that are not where they should be. A domain that does not run has none: its definition suffices.
    private mutating func moves(of steps: [Step]) throws(Halt) -> [PinMove] {
        var live = LiveDefinitions(self)
        var moves: [PinMove] = []
        for step in steps {
            guard case .pin(let pin) = step else { continue }
            let present: CPUSet?
            do throws(StepFailure) {
                present = try live.definition(of: pin.guest)?.cpus(of: pin.thread, otherwise: pin.prior)
            } catch {
                throw .failed(step, error)
            }
            let isAstray = pin.thread == .emulator && !strays(of: pin.guest, from: pin.target).isEmpty
            if let present, present != pin.target || isAstray {
                moves.append(PinMove(pin: pin, present: present))
            } else {
                skip(step)
            }
        }
        return moves
    }
}

extension Step {
    fileprivate var isStart: Bool { if case .start = self { true } else { false } }
}

extension Definition {
    /// Disks and host devices that no other domain can use while it runs.
    fileprivate var exclusive: Set<String> { DomainUse(document).exclusive }

    /// The CPUs that a thread of the guest has for itself: those to which one vCPU alone is pinned, and that of the emulator where it
    /// is isolated.
    fileprivate var ownCPUs: CPUSet {
        parts.vcpuPins.values.filter { $0.count == 1 }.reduce(into: CPUSet([mark?.emulatorCPU].compactMap(\.self))) {
            $0.formUnion($1)
        }
    }
}

extension PinStep: StepExecution {
    var phase: Phase { .pin }

    /// Pins are set in an order of their own.
    func effect(in run: Run) throws(StepFailure) -> Effect? { nil }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { nil }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard let definition = try live.definition(of: guest) else { return [] }
        let found = definition.cpus(of: thread, otherwise: prior)
        let strays = thread == .emulator ? run.settableStrays(of: guest, from: target) : []
        let path = thread.pin.path
        return Mismatch.between(.text("\(target)"), .text("\(found)"), .guest(guest), path)
            + strays.map { stray in
                // The thread was set, and is elsewhere.
                Mismatch(
                    subject: .guest(guest), path: path, wanted: .text("\(target)"),
                    found: .text("\(stray.allowed) for thread \(stray.id) (\(stray.name))"))
            }
    }

    var changesRunning: Bool { true }

    func moved(in live: Definition, beside steps: [Step]) -> Moved? {
        let found = live.cpus(of: thread, otherwise: prior)
        guard found != prior, found != target else { return nil }
        return Moved(.guest(guest), "pin of \(thread.label)", planned: "\(prior)", found: "\(found)")
    }
}
