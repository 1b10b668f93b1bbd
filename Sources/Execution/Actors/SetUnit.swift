public import HostModel
public import Planning

/// Writes the file of settings of a unit, or removes it.
public struct DropInWrite: WriteKind {
    var unit: String
    var text: String?
    /// The CPUs that the programs of a group are confined to at once, none for all; nil for a unit whose next start does that.
    var group: CPUSet?

    static var verb: HostWrite.Verb { .dropIn }

    var action: HostWrite { .setDropIn(self) }
    var domain: String? { nil }
    var place: String { "the CPUs of unit \(unit)" }
    var words: String { "\(text == nil ? "remove" : "write") \(UnitDropIn.fileName) of \(unit)" }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.actors.setDropIn(of: unit, to: text)
        run.report.writes += 1
        guard let group else { return }
        do {
            try run.host.actors.confine(group: unit, to: group)
        } catch {
            run.unconfined.insert(unit)
            run.report.notes.append(
                Note(
                    message: "the programs of \(unit) keep their CPUs until the next boot: \(error)", kind: .isolation))
        }
    }

    /// A group that is not there has no programs.
    func holds(in run: Run) throws(StepFailure) -> Bool {
        guard try run.host.actors.dropIn(of: unit) == text else { return false }
        guard let group, !run.unconfined.contains(unit), let now = try run.host.actors.cpus(ofGroup: unit) else {
            return true
        }
        return now == group
    }

    func isUndone(by inverse: [HostWrite]) -> Bool {
        guard inverse.count == 1, case .setDropIn(let back) = inverse[0] else { return false }
        return back.unit == unit
    }

    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {
        guard case .setDropIn(let back)? = entry.write.inverse.first else { return }
        history.edit(TouchedDropIn(id: unit)) { $0.texts += [back.text, text] }
    }

    /// Guests do not depend on the CPUs of others.
    func guestsStanding(in run: Run) -> [String] { [] }
}

/// A file of settings with the texts that it has had; nil for no file.
private struct TouchedDropIn: TouchedThing {
    let id: String
    var texts: [String?] = []

    func obstacle(_ look: inout RollbackLook) throws(StepFailure) -> RollbackCheck.ForeignChange? {
        texts.contains(try look.run.host.actors.dropIn(of: id)) ? nil : .file("\(UnitDropIn.fileName) of \(id)")
    }
}

extension HostWrite {
    /// Writes the file of settings of a unit, or removes it, and confines a group of programs, or frees it.
    public static func setDropIn(of unit: String, to text: String?, group: CPUSet? = nil) -> HostWrite {
        .setDropIn(DropInWrite(unit: unit, text: text, group: group))
    }
}

extension SetUnitStep: StepExecution {
    var phase: Phase { .setting }

    /// Whatever apply wrote there is overwritten; a file of somebody else's is not.
    func effect(in run: Run) throws(StepFailure) -> Effect? {
        let found = try run.host.actors.dropIn(of: unit)
        let now = UnitDropIn.isGroup(unit) ? try run.host.actors.cpus(ofGroup: unit) ?? [] : nil
        let write = DropInWrite(unit: unit, text: dropIn?.text, group: now.map { _ in target?.cpus ?? [] })
        guard try !write.holds(in: run) else { return nil }
        guard found.map(UnitDropIn.isOurs) ?? true else { throw .dropInForeign(unit) }
        return Effect([.setUnit(self)], write.action, inverse: [.setDropIn(of: unit, to: found, group: now)])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { try effect(in: look.run) }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        let found = try run.host.actors.dropIn(of: unit)
        return Mismatch.between(
            .text(dropIn?.text ?? ""), .text(found ?? ""), Step.setUnit(self).subject, "drop_in[\(unit)]")
    }
}
