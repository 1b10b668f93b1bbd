import HostModel
public import Planning

/// Writes the file of settings of a unit, or removes it.
public struct DropInWrite: WriteKind {
    var unit: String
    var text: String?

    static var verb: HostWrite.Verb { .dropIn }

    var action: HostWrite { .setDropIn(self) }
    var domain: String? { nil }
    var place: String { "the CPUs of unit \(unit)" }
    var words: String { "\(text == nil ? "remove" : "write") \(UnitDropIn.fileName) of \(unit)" }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.actors.setDropIn(of: unit, to: text)
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.actors.dropIn(of: unit) == text }

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
    /// Writes the file of settings of a unit, or removes it.
    public static func setDropIn(of unit: String, to text: String?) -> HostWrite {
        .setDropIn(DropInWrite(unit: unit, text: text))
    }
}

extension SetUnitStep: StepExecution {
    var phase: Phase { .setting }

    /// Whatever apply wrote there is overwritten; a file of somebody else's is not.
    func effect(in run: Run) throws(StepFailure) -> Effect? {
        let found = try run.host.actors.dropIn(of: unit)
        guard found != dropIn?.text else { return nil }
        guard found.map(UnitDropIn.isOurs) ?? true else { throw .dropInForeign(unit) }
        return Effect(
            [.setUnit(self)], .setDropIn(of: unit, to: dropIn?.text), inverse: [.setDropIn(of: unit, to: found)])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { try effect(in: look.run) }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        let found = try run.host.actors.dropIn(of: unit)
        return Mismatch.between(
            .text(dropIn?.text ?? ""), .text(found ?? ""), Step.setUnit(self).subject, "drop_in[\(unit)]")
    }
}
