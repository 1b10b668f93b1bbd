internal import ArgumentParser

/// A time span that an option takes: a whole number and its unit, `90s`, `15m`, `24h`, `7d`.
struct DurationText: ExpressibleByArgument, CustomStringConvertible {
    let duration: Duration
    let description: String

    /// Reads a span of 1 second to 366 days; nil for anything else.
    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), argument.utf8.count <= 10,
            argument.dropLast().utf8.allSatisfy({ (48...57).contains($0) }), let count = Int64(argument.dropLast()),
            (1...366 * 86_400).contains(count * unit)
        else { return nil }
        duration = .seconds(count * unit)
        description = argument
    }

    private init(seconds: Int64, _ description: String) {
        duration = .seconds(seconds)
        self.description = description
    }

    /// A day and a night.
    static let day = DurationText(seconds: 86_400, "24h")

    var defaultValueDescription: String { description }
}
