internal import Diagnostics
internal import HostModel
internal import YAMLTree

extension ValueReader where Value == KiB {
    /// An amount of memory with its unit.
    static func size(atLeast minimum: KiB = .zero) -> ValueReader {
        ValueReader(.size) { entry, report in
            guard let scalar = entry.scalar(.size, &report) else { return nil }
            guard let size = readSize(scalar.text, entry.name, at: entry.node.mark, &report) else { return nil }
            guard size >= minimum else {
                report.error(.badSize, "'\(entry.name)' must be at least \(minimum)", at: entry.node.mark)
                return nil
            }
            return size
        }
    }
}

extension ValueReader where Value == GuestOverhead {
    /// `auto`, `none` or a size.
    static var overhead: ValueReader {
        let words = ["auto", "none"]
        let kind = ValueKind.amount(words: words)
        return ValueReader(kind) { entry, report in
            guard let scalar = entry.scalar(kind, &report) else { return nil }
            switch scalar.text {
            case "auto": return .automatic
            case "none": return GuestOverhead.none
            case let text where text.first?.isNumber == true:
                return readSize(text, entry.name, at: entry.node.mark, &report).map { .fixed($0) }
            case let text:
                report.error(
                    .badSize, "'\(entry.name)' must be \(kind.phrase)", at: entry.node.mark,
                    label: suggestion(for: text, among: words).map { "did you mean '\($0)'?" })
                return nil
            }
        }
    }
}

/// Reads a size, or reports what is wrong with it.
func readSize(_ text: String, _ name: String, at mark: SourceMark, _ report: inout Findings) -> KiB? {
    do {
        return try Size.parse(text)
    } catch {
        report.error(.badSize, "'\(name)': \(error)", at: mark, hint: hint(for: error))
        return nil
    }
}

private func hint(for error: Size.ParseError) -> String? {
    switch error {
    case .noUnit(let number): "write the unit: \(number)MiB or \(number)GiB"
    case .unknownUnit(_, let suggestion?):
        "write \(suggestion), which is 1024-based; B, KiB, MiB, GiB and TiB are known"
    case .unknownUnit: "use B, KiB, MiB, GiB or TiB"
    case .notANumber: "write a whole number and a unit, such as 1536MiB instead of 1.5GiB"
    case .notWholeKiB, .tooLarge: nil
    }
}

extension ValueReader where Value == GuestDemand.PageRequest {
    /// `small`, `large`, `any` or a size.
    static var pageRequest: ValueReader {
        let words = ["small", "large", "any"]
        let kind = ValueKind.pageSize(words: words)
        return ValueReader(kind) { entry, report in
            guard let scalar = entry.scalar(kind, &report) else { return nil }
            if let request = GuestDemand.PageRequest(word: scalar.text) { return request }
            if scalar.text.first?.isNumber != true {
                report.error(
                    .badSize, "'\(entry.name)' must be \(kind.phrase)", at: entry.node.mark,
                    label: suggestion(for: scalar.text, among: words).map { "did you mean '\($0)'?" })
                return nil
            }
            guard let size = readSize(scalar.text, entry.name, at: entry.node.mark, &report) else { return nil }
            return possiblePage(size, at: entry.node.mark, &report).map { .exactly($0) }
        }
    }
}

extension GuestDemand.PageRequest {
    /// The request that a word stands for, or nil.
    init?(word: String) {
        switch word {
        case "small": self = .small
        case "large": self = .large
        case "any": self = .any
        default: return nil
        }
    }

    /// The request in words, for `the image asks for …`.
    var phrase: String {
        switch self {
        case .small: "small pages"
        case .large: "large pages"
        case .any: "any pages"
        case .exactly(let size): "pages of \(size)"
        }
    }
}

/// A page size that some machine could have: a power of two from 4 KiB. Anything else is an error.
func possiblePage(_ size: KiB, at mark: SourceMark, _ report: inout Findings) -> PageSize? {
    if size.count >= 4, size.count.nonzeroBitCount == 1 { return PageSize(size) }
    report.error(
        .pageSizeImpossible, "no host has pages of \(size)", at: mark,
        hint: "page sizes are powers of two from 4KiB; 'numactl-plan facts' shows those of the host")
    return nil
}
