internal import Diagnostics
internal import HostModel
internal import YAMLTree

extension ValueReader {
    /// A list of numbers such as `0-3,8`.
    static func list<Element>(isEmptyAllowed: Bool = false) -> ValueReader where Value == IDSet<Element> {
        let kind = ValueKind.list(canBeEmpty: isEmptyAllowed)
        return ValueReader(kind) { entry, report in
            guard let scalar = entry.scalar(kind, &report) else { return nil }
            guard let set: IDSet<Element> = readList(scalar.text, entry.name, at: entry.node.mark, &report) else {
                return nil
            }
            if !set.isEmpty || isEmptyAllowed { return set }
            report.error(
                .badCPUList, "the list '\(entry.name)' is empty", at: entry.node.mark,
                hint: "name at least one number, or remove the key")
            return nil
        }
    }
}

extension ValueReader where Value == HandPins.Emulator {
    /// A list of CPUs, or `none`.
    static var emulatorPin: ValueReader {
        let kind = ValueKind.listOrWord("none")
        return ValueReader(kind) { entry, report in
            guard let scalar = entry.scalar(kind, &report) else { return nil }
            if scalar.text == "none" { return HandPins.Emulator.none }
            let cpus: CPUSet? = readList(scalar.text, entry.name, at: entry.node.mark, &report)
            guard let cpus, cpus.isEmpty else { return cpus.map { .cpus($0) } }
            report.error(
                .badCPUList, "the list '\(entry.name)' is empty", at: entry.node.mark,
                hint: "name at least one CPU, or write none")
            return nil
        }
    }
}

extension ValueReader where Value == String {
    /// A list of vCPUs whose leading `^` means all but these. It stays text until the number of vCPUs is known.
    static var mask: ValueReader {
        ValueReader(.mask) { entry, report in
            guard let scalar = entry.scalar(.mask, &report) else { return nil }
            return checkedMask(scalar.text, entry.name, at: entry.node.mark, &report)
        }
    }
}

/// Reads a list, or reports what is wrong with it.
func readList<Element>(_ text: String, _ name: String, at mark: SourceMark, _ report: inout Findings) -> IDSet<Element>?
{
    do {
        return try IDSet(parsing: text)
    } catch {
        let hint = "write numbers and ranges with commas between them, such as 0-3,8"
        report.error(.badCPUList, "'\(name)': \(error)", at: mark, hint: hint)
        return nil
    }
}

/// The text of a mask when it can be read for some number of vCPUs, else nil and an error.
func checkedMask(_ text: String, _ name: String, at mark: SourceMark, _ report: inout Findings) -> String? {
    let inclusive = isExclusive(text) ? "0," + text : text
    let set: VCPUSet? = readList(inclusive, name, at: mark, &report)
    return set == nil ? nil : text
}

/// The vCPUs that a mask means: with a leading `^` all but those named, else those named.
func maskedVCPUs(_ text: String, of vcpus: Int) -> VCPUSet {
    let list = isExclusive(text) ? "0-\(vcpus - 1)," + text : text
    return (try? VCPUSet(parsing: list)) ?? []
}

private func isExclusive(_ mask: String) -> Bool { mask.drop { $0 == " " }.first == "^" }
