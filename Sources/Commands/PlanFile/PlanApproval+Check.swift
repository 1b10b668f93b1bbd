internal import Diagnostics
internal import Execution
internal import HostModel
internal import Planning
internal import Rendering

extension PlanApproval {
    /// Shows the plan and says whether it could be carried out now; changes nothing.
    func check(_ world: World, _ review: ReviewOptions) throws -> ExitStatus {
        let order = try order(world)
        var failure: CommandFailure?
        do {
            try demandUnmoved(order)
        } catch let stale as CommandFailure {
            failure = stale
        }
        world.say(
            try order.plan.rendered(review, status: failure?.status ?? .done, world))
        if let failure { throw failure }
        return .done
    }

    private func demandUnmoved(_ order: WorkOrder) throws {
        guard !order.steps.isEmpty else { return }
        let host = WritableHost(
            uri: order.uri, root: host.root ?? "/", defaultHugePage: order.facts.defaultHugePage)
        try host.opened().check(order)?.demandUnmoved()
    }
}

extension Plan {
    /// A plan without a placement in the form that was asked for, of those that need none.
    func rendered(_ options: ReviewOptions, status: ExitStatus, _ world: World) throws -> String {
        switch options.format {
        case .json: try JSONText.of(PlanJSON(self, exit: status.report))
        case .markdown: PlanMarkdown(PlanReview(self), maximumBytes: options.maxBytes).text
        case .text, .html, .svg: try text(options, world)
        }
    }

    /// Guests that something is changed of.
    var changedGuests: [String] {
        changes.compactMap { change in if case .guest(let name) = change.subject { name } else { nil } }
    }

    /// The plan as text for a terminal.
    func text(_ options: ReviewOptions, _ world: World) throws -> String {
        try options.details.demandKnown(changedGuests + unchanged)
        return PlanText(PlanReview(self, details: options.details.choice)).text(
            color: world.hasColor, width: world.width)
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
                        hint: "check the host, then plan again: numactl-plan plan --out FILE")
                ])
    }
}
