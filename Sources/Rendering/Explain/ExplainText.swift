public import Diagnostics
package import HostModel
internal import Placement
package import Planning
package import SiteFile

/// Why guests do not fit, or where they are and why, for a terminal.
///
/// Says only what the plan proves: a shortage, a conflict and a remedy each come from a search of their own.
public struct ExplainText {
    let plan: Plan
    let host: HostFacts
    let policy: HostPolicy
    private let guests: [GuestSpec]
    private let named: [String]

    /// Takes a plan that was made with explanations, what it was made from, and the guests to explain.
    ///
    /// - Parameter named: Guests of the site; none is those that do not fit, or all when all fit.
    package init(_ plan: Plan, host: HostFacts, policy: HostPolicy, guests: [GuestSpec], named: [String] = []) {
        self.plan = plan
        self.host = host
        self.policy = policy
        self.guests = guests
        self.named = named
    }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let heading = "host \(displayable(plan.host))  site \(displayable(plan.site))"
        return joinedSections(
            [[paint(heading, .heading), summary]] + explained.map { section(of: $0, paint) } + [conflict(width), rest])
    }

    /// Errors and warnings that are not about guests without a place: of these the text says more.
    public var otherFindings: [Diagnostic] {
        let names = Set(plan.placement.unplaced.map(\.name))
        let marks = Set(guests.filter { names.contains($0.name.value) }.map(\.name.mark))
        return plan.diagnostics.filter { $0.severity != .note && !($0.mark.map(marks.contains) ?? false) }
    }

    // MARK: Which guests

    private var explained: [GuestSpec] {
        let sorted = guests.sorted { $0.name.value < $1.name.value }
        if !named.isEmpty { return sorted.filter { named.contains($0.name.value) } }
        let unplaced = Set(plan.placement.unplaced.map(\.name))
        guard unplaced.isEmpty else { return sorted.filter { unplaced.contains($0.name.value) } }
        return sorted.filter { $0.state?.value != .absent }
    }

    private func section(of guest: GuestSpec, _ paint: Paint) -> [String] {
        let name = guest.name.value
        if let unplaced = plan.placement.unplaced.first(where: { $0.name == name }) {
            return refusal(of: unplaced, guest, paint)
        }
        guard let place = plan.placement.guests.first(where: { $0.name == name }) else {
            let isAbsent = guest.state?.value == .absent
            let why = isAbsent ? "absent in the site: uses nothing" : "not planned: see the findings"
            return [paint("guest \(displayable(name))", .heading) + "  " + why]
        }
        return placement(place, guest, paint)
    }

    // MARK: All guests

    private var summary: String {
        let (left, placed) = (plan.placement.unplaced.count, plan.placement.guests.count)
        switch plan.placement.verdict {
        case .placed where placed == 0: return "There is nothing to place."
        case .placed: return placed == 1 ? "The only guest fits." : "All \(placed) guests fit together."
        case .infeasible:
            let verb = left == 1 ? "does" : "do"
            let all = left + placed + plan.placement.actors.count
            return "\(PlanSummary.count(plan.placement.unplaced)) of \(all) \(verb) not fit with the others."
        case .undecided:
            return "Undecided: the search limit was reached with \(left) of \(left + placed) guests without a place."
        }
    }

    private func conflict(_ width: Int) -> [String] {
        let names = plan.placement.conflict.map { displayable($0) }
        guard let last = names.last else { return [] }
        let actors = Set(plan.placement.actors.map(\.name) + plan.placement.unplaced.filter(\.isActor).map(\.name))
        let hasActors = !actors.isDisjoint(with: plan.placement.conflict)
        let text =
            names.count == 1
            ? "\(hasActors ? "Actor" : "Guest") \(last) does not fit on this host even alone."
            : "\(hasActors ? "" : "Guests ")\(names.dropLast().joined(separator: ", ")) and \(last) do not fit together, wherever they go; "
                + (plan.placement.conflictIsMinimal
                    ? "removing any one of them makes the others of these fit."
                    : "this set is not minimal: some of these may still fit together.")
        return wrapped(text, to: width)
    }

    /// That there is more to be asked.
    private var rest: [String] {
        guard named.isEmpty, !plan.placement.unplaced.isEmpty, let first = plan.placement.guests.first else {
            return []
        }
        let count = Amount.count(plan.placement.guests.count, "guest")
        let verb = plan.placement.guests.count == 1 ? "has" : "have"
        return ["\(count) \(verb) a place; name one, such as \(displayable(first.name)), to see where and why."]
    }
}
