internal import Diagnostics
internal import YAMLTree

/// One key that a place of the file may have, and what reads it.
struct Key<Target>: Sendable {
    let name: String
    let isRequired: Bool
    let summary: String
    let defaultValue: String?
    let kind: ValueKind
    /// Reads the value into the target, and says whether that worked.
    let read: @Sendable (Entry, inout Target, inout Findings) -> Bool

    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Target, Located<Value>?> & Sendable, _ reader: ValueReader<Value>,
        required isRequired: Bool = false, defaultValue: String? = nil, _ summary: String
    ) {
        self.name = name
        self.isRequired = isRequired
        self.summary = summary
        self.defaultValue = defaultValue
        kind = reader.kind
        read = { entry, target, report in
            target[keyPath: path] = reader.located(entry, &report)
            return target[keyPath: path] != nil
        }
    }

    /// The key of a part as a key of the whole.
    init<Part>(_ key: Key<Part>, in path: any WritableKeyPath<Target, Part> & Sendable) {
        name = key.name
        isRequired = key.isRequired
        summary = key.summary
        defaultValue = key.defaultValue
        kind = key.kind
        read = { entry, target, report in key.read(entry, &target[keyPath: path], &report) }
    }
}

/// All keys of one place. One walker reads every place: it finds unknown and missing keys, the keys' readers the rest.
struct KeyTable<Target>: Sendable {
    let place: SitePlace
    let keys: [Key<Target>]
    private let numbers: [String: Int]
    private let markBroken: @Sendable (String, inout Target) -> Void

    /// Makes a table of a place whose values no rule joins with others.
    init(_ place: SitePlace, _ keys: [Key<Target>]) {
        self.init(place, keys) { _, _ in }
    }

    /// Makes a table.
    ///
    /// - Parameter broken: Where the names of keys go whose values could not be read: rules about them must not speak again.
    init(
        _ place: SitePlace, _ keys: [Key<Target>], broken: any WritableKeyPath<Target, Set<String>> & Sendable
    ) {
        self.init(place, keys) { name, target in target[keyPath: broken].insert(name) }
    }

    private init(
        _ place: SitePlace, _ keys: [Key<Target>], markBroken: @escaping @Sendable (String, inout Target) -> Void
    ) {
        self.place = place
        self.keys = keys
        self.markBroken = markBroken
        numbers = Dictionary(
            keys.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The table as data.
    var described: [SiteKey] {
        keys.map {
            SiteKey(
                place: place, name: $0.name, isRequired: $0.isRequired, summary: $0.summary, kind: $0.kind,
                defaultValue: $0.defaultValue)
        }
    }

    /// Reads a mapping into `target`.
    ///
    /// - Parameter other: Takes a key that is not in the table, and says whether it knew it.
    /// - Returns: Whether there was a mapping to read.
    func read(
        _ entry: Entry, into target: inout Target, _ report: inout Findings,
        other: (YAMLPair, inout Target, inout Findings) -> Bool = { _, _, _ in false }
    ) -> Bool {
        guard let pairs = entry.pairs(.mapping(place), &report) else { return false }
        var given: Set<Int> = []
        var meant: Set<String> = []
        for pair in pairs {
            if let number = numbers[pair.name] {
                given.insert(number)
                if keys[number].read(Entry(pair), &target, &report) { continue }
                markBroken(pair.name, &target)
            } else if !other(pair, &target, &report) {
                if let near = unknown(pair, &report) { meant.insert(near) }
            }
        }
        meant.subtract(given.map { keys[$0].name })
        for name in meant.sorted() { markBroken(name, &target) }
        for (number, key) in keys.enumerated()
        where key.isRequired && !given.contains(number) && !meant.contains(key.name) {
            report.error(
                .missingKey, "\(place.phrase) needs the key '\(key.name)'", at: entry.mark,
                hint: "add '\(key.name):' with \(key.kind.phrase)")
        }
        return true
    }

    /// Says that a key is unknown, and what was probably meant: a key of this place, or this key at another place.
    ///
    /// - Returns: The key of this place that was probably meant, or nil.
    private func unknown(_ pair: YAMLPair, _ report: inout Findings) -> String? {
        let near = report.isWorthHints ? suggestion(for: pair.name, among: keys.map(\.name)) : nil
        let homes = SiteSchema.homes[pair.name, default: []].filter { $0 != place }
        let elsewhere =
            homes.isEmpty
            ? nil : "'\(pair.name)' is a key of \(homes.map(\.phrase).joined(separator: " and of "))"
        let hint =
            if near != nil || !homes.isEmpty {
                [near.map { "did you mean '\($0)'?" }, elsewhere].compactMap { $0 }.joined(separator: " ")
            } else if keys.count > 12 {
                "numactl-plan-site(5) lists the keys of \(place.phrase)"
            } else {
                "the keys are \(keys.map(\.name).joined(separator: ", "))"
            }
        report.error(.unknownKey, "unknown \(place.noun) key '\(pair.name)'", at: pair.mark, hint: hint)
        return near
    }
}
