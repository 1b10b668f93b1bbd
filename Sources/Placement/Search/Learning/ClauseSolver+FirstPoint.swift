extension ClauseSolver {
    /// The clause that says why there is a contradiction, with one literal of the last decision, which comes first.
    ///
    /// - Parameter conflict: Literals none of which holds, some of them since the last decision.
    mutating func firstPoint(_ conflict: [Int]) -> [Int] {
        var clause = [0]
        var open = 0
        var reason = conflict
        var position = answers.literals.count
        var marked: [Int] = []
        while true {
            ownWork += reason.count
            for literal in reason {
                let question = literal / 2
                guard !isSeen[question], answers.levels[question] > 0 else { continue }
                isSeen[question] = true
                marked.append(question)
                order.bump(question)
                if answers.levels[question] == level { open += 1 } else { clause.append(literal) }
            }
            repeat { position -= 1 } while !isSeen[answers.literals[position] / 2]
            let literal = answers.literals[position]
            open -= 1
            if open == 0 {
                clause[0] = literal ^ 1
                break
            }
            reason = reasons(for: literal)
        }
        // What follows from others of the clause says nothing.
        clause = [clause[0]] + clause.dropFirst().filter { !follows($0 ^ 1) }
        for question in marked { isSeen[question] = false }
        return clause
    }

    private mutating func follows(_ literal: Int) -> Bool {
        if case .none = answers.reasons[literal / 2] { return false }
        return reasons(for: literal).allSatisfy { isSeen[$0 / 2] || answers.level(of: $0) == 0 }
    }

    /// The literals that do not hold, because of which one does.
    private mutating func reasons(for literal: Int) -> [Int] {
        switch answers.reasons[literal / 2] {
        case .none: []
        case .clause(let index): clauses.literals(of: index, but: literal)
        case .sum(let sum): sums.reasons(sum, for: literal, answers)
        }
    }
}
