internal import Diagnostics
internal import HostModel
internal import YAMLTree

extension ValueReader where Value == String {
    static func text(_ form: ValueKind.TextForm) -> ValueReader {
        ValueReader(.text(form)) { entry, report in
            guard let scalar = entry.scalar(.text(form), &report) else { return nil }
            guard let problem = form.problem(of: scalar.text) else { return scalar.text }
            report.error(
                .badName, "'\(entry.name)' \(problem.what)", at: entry.node.mark, hint: problem.hint)
            return nil
        }
    }
}

extension ValueReader where Value == PCIAddress {
    /// The address of a device.
    static var pciAddress: ValueReader {
        let text = ValueReader<String>.text(.pciAddress)
        return ValueReader(text.kind) { entry, report in text.read(entry, &report).flatMap { PCIAddress($0) } }
    }
}

extension ValueKind.TextForm {
    /// What is wrong with a text, as the end of a sentence, and what to do; nil when the text has this form.
    public func problem(of text: String) -> (what: String, hint: String?)? {
        if text.isEmpty { return ("is empty", nil) }
        if text.unicodeScalars.contains(where: isControl) {
            return ("contains a line break or another control character", "write it on one line")
        }
        switch self {
        case .line: return nil
        case .name: return nameProblem(text)
        case .absolutePath where text.first != "/": return ("must be \(phrase)", "begin with '/'")
        case .absolutePath, .path: return nil
        case .word where !text.utf8.allSatisfy(isWordByte): return ("must be \(phrase)", nil)
        case .word: return nil
        case .mac: return macProblem(text)
        case .pciAddress: return addressProblem(text)
        case .deviceClass:
            let isKnown = DeviceClasses.Word(rawValue: text) != nil || DeviceClasses(digits: text) != nil
            let near = suggestion(for: text, among: DeviceClasses.Word.allCases.map(\.rawValue))
            return isKnown ? nil : ("must be \(phrase)", near.map { "did you mean '\($0)'?" })
        case .deviceNumber:
            return DeviceNumber(text) == nil ? ("must be \(phrase)", "quote it: lspci -nn shows the numbers") : nil
        case .unit:
            return UnitDropIn.isService(text)
                ? nil : ("must be \(phrase)", text.contains(".") ? nil : "write '\(text).service'")
        case .uri where text.contains(" ") || !text.contains(":"): return ("must be \(phrase)", nil)
        case .uri: return nil
        }
    }

    /// libvirt refuses slashes, line breaks and names of blanks only; a leading dash would be an option to other tools, a leading
    /// dot a hidden file, and file names with the domain's name in them end at 255 bytes.
    private func nameProblem(_ text: String) -> (what: String, hint: String?)? {
        if text.contains("/") { return ("contains a slash", "write '\(text.replacing("/", with: "-"))'") }
        if let first = text.first, first == "-" || first == "." {
            return ("begins with '\(first)'", "begin with a letter or a digit")
        }
        if text.first?.isWhitespace == true || text.last?.isWhitespace == true {
            return ("begins or ends with a blank", "remove the blank")
        }
        let limit = 200
        return text.utf8.count > limit ? ("is longer than \(limit) bytes", "use a shorter name") : nil
    }

    private func macProblem(_ text: String) -> (what: String, hint: String?)? {
        let octets = text.split(separator: ":", omittingEmptySubsequences: false)
        let isHex =
            octets.count == 6
            && octets.allSatisfy {
                $0 == Placeholders.index || $0.count == 2 && $0.allSatisfy { $0.isASCII && $0.isHexDigit }
            }
        guard isHex, let first = UInt8(octets[0], radix: 16) else { return ("must be \(phrase)", nil) }
        return first & 1 == 0
            ? nil : ("is a multicast address", "the first octet must be even, as in 52")
    }

    /// What lspci prints lacks the domain on most machines: that is said, not guessed.
    private func addressProblem(_ text: String) -> (what: String, hint: String?)? {
        if PCIAddress(text) != nil { return nil }
        let hint = PCIAddress("0000:\(text)").map { "write the domain too: \($0)" }
        return ("must be \(phrase)", hint ?? "lspci -D lists the addresses")
    }

    private func isControl(_ scalar: Unicode.Scalar) -> Bool {
        [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-._".utf8.contains(byte)
    }
}
