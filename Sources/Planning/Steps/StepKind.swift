internal import DomainXML
internal import HostModel
internal import XMLTree

/// A kind of step: what a plan, its text and a saved plan need to know of it, in one file a kind. How it is carried out is in a file
/// of that name beside the interpreter.
///
/// Its stored members are its members in a saved plan.
protocol StepKind: Hashable, Sendable, Codable {
    /// The word for it in documents.
    static var word: Step.Word { get }

    /// The step as one of all kinds.
    var step: Step { get }

    /// What is changed.
    var subject: Change.Subject { get }

    /// What the step did, as a sentence without a full stop.
    var sentence: String { get }

    /// What the step is to do: `start web01`.
    var order: String { get }

    /// Whether what the step does cannot be undone by the same means.
    var isOneWay: Bool { get }

    /// What is wrong with it in a saved plan; nil when nothing is.
    ///
    /// - Parameters:
    ///   - rules: The rules for all steps of the same guest.
    ///   - domain: The domain that the plan found; nil for none.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String?

    // MARK: What most kinds answer alike

    /// Whether a guest may have such a step beside this one.
    func allows(_ other: Step.Word) -> Bool

    /// Whether both do the same thing, so that a guest can have only one of them.
    func isSame(as other: Step) -> Bool

    /// The setting of a running domain that it changes at once; nil for none.
    var liveSetting: SettingKey? { get }

    /// Whether it changes what runs, at once and without interrupting it.
    var isLive: Bool { get }

    /// The step that brings a running domain's setting to what is wanted at once; nil where none of this kind does.
    ///
    /// Pins are worked out all together instead.
    static func live(_ difference: SettingDifference, of guest: String, _ record: DomainRecord) -> Step?

    /// The settings that it changes, for those steps that are shown one by one.
    func parts(_ told: GuestSteps) -> [ChangedPart]

    /// Notes what it comes to for the definitions on the host.
    func add(to preflight: inout PreflightSteps)
}

extension StepKind {
    func allows(_ other: Step.Word) -> Bool { true }
    func isSame(as other: Step) -> Bool { Self.word == other.word }
    var liveSetting: SettingKey? { nil }
    var isLive: Bool { liveSetting != nil }
    static func live(_ difference: SettingDifference, of guest: String, _ record: DomainRecord) -> Step? { nil }
    func parts(_ told: GuestSteps) -> [ChangedPart] { [] }
    func add(to preflight: inout PreflightSteps) {}
}

/// A step that is about one guest.
protocol GuestStep: StepKind {
    /// The guest's name.
    var guest: String { get }
}

extension GuestStep {
    var subject: Change.Subject { .guest(guest) }
}
