internal import Diagnostics
internal import Execution
internal import HostModel
internal import Planning
internal import Rendering

extension PlanApproval {
    /// Shows the plan and says whether it could be carried out now; changes nothing.
    func check(_ world: World, format: PlanFormat) throws -> ExitStatus {
        let order = try order(world)
        world.say(PlanText(file.plan).text(color: world.hasColor))
        guard !order.steps.isEmpty else { return .done }
        let host = WritableHost(
            uri: order.uri, root: host.root ?? "/", defaultHugePage: order.facts.defaultHugePage)
        try host.opened().check(order)?.demandUnmoved()
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
