/// What a PCI device is, as the kernel writes it: six hexadecimal digits of class, subclass and programming interface.
public struct DeviceClass: Hashable, Sendable {
    /// The digits, in lower case.
    public let digits: String

    /// Reads exactly six hexadecimal digits; nil for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 6, let digits = hexDigits(text) else { return nil }
        self.digits = digits
    }

    /// Whether the device joins buses: it is nobody's to have.
    public var isBridge: Bool { digits.hasPrefix("06") }
}

/// The number that a vendor has, or a vendor's number of a model: four hexadecimal digits, `10de`.
public struct DeviceNumber: Hashable, Sendable {
    /// The digits, in lower case.
    public let digits: String

    /// Reads exactly four hexadecimal digits; nil for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 4, let digits = hexDigits(text) else { return nil }
        self.digits = digits
    }
}

/// Some classes of PCI devices: those that begin with the same digits, or with some.
public struct DeviceClasses: Hashable, Sendable {
    /// The words for classes that are often asked for.
    public enum Word: String, Hashable, Sendable, CaseIterable {
        /// Display and 3D controllers, and processing accelerators, as which some GPUs for computing present themselves.
        case gpu
        /// Processing accelerators and co-processors.
        case accelerator
        /// NVMe controllers.
        case nvme
        /// Network controllers.
        case nic
        /// USB controllers.
        case usb
        /// Sound.
        case audio
        /// Encryption controllers and co-processors.
        case crypto

        /// What the digits of its classes begin with.
        public var prefixes: [String] {
            switch self {
            case .gpu: ["0300", "0302", "0380", "12"]
            case .accelerator: ["0b40", "12"]
            case .nvme: ["0108"]
            case .nic: ["02"]
            case .usb: ["0c03"]
            case .audio: ["0401", "0403"]
            case .crypto: ["0b40", "10"]
            }
        }
    }

    /// The word, or the digits, that name them.
    public let name: String
    private let prefixes: [String]

    /// The classes that a word names.
    public init(_ word: Word) {
        name = word.rawValue
        prefixes = word.prefixes
    }

    /// The classes that begin with two, four or six hexadecimal digits; nil for anything else.
    public init?(digits text: some StringProtocol) {
        guard [2, 4, 6].contains(text.utf8.count), let digits = hexDigits(text) else { return nil }
        name = digits
        prefixes = [digits]
    }

    /// Whether a class is one of them.
    public func contains(_ deviceClass: DeviceClass) -> Bool { prefixes.contains { deviceClass.digits.hasPrefix($0) } }
}

/// The hexadecimal digits of a text in lower case; nil when there are others, or none.
private func hexDigits(_ text: some StringProtocol) -> String? {
    guard !text.isEmpty, text.utf8.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }) else { return nil }
    return text.lowercased()
}

extension DeviceClass: Codable {
    /// Reads six hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = DeviceClass(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a class of six hexadecimal digits such as 030200")
        }
        self = value
    }

    /// Writes the digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(digits)
    }
}

extension DeviceNumber: Codable {
    /// Reads four hexadecimal digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = DeviceNumber(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(text)' is not a number of four hexadecimal digits such as 10de")
        }
        self = value
    }

    /// Writes the digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(digits)
    }
}
