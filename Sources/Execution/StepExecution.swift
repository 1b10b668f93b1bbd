import DomainXML
import HostModel
import Planning
import XMLTree

/// How a kind of step is carried out. The step itself is in a file of that name beside the planner.
protocol StepExecution: Sendable {
    /// When its turn is.
    var phase: Phase { get }

    /// The write that it comes to as the host is now, with its inverse; nil when nothing is to be done. Pools and pins, which are
    /// changed all together, are looked at elsewhere.
    ///
    /// - Throws: ``StepFailure`` when the host is neither as the plan found it nor as it wants it.
    func effect(in run: Run) throws(StepFailure) -> Effect?

    /// Looks at its preconditions before the first write of the run.
    ///
    /// - Returns: The write that comes later, as far as it can be told and is one of a document; else nil.
    func precheck(_ look: Lookout) throws(StepFailure) -> Effect?

    /// What is not as it was written.
    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch]

    // MARK: For the preconditions of a saved plan

    /// Whether a definition is as the step wants it.
    func isReached(by present: Definition, defaultHugePage: PageSize?) -> Bool

    /// Whether the step brings the domain's state or autostart to what they are now.
    func brings(_ now: DomainStatus) -> (state: Bool, autostart: Bool)

    /// Whether it changes what runs, so that the running domain must be looked at.
    var changesRunning: Bool { get }

    /// What it is to change in a running domain, and is neither as the plan found it nor as it wants it.
    ///
    /// - Parameter steps: All steps of the guest.
    func moved(in live: Definition, beside steps: [Step]) -> Moved?
}

extension StepExecution {
    func isReached(by present: Definition, defaultHugePage: PageSize?) -> Bool { false }
    func brings(_ now: DomainStatus) -> (state: Bool, autostart: Bool) { (false, false) }
    var changesRunning: Bool { false }
    func moved(in live: Definition, beside steps: [Step]) -> Moved? { nil }
}

/// What steps are looked at with before the first write. What an earlier step of the same run brings about is taken as given: a
/// created domain exists, a stopped one does not run.
struct Lookout {
    /// The host as it is.
    let run: Run
    /// The host with its domains under the names that they get.
    let view: Run
    let created: Set<String>
    let stopped: Set<String>

    init(_ run: Run, _ steps: [Step]) {
        self.run = run
        let domains = RenamedDomains(run.host.domains, steps)
        view = Run(
            host: Interpreter(domains: domains, pools: run.host.pools, defaultHugePage: run.host.defaultHugePage))
        created = Set(steps.compactMap { if case .create(let step) = $0 { step.guest } else { nil } })
        stopped = Set(steps.compactMap { if case .stop(let step) = $0 { step.guest } else { nil } })
    }

    /// Whether what becomes of that domain cannot be seen yet.
    func isUnsettled(_ name: String) throws(StepFailure) -> Bool {
        if stopped.contains(name) { return true }
        guard created.contains(name) else { return false }
        return try view.host.domains.status(of: name) == nil
    }
}

/// A step that makes a definition as wanted.
protocol DefinitionStep: StepExecution {
    var guest: String { get }
    var wanted: WantedDefinition { get }
}

extension DefinitionStep {
    var phase: Phase { .define }

    func precheck(_ look: Lookout) throws(StepFailure) -> Effect? { try effect(in: look.view) }

    func mismatches(in run: Run, _ live: inout LiveDefinitions) throws(StepFailure) -> [Mismatch] {
        guard let present = try run.definition(of: guest) else { throw .domainVanished(guest) }
        return mismatches(with: present, run.host.defaultHugePage)
    }

    func isReached(by present: Definition, defaultHugePage: PageSize?) -> Bool {
        mismatches(with: present, defaultHugePage).isEmpty
    }

    private func mismatches(with present: Definition, _ defaultHugePage: PageSize?) -> [Mismatch] {
        present.mismatches(with: wanted.settings, mark: wanted.mark, defaultHugePage: defaultHugePage)
    }
}

extension Mismatch {
    /// The difference between two values; none where there is none.
    static func between(
        _ wanted: ChangedPart.PartValue, _ found: ChangedPart.PartValue, _ subject: Change.Subject, _ path: String
    ) -> [Mismatch] {
        wanted == found ? [] : [Mismatch(subject: subject, path: path, wanted: wanted, found: found)]
    }
}
