public import HostModel

/// Records which CPUs a program beside the guests has to itself, so that it keeps them from plan to plan.
public struct SetActorStep: StepKind {
    package var actor: String
    package var site: String
    /// What was recorded; nil for nothing.
    package var prior: ActorRecord?
    /// What is to be recorded; nil for an actor that goes.
    package var target: ActorRecord?

    static var word: Step.Word { .setActor }
    var step: Step { .setActor(self) }
    var subject: Change.Subject { .actor(actor) }

    var sentence: String {
        target.map { "gave actor \(actor) the CPUs \($0.cpus)" }
            ?? "took the CPUs \(prior?.cpus ?? []) from actor \(actor)"
    }
    var order: String {
        target.map { "give actor \(actor) the CPUs \($0.cpus)" }
            ?? "take the CPUs \(prior?.cpus ?? []) from actor \(actor)"
    }
    var isOneWay: Bool { false }

    /// It is about no guest; ``SavedPlanRules`` looks at it.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }

    private enum CodingKeys: CodingKey { case actor, site, prior, target }
}

extension Step {
    /// Records the CPUs of an actor; `prior` is what is recorded now. One of the two is not nil.
    public static func setActor(_ actor: String, site: String, prior: ActorRecord?, target: ActorRecord?) -> Step {
        .setActor(SetActorStep(actor: actor, site: site, prior: prior, target: target))
    }
}
