public import HostModel
public import Planning

/// Divides a device into virtual functions.
public struct VFsWrite: WriteKind {
    var device: PCIAddress
    var count: Int

    static var verb: HostWrite.Verb { .vfs }

    var action: HostWrite { .setVFs(self) }
    var domain: String? { nil }
    var place: String { "the virtual functions of \(device)" }
    var words: String { "divide \(device) into \(count) virtual functions" }

    func perform(in run: inout Run) throws(StepFailure) {
        try run.host.virtualFunctions.divide(device, into: count)
        run.report.writes += 1
    }

    func holds(in run: Run) throws(StepFailure) -> Bool { try run.host.virtualFunctions.count(of: device) == count }

    /// Of a device that is gone there is nothing to undo.
    func isAsBefore(in run: Run) throws(StepFailure) -> Bool {
        try run.host.virtualFunctions.count(of: device).map { $0 == count } ?? true
    }

    func isUndone(by inverse: [HostWrite]) -> Bool {
        guard inverse.count == 1, case .setVFs(let back) = inverse[0] else { return false }
        return back.device == device
    }

    /// What somebody else made of it meanwhile is undone as ours is, unless it is in use.
    func add(to history: inout WriteHistory, _ entry: Transaction.RecordedWrite) {}

    /// A guest that has one of them is told when they are to go: then it keeps them.
    func guestsStanding(in run: Run) -> [String] { [] }
}

extension HostWrite {
    /// Divides a device into virtual functions.
    public static func setVFs(_ device: PCIAddress, count: Int) -> HostWrite {
        .setVFs(VFsWrite(device: device, count: count))
    }
}

extension SetVFsStep: StepExecution {
    var phase: Phase { .setting }

    func effect(in run: Run) throws(StepFailure) -> Effect? {
        guard let found = try run.host.virtualFunctions.count(of: device), [prior, target].contains(found) else {
            throw .vfsChanged(device, planned: prior)
        }
        guard found != target else { return nil }
        return Effect([.setVFs(self)], .setVFs(device, count: target), inverse: [.setVFs(device, count: found)])
    }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { try effect(in: look.run) }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        let found = try run.host.virtualFunctions.count(of: device) ?? 0
        return Mismatch.between(.number(UInt64(target)), .number(UInt64(found)), .device(device), "sriov_numvfs")
    }
}
