/// What all searches for one answer may do together, counted in fit checks: a reference, since it is one for all of them.
///
/// Counted steps, never a clock: the same question has the same answer on any machine.
final class SearchBudget {
    /// What there was at first.
    let total: Int
    private let parent: SearchBudget?
    private var own: Int

    init(_ total: Int) {
        self.total = max(0, total)
        parent = nil
        own = self.total
    }

    private init(_ total: Int, of parent: SearchBudget) {
        self.total = total
        self.parent = parent
        own = total
    }

    /// What is left.
    var left: Int { min(own, parent?.left ?? own) }
    /// What was spent.
    var spent: Int { total - own }

    /// Takes off what a search did.
    func spend(_ steps: Int) {
        own = max(0, own - steps)
        parent?.spend(steps)
    }

    /// A budget for a part of the work: so small a share of what there was at first, or what is left.
    func part(_ share: Int) -> SearchBudget { SearchBudget(min(left, total / max(1, share)), of: self) }
}
