internal import Diagnostics
internal import HostModel
internal import Planning
internal import SiteFile

/// What apply carries out, whether the plan was made a moment ago or read from a file.
struct WorkOrder {
    var plan: Plan
    var steps: [Step]
    /// What must still be as a saved plan found it; nil for a plan made a moment ago, whose steps carry what they found.
    var preconditions: Preconditions?
    var facts: HostFacts
    var uri: String
    /// What each pool of the host must hold.
    var poolTargets: [PoolID: PageCount]
    /// Ordinary memory that each cell keeps when the machine boots.
    var keepFree: [CellID: KiB]
    /// What is kept off the CPUs of guests when the machine boots; nil for nothing.
    var isolation: CPUIsolation?
    /// Which devices are divided into virtual functions when the machine boots.
    var divided: [DividedDevice] = []
    var sources: [SourceText] = []
}

extension WorkOrder {
    /// The plan that a session made.
    init(_ session: PlanningSession) {
        self.init(
            plan: session.result.plan, steps: session.result.steps, facts: session.facts, uri: session.uri,
            poolTargets: session.result.poolTargets.filter { $0.value > .zero },
            keepFree: Dictionary(
                session.facts.cells.map { ($0.id, session.policy.reserve(of: $0.id)) }, uniquingKeysWith: { $1 }),
            isolation: session.result.isolation, divided: session.result.divided, sources: session.sources)
    }
}
