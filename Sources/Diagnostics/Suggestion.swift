/// The name that was probably meant.
///
/// - Returns: The candidate nearest to `word` by edit distance (insert, delete, replace, swap of neighbours), or nil when
///   none is near: at most a third of the word's length, and at least one edit is allowed. Ties go to the first. A word of
///   more than 100 scalars is near to nothing.
public func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased().unicodeScalars)
    guard wanted.count <= 100 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
        let count = candidate.unicodeScalars.count
        let limit = max(1, max(wanted.count, count) / 3)
        guard abs(wanted.count - count) <= limit else { continue }
        let distance = editDistance(wanted, Array(candidate.lowercased().unicodeScalars))
        if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
}

/// Damerau-Levenshtein distance in its restricted form: no part is edited twice.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var current = [i + 1]
        for (j, b) in right.enumerated() {
            var cost = Swift.min(last[j + 1] + 1, current[j] + 1, last[j] + (a == b ? 0 : 1))
            if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { cost = Swift.min(cost, beforeLast[j - 1] + 1) }
            current.append(cost)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
