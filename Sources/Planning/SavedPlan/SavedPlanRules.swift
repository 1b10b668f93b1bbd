internal import Diagnostics
internal import DomainXML
package import HostModel
internal import SiteFile

/// Something in a saved plan that this program does not write, with its place.
public struct PlanProblem: Hashable, Sendable {
    /// A part of the way to the place: a member's name, or an index of a list.
    public enum PathPart: Hashable, Sendable {
        case member(String)
        case index(Int)
    }

    /// The way to the place within the payload.
    public var path: [PathPart]
    /// What is wrong there, without a full stop.
    public var message: String

    init(_ path: [PathPart], _ message: String) {
        self.path = path
        self.message = message
    }

    /// Something that is wrong with a member of the payload.
    public init(member: String, _ message: String) { self.init([.member(member)], message) }
}

/// Holds a saved plan against what this program would make of a site file on this host.
///
/// A checksum says that a file is whole, not who wrote it. So nothing is carried out that plan --out would not have saved: each
/// guest has steps that go together and a precondition that allows them; definitions carry managed settings, our mark and devices
/// that reach nothing but disks, networks and PCI devices; CPUs, cells and page sizes are this host's; and what is reserved at boot
/// follows from the steps.
public struct SavedPlanRules {
    let steps: [Step]
    let preconditions: Preconditions
    let site: String
    let host: HostFacts
    var defaultHugePage: PageSize? { host.defaultHugePage }
    let basedGuests: Set<String>

    /// Takes what the plan holds and the host that it is for.
    ///
    /// - Parameters:
    ///   - basedGuests: New guests whose definitions were made again from their base files, which are on this host: whatever is in
    ///     those files was written by whoever may write there.
    package init(
        steps: [Step], preconditions: Preconditions, site: String, host: HostFacts,
        basedGuests: Set<String> = []
    ) {
        self.steps = steps
        self.preconditions = preconditions
        self.site = site
        self.host = host
        self.basedGuests = basedGuests
    }

    /// Everything that is wrong, in the order of the file.
    public var problems: [PlanProblem] {
        var problems: [PlanProblem] = []
        if let wrong = PlanName.problem(of: site) {
            problems.append(PlanProblem([.member("site"), .member("name")], wrong))
        }
        return problems + guestProblems + poolProblems + actorProblems + strayPreconditions
    }

    private var guestProblems: [PlanProblem] {
        let domains = preconditions.guests.keyed(by: \.name)
        let all = Dictionary(grouping: steps.indices.filter { steps[$0].guest != nil }) { steps[$0].guest ?? "" }
        return all.sorted { $0.value[0] < $1.value[0] }.flatMap { name, places in
            GuestStepRules(
                name: name, places: places, steps: places.map { steps[$0] }, found: domains[name], rules: self
            ).problems
        }
    }

    /// A precondition for what no step is about, or a second one for the same, was not written by this program.
    private var strayPreconditions: [PlanProblem] {
        let names = Set(steps.compactMap(\.guest))
        var seen: Set<String> = []
        return preconditions.guests.indices.compactMap { index in
            let name = preconditions.guests[index].name
            guard !names.contains(name) || !seen.insert(name).inserted else { return nil }
            return PlanProblem(
                [.member("preconditions"), .member("guests"), .index(index)],
                "no step changes this guest, or it is listed twice")
        }
    }
}

/// What names in a plan must be, as in a site file.
enum PlanName {
    static func problem(of name: String) -> String? {
        ValueKind.TextForm.name.problem(of: name).map { "'\(name)' \($0.what)" }
    }
}
