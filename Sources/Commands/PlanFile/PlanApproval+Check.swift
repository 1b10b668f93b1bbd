internal import Diagnostics
internal import Execution
internal import HostModel
internal import LibvirtHost
internal import LinuxHost
internal import Planning
internal import Rendering
internal import SystemPackage

extension PlanApproval {
    /// Shows the plan and says whether it could be carried out now; changes nothing.
    func check(_ world: World, format: PlanFormat) throws -> ExitStatus {
        let order = try order(world)
        world.say(PlanText(file.plan).text(color: world.hasColor))
        let run = ApplyRun(
            order: order, root: FilePath(host.root ?? "/"), shutdownLimit: .zero, growLimit: .zero)
        try run.demandUnmoved()
        return .done
    }
}

extension CommandFailure {
    /// The plan does not go with the host any more.
    static func stale(_ moved: [Moved]) -> CommandFailure {
        CommandFailure(
            .stalePlan,
            moved.map { Diagnostic(.planFileStale, "stale: \(displayable("\($0)"))") }
                + [
                    Diagnostic(
                        .planFileStale, "nothing was changed", severity: .note,
                        hint: "look at the host, then make the plan anew: numactl-plan plan --out FILE")
                ])
    }
}
