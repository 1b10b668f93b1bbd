/// Names in few words: those that are numbered one after the other as a range, and of the rest the first.
enum NameList {
    /// So many names or ranges are shown before the rest is counted.
    private static let shown = 4

    /// `vm01 to vm25`, `a, b, c, d and 3 more`.
    static func text(_ names: [String], quote: (String) -> String) -> String {
        let runs = runs(names)
        let rest = runs.dropFirst(shown).reduce(0) { $0 + $1.count }
        return text(runs.prefix(shown), quote) + (rest > 0 ? " and \(rest) more" : "")
    }

    /// All of the names, however many.
    static func whole(_ names: [String], quote: (String) -> String) -> String { text(runs(names)[...], quote) }

    private static func text(_ runs: ArraySlice<[String]>, _ quote: (String) -> String) -> String {
        runs.map { run in
            run.count < 3
                ? run.map(quote).joined(separator: ", ") : "\(quote(run[0])) to \(quote(run[run.count - 1]))"
        }.joined(separator: ", ")
    }

    /// The names, ascending by the number at their ends, cut where one does not follow the one before.
    private static func runs(_ names: [String]) -> [[String]] {
        let sorted = names.map(Numbered.init).sorted { ($0.stem, $0.number, $0.name) < ($1.stem, $1.number, $1.name) }
        var runs: [[Numbered]] = []
        for name in sorted {
            if let last = runs.last?.last, last.isFollowed(by: name) {
                runs[runs.count - 1].append(name)
            } else {
                runs.append([name])
            }
        }
        // Two that follow each other are no range: each stands for itself.
        return runs.flatMap { run in run.count < 3 ? run.map { [$0.name] } : [run.map(\.name)] }
    }

    /// A name and the number at its end; -1 for none.
    private struct Numbered {
        let name: String
        let stem: String
        let number: Int
        private let digits: Int

        init(_ name: String) {
            self.name = name
            digits = name.utf8.reversed().prefix(9).prefix { (48...57).contains($0) }.count
            stem = String(Substring(name.utf8.dropLast(digits)))
            number = Int(Substring(name.utf8.suffix(digits))) ?? -1
        }

        /// Whether the other has the next number, written alike: `vm09` and `vm10`, `web-9` and `web-10`.
        func isFollowed(by other: Numbered) -> Bool {
            guard digits > 0, stem == other.stem, other.number == number + 1 else { return false }
            return digits == other.digits || "\(number)".count == digits
        }
    }
}
