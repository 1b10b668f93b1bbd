public import HostModel

/// Why a definition could not be understood where we manage it. libvirt would refuse such a definition too.
public struct DomainXMLError: Error, Hashable, Sendable {
    /// What is wrong at the place.
    public enum Flaw: Hashable, Sendable {
        /// The document's element is this, not `domain`.
        case notADomain(String)
        /// An element or attribute that must be there is not.
        case missing
        /// This is not a whole number.
        case notANumber(String)
        /// This number is outside of what the setting can be.
        case outOfRange(String)
        /// This is not a list such as `0-3,^2`.
        case malformedList(String, ListError)
        /// This list names nothing.
        case emptyList(String)
        /// This is not a unit of memory.
        case unknownUnit(String)
        /// This is none of the setting's words.
        case unknownWord(String)
        /// This was said before.
        case duplicate(String)
    }

    /// The place, in the words of ``SettingKey``: `cputune.vcpupin`.
    public var path: String
    /// The line of the element, from 1; nil for an element that was not read.
    public var line: Int?
    /// What is wrong there.
    public var reason: Flaw

    package init(_ path: String, line: Int? = nil, _ reason: Flaw) {
        self.path = path
        self.line = line
        self.reason = reason
    }
}

extension DomainXMLError: CustomStringConvertible {
    /// One phrase with the place and what is wrong.
    public var description: String {
        let place = line.map { "line \($0): \(path)" } ?? path
        return "\(place): \(reason)"
    }
}

extension DomainXMLError.Flaw: CustomStringConvertible {
    /// One phrase that says what is wrong.
    public var description: String {
        switch self {
        case .notADomain(let name): "the document is a '\(name)', not a 'domain'"
        case .missing: "is missing"
        case .notANumber(let text): "'\(text)' is not a whole number"
        case .outOfRange(let text): "\(text) is out of range"
        case .malformedList(let text, let error): "the list '\(text)': \(error)"
        case .emptyList(let text): "the list '\(text)' is empty"
        case .unknownUnit(let text): "'\(text)' is not a unit of memory"
        case .unknownWord(let text): "'\(text)' is not one of the words that libvirt knows"
        case .duplicate(let text): "'\(text)' is listed twice"
        }
    }
}
