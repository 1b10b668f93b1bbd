/// Sentences in few lines: several in a row that differ in one name become one with all names.
enum SentenceFold {
    /// So many in a row are folded; fewer stand for themselves.
    private static let least = 3

    /// `started a`, `started b`, `started c` become `started a, b, c (3)`; the order stays.
    static func lines(_ sentences: [String]) -> [String] {
        var runs: [Run] = []
        for sentence in sentences {
            if runs.last?.takes(sentence) == true {
                runs[runs.count - 1].add(sentence)
            } else {
                runs.append(Run(sentence))
            }
        }
        return runs.flatMap { $0.sentences.count < least ? $0.sentences : [$0.folded] }
    }

    /// Sentences in a row of which all but one word is the same.
    private struct Run {
        private(set) var sentences: [String]
        private var words: [[Substring]]
        /// Which word differs; nil for a single sentence.
        private var place: Int?

        init(_ sentence: String) {
            (sentences, words) = ([sentence], [sentence.split(separator: " ", omittingEmptySubsequences: false)])
        }

        func takes(_ sentence: String) -> Bool {
            guard let found = difference(sentence) else { return false }
            return place == nil || place == found
        }

        mutating func add(_ sentence: String) {
            place = difference(sentence)
            sentences.append(sentence)
            words.append(sentence.split(separator: " ", omittingEmptySubsequences: false))
        }

        /// The only word in which a sentence differs; nil where that is not a name. What begins with a digit is an amount.
        private func difference(_ sentence: String) -> Int? {
            let (other, mine) = (sentence.split(separator: " ", omittingEmptySubsequences: false), words[0])
            guard other.count == mine.count else { return nil }
            let places = mine.indices.filter { mine[$0] != other[$0] }
            guard places.count == 1, let place = places.first,
                ![mine[place], other[place]].contains(where: { $0.first?.isNumber != false })
            else { return nil }
            return place
        }

        var folded: String {
            guard let place else { return sentences[0] }
            let names = NameList.whole(words.map { String($0[place]) }) { $0 }
            var all = words[0].map(String.init)
            all[place] = "\(names) (\(sentences.count))"
            return all.joined(separator: " ")
        }
    }
}
