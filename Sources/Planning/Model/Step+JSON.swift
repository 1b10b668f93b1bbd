internal import DomainXML
internal import HostModel
internal import XMLTree

/// A step as a saved plan holds it: an object whose `step` says what it is. Documents are lists of lines, so that a reader and a
/// diff see them; where only managed parts are meant, the document holds nothing else.
extension Step: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind = "step"
        case guest, prior, target, definition, wanted, thread, force, from, uuid, devices
    }

    private enum Kind: String, Codable {
        case create, rename, redefine, rebase, pin, stop, release, undefine, start
        case setPool = "set_pool"
        case setAutostart = "set_autostart"
    }

    /// Reads a step.
    ///
    /// - Throws: `DecodingError` with the place of what is missing, of the wrong type, or no definition of that guest.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(Kind.self, forKey: .kind)
        if kind == .setPool {
            self = .setPool(
                try PoolID(from: decoder),
                prior: try container.decode(PageCount.self, forKey: .prior),
                target: try container.decode(PageCount.self, forKey: .target))
            return
        }
        let name = try container.decode(String.self, forKey: .guest)
        switch kind {
        case .setPool: preconditionFailure("handled above")
        case .create:
            let (wanted, mark) = try Step.wanted(container)
            self = .create(
                name: name, definition: try Step.definition(of: name, container), wanted: wanted, mark: mark)
        case .rebase:
            let (wanted, mark) = try Step.wanted(container)
            self = .rebase(
                name: name, prior: try Step.prior(container), definition: try Step.definition(of: name, container),
                wanted: wanted, mark: mark)
        case .rename:
            self = .rename(
                name: name, from: try container.decode(String.self, forKey: .from),
                uuid: try container.decodeIfPresent(String.self, forKey: .uuid))
        case .redefine:
            let (wanted, mark) = try Step.wanted(container)
            self = .redefine(
                name: name, prior: try Step.prior(container), wanted: wanted, mark: mark,
                devices: try container.decodeIfPresent([DeviceChange].self, forKey: .devices) ?? [])
        case .pin:
            self = .pin(
                name: name, thread: try container.decode(DomainThread.self, forKey: .thread),
                prior: try container.decode(CPUSet.self, forKey: .prior),
                target: try container.decode(CPUSet.self, forKey: .target))
        case .setAutostart:
            self = .setAutostart(
                name: name, prior: try container.decode(Bool.self, forKey: .prior),
                target: try container.decode(Bool.self, forKey: .target))
        case .stop:
            self = .stop(name: name, force: try container.decode(Bool.self, forKey: .force))
        case .release: self = .release(name: name)
        case .undefine: self = .undefine(name: name)
        case .start: self = .start(name: name)
        }
    }

    private static func prior(_ container: KeyedDecodingContainer<CodingKeys>) throws -> FoundSettings {
        try container.settings(.prior) { element throws(DomainXMLError) in try FoundSettings(fragment: element) }
    }

    private static func definition(
        of name: String, _ container: KeyedDecodingContainer<CodingKeys>
    ) throws -> XMLElement {
        let definition = try container.decode(XMLLines.self, forKey: .definition).element
        let named = definition.element(named: "name")?.text
        guard definition.name == "domain", named == name else {
            throw container.wrong(.definition, "this is no definition of '\(name)'")
        }
        return definition
    }

    private static func wanted(
        _ container: KeyedDecodingContainer<CodingKeys>
    ) throws -> (WantedSettings, OwnershipMark) {
        let element = try container.decode(XMLLines.self, forKey: .wanted).element
        guard let mark = OwnershipMark(reading: element) else {
            throw container.wrong(.wanted, "there is no mark of a site in it")
        }
        let wanted = try container.settings(.wanted) { element throws(DomainXMLError) in
            try WantedSettings(fragment: element)
        }
        guard XMLWriter.write(wanted.fragment(mark: mark)) == XMLWriter.write(element) else {
            throw container.wrong(.wanted, "there is more in it than managed settings and the mark of a site")
        }
        return (wanted, mark)
    }

    /// Writes a step.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        switch self {
        case .setPool(let pool, let prior, let target):
            try pool.encode(to: encoder)
            try container.encode(prior, forKey: .prior)
            try container.encode(target, forKey: .target)
        case .create(let name, let definition, let wanted, let mark):
            try container.encode(name, forKey: .guest)
            try container.encode(XMLLines(definition), forKey: .definition)
            try container.encode(XMLLines(wanted.fragment(mark: mark)), forKey: .wanted)
        case .rename(let name, let from, let uuid):
            try container.encode(name, forKey: .guest)
            try container.encode(from, forKey: .from)
            try container.encodeIfPresent(uuid, forKey: .uuid)
        case .redefine(let name, let prior, let wanted, let mark, let devices):
            try container.encode(name, forKey: .guest)
            if !devices.isEmpty { try container.encode(devices, forKey: .devices) }
            try container.encode(XMLLines(prior.fragment()), forKey: .prior)
            try container.encode(XMLLines(wanted.fragment(mark: mark)), forKey: .wanted)
        case .rebase(let name, let prior, let definition, let wanted, let mark):
            try container.encode(name, forKey: .guest)
            try container.encode(XMLLines(prior.fragment()), forKey: .prior)
            try container.encode(XMLLines(definition), forKey: .definition)
            try container.encode(XMLLines(wanted.fragment(mark: mark)), forKey: .wanted)
        case .pin(let name, let thread, let prior, let target):
            try container.encode(name, forKey: .guest)
            try container.encode(thread, forKey: .thread)
            try container.encode(prior, forKey: .prior)
            try container.encode(target, forKey: .target)
        case .setAutostart(let name, let prior, let target):
            try container.encode(name, forKey: .guest)
            try container.encode(prior, forKey: .prior)
            try container.encode(target, forKey: .target)
        case .stop(let name, let force):
            try container.encode(name, forKey: .guest)
            try container.encode(force, forKey: .force)
        case .release(let name), .undefine(let name), .start(let name):
            try container.encode(name, forKey: .guest)
        }
    }

    private var kind: Kind {
        switch self {
        case .setPool: .setPool
        case .create: .create
        case .rename: .rename
        case .redefine: .redefine
        case .rebase: .rebase
        case .pin: .pin
        case .setAutostart: .setAutostart
        case .stop: .stop
        case .release: .release
        case .undefine: .undefine
        case .start: .start
        }
    }
}

extension DomainThread: Codable {
    /// Reads `vcpu 0`, `emulator` or `iothread 1`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let words = try container.decode(String.self).split(separator: " ")
        let number = words.count == 2 ? Int(words[1]) : nil
        switch (words.first, number) {
        case ("emulator", nil) where words.count == 1: self = .emulator
        case ("vcpu", let number?) where number >= 0: self = .vcpu(VCPU(number))
        case ("iothread", let number?) where number > 0: self = .ioThread(number)
        default: throw DecodingError.dataCorruptedError(in: container, debugDescription: "no thread of a domain")
        }
    }

    /// Writes the same words.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .vcpu(let vcpu): try container.encode("vcpu \(vcpu)")
        case .emulator: try container.encode("emulator")
        case .ioThread(let number): try container.encode("iothread \(number)")
        }
    }
}

extension KeyedDecodingContainer {
    /// The settings in a list of lines.
    fileprivate func settings<Settings>(
        _ key: Key, _ read: (XMLElement) throws(DomainXMLError) -> Settings
    ) throws -> Settings {
        let element = try decode(XMLLines.self, forKey: key).element
        do { return try read(element) } catch { throw wrong(key, "\(error)") }
    }

    /// The error for a value that has the right type and is wrong all the same.
    fileprivate func wrong(_ key: Key, _ what: String) -> DecodingError {
        DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: what)
    }
}
