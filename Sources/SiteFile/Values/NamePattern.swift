/// A pattern of names, as a shell has them: `*` is any run of characters, `?` any one, all else is itself.
struct NamePattern {
    private let pattern: [Character]

    init(_ text: String) { pattern = Array(text) }

    /// Whether the whole name is of this form.
    func matches(_ text: String) -> Bool {
        let name = Array(text)
        var (place, index) = (0, 0)
        /// The last `*` and how far it has reached, to come back to.
        var star: (place: Int, index: Int)?
        while index < name.count {
            if place < pattern.count, pattern[place] == "*" {
                star = (place, index)
                place += 1
            } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[index] {
                place += 1
                index += 1
            } else if let last = star {
                star = (last.place, last.index + 1)
                (place, index) = (last.place + 1, last.index + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }
}

extension HostPolicy {
    /// Whether the CPUs of a domain of that name do not count.
    public func ignores(_ domain: String) -> Bool { ignoredDomains.contains { NamePattern($0).matches(domain) } }
}
