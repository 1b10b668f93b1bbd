internal import HostModel

/// What may stand at a key: enough to write the manual's line or a JSON Schema from it.
public indirect enum ValueKind: Hashable, Sendable {
    /// `true` or `false`.
    case boolean
    /// A whole number in decimal digits.
    case integer(ClosedRange<Int>)
    /// A number above 0 with at most three places.
    case ratio
    /// An amount of memory with its unit.
    case size
    /// An amount of memory with its unit, or one of some words.
    case amount(words: [String])
    /// A page size with its unit, or one of some words.
    case pageSize(words: [String])
    /// One of some words.
    case choice([String])
    /// A list of numbers such as `0-3,8`.
    case list(canBeEmpty: Bool)
    /// A list of numbers, or that word.
    case listOrWord(String)
    /// A plain number of CPUs, or a list of CPUs as text.
    case countOrList(ClosedRange<Int>)
    /// A list of vCPUs; a leading `^` means all but these.
    case mask
    /// Text of some form.
    case text(TextForm)
    /// Text of some form, or a mapping with the keys of a place.
    case textOrMapping(TextForm, SitePlace)
    /// Values in order, at least `minimum` of them.
    case sequence(ValueKind, minimum: Int)
    /// A mapping with the keys of a place.
    case mapping(SitePlace)
    /// A mapping with the keys of a place, or that word.
    case mappingOrWord(SitePlace, String)
    /// A mapping from names or numbers to values; the keys of a place may stand beside them.
    case dictionary(KeyForm, ValueKind, beside: SitePlace? = nil)
    /// Properties in Nova's own spelling, of a flavor or of an image.
    case properties(ofImage: Bool)

    /// The forms of text.
    public enum TextForm: Hashable, Sendable, CaseIterable {
        /// A name that libvirt takes for a domain.
        case name
        /// A path from the root.
        case absolutePath
        /// A path from the root, or from the site file's folder.
        case path
        /// One word of ASCII letters, digits, `.`, `-` and `_`.
        case word
        /// A hardware address of a guest's interface.
        case mac
        /// The address of a PCI device of the host.
        case pciAddress
        /// A word for PCI classes, or two, four or six hexadecimal digits.
        case deviceClass
        /// Four hexadecimal digits.
        case deviceNumber
        /// The name of a service of systemd.
        case unit
        /// A connection URI without blanks.
        case uri
        /// A single line.
        case line
    }

    /// The forms of a dictionary's keys.
    public enum KeyForm: Hashable, Sendable {
        /// A name as for ``TextForm/name``.
        case name
        /// The number of a cell.
        case cell
        /// The number of a vCPU.
        case vcpu
        /// The number of an iothread, from 1.
        case ioThread
        /// A page size with its unit.
        case pageSize
    }

    /// The kind in an operator's words, for `… must be …`.
    public var phrase: String {
        switch self {
        case .boolean: "true or false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .ratio: "a number above 0 such as 1.5"
        case .size: "a size such as 512MiB"
        case .amount(let words): "\(words.joined(separator: ", ")) or a size such as 512MiB"
        case .pageSize(let words):
            words.isEmpty ? "a page size such as 2MiB" : "\(words.joined(separator: ", ")) or a page size such as 2MiB"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .list: "a list such as 0-3,8"
        case .listOrWord(let word): "\(word) or a list such as 0-3,8"
        case .countOrList: "a number of CPUs, or a list of CPUs such as 4-5"
        case .mask: "a list of vCPUs such as 0-3 or ^0"
        case .text(let form): form.phrase
        case .textOrMapping(let form, _): "\(form.phrase), or a mapping of keys to values"
        case .sequence: "a list"
        case .mappingOrWord(_, let word): "\(word) or a mapping of keys to values"
        case .mapping, .dictionary, .properties: "a mapping of keys to values"
        }
    }
}

extension ValueKind.TextForm {
    /// The form in an operator's words.
    public var phrase: String {
        switch self {
        case .name: "a name"
        case .absolutePath: "an absolute path"
        case .path: "a path"
        case .word: "a word of letters, digits, '.', '-' and '_'"
        case .mac: "a MAC address such as 52:54:00:12:34:56"
        case .pciAddress: "a PCI address such as 0000:3b:00.0"
        case .deviceClass:
            "one of \(DeviceClasses.Word.allCases.map(\.rawValue).joined(separator: ", ")), or two, four or six hexadecimal "
                + "digits such as \"0302\""
        case .deviceNumber: "four hexadecimal digits such as \"10de\""
        case .unit: "the name of a service of systemd such as spdk.service"
        case .uri: "a connection URI such as qemu:///system"
        case .line: "one line of text"
        }
    }
}
