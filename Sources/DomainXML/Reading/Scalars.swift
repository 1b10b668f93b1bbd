internal import HostModel
internal import XMLTree

/// The highest number that a definition may use for a vCPU, a cell, a socket: well above libvirt's own limits.
let highestNumber = maximumListNumber

extension XMLElement {
    /// A whole number in an attribute, or nil where there is none.
    func number(
        _ attribute: String, _ path: String, in range: ClosedRange<Int> = 0...highestNumber
    ) throws(DomainXMLError) -> Int? {
        guard let text = self[attribute: attribute] else { return nil }
        return try wholeNumber(text, path, in: range)
    }

    /// A whole number in an attribute that must be there.
    func requiredNumber(
        _ attribute: String, _ path: String, in range: ClosedRange<Int> = 0...highestNumber
    ) throws(DomainXMLError) -> Int {
        guard let number = try number(attribute, path, in: range) else {
            throw DomainXMLError(path, line: line, .missing)
        }
        return number
    }

    /// The element's text as a whole number.
    func numberInText(_ path: String, in range: ClosedRange<Int>) throws(DomainXMLError) -> Int {
        try wholeNumber(text, path, in: range)
    }

    private func wholeNumber(_ text: String, _ path: String, in range: ClosedRange<Int>) throws(DomainXMLError) -> Int {
        guard let digits = plainDigits(text) else { throw DomainXMLError(path, line: line, .notANumber(text)) }
        guard let number = Int(digits), range.contains(number) else {
            throw DomainXMLError(path, line: line, .outOfRange(text))
        }
        return number
    }

    /// A list in an attribute, or nil where there is none.
    func list<Element: Identifier>(
        _ attribute: String, _ path: String
    ) throws(DomainXMLError) -> IDSet<Element>? {
        guard let text = self[attribute: attribute] else { return nil }
        return try list(in: text, path)
    }

    /// The element's text as a list.
    func listInText<Element: Identifier>(_ path: String) throws(DomainXMLError) -> IDSet<Element> {
        try list(in: text, path)
    }

    private func list<Element: Identifier>(
        in text: String, _ path: String
    ) throws(DomainXMLError) -> IDSet<Element> {
        let set: IDSet<Element>
        do { set = try libvirtList(text) } catch {
            throw DomainXMLError(path, line: line, .malformedList(text, error))
        }
        guard !set.isEmpty else { throw DomainXMLError(path, line: line, .emptyList(text)) }
        return set
    }

    /// A list in an attribute that must be there.
    func requiredList<Element: Identifier>(
        _ attribute: String, _ path: String
    ) throws(DomainXMLError) -> IDSet<Element> {
        guard let set: IDSet<Element> = try list(attribute, path) else {
            throw DomainXMLError(path, line: line, .missing)
        }
        return set
    }
}

/// Reads a cpuset or nodeset as libvirt does: from left to right, so that `^1` takes away what stands before it and nothing after.
/// (The kernel's lists, and ours in the site file, know no such order.)
func libvirtList<Element: Identifier>(_ text: String) throws(ListError) -> IDSet<Element> {
    // Without blanks, exclusions and steps it is a list like any other.
    let isPlain = text.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ",") }
    if isPlain, !text.isEmpty { return try IDSet(parsing: text) }
    var set = IDSet<Element>()
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard !piece.contains(":") else { throw .malformed(part: String(piece)) }
        let part = piece.drop { $0 == " " }
        guard part.contains(where: { $0 != " " }) else { throw .emptyPart }
        if part.first == "^" {
            set.subtract(try IDSet<Element>(parsing: part.dropFirst()))
        } else {
            set.formUnion(try IDSet<Element>(parsing: part))
        }
    }
    return set
}

/// The text without blanks around it if it is decimal digits alone, else nil.
func plainDigits(_ text: String) -> String? {
    if !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) { return text }
    func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" || character == "\n" }
    var digits = Substring(text).drop(while: isBlank)
    while let last = digits.last, isBlank(last) { digits.removeLast() }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return String(digits)
}
