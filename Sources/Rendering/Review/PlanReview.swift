public import Planning

/// A plan with what a reader sees besides it.
public struct PlanReview: Hashable, Sendable {
    /// The plan.
    public var plan: Plan
    /// How old the facts are; nil when the host itself was asked.
    public var facts: FactsOrigin?
    /// How definitions change, ascending by guest; empty unless asked for.
    public var definitions: [DefinitionDiff]
    /// Of which guests every setting is shown.
    public var details: PlanDetails

    package init(
        _ plan: Plan, facts: FactsOrigin? = nil, definitions: [DefinitionDiff] = [],
        details: PlanDetails = .none
    ) {
        self.details = details
        self.plan = plan
        self.facts = facts
        self.definitions = definitions
    }
}
