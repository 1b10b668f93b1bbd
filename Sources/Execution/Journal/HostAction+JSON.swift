internal import HostModel
internal import Planning
internal import XMLTree

/// `{"do": "pin", "guest": "web01", "thread": "vcpu 0", "cpus": "0-3"}`. A document is its XML as a text, secrets included.
///
/// What a definition replaces is left out: ``ReversibleWrite`` puts it back.
extension HostAction: Codable {
    private enum Verb: String, Codable {
        case pools, define, undefine, rename, pin, autostart, start, stop, file
    }

    private enum CodingKeys: String, CodingKey {
        case verb = "do"
        case pools, guest, document, thread, cpus, on, force, from, uuid, file
    }

    /// Reads an action. Every field must be there; fields that are not known are passed over.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let verb = try container.decode(Verb.self, forKey: .verb)
        if verb == .pools {
            self = .setPools(try container.decode([PoolChange].self, forKey: .pools))
            return
        }
        if verb == .file {
            self = .replaceFile(try container.decode(FileChange.self, forKey: .file))
            return
        }
        let name = try container.decode(String.self, forKey: .guest)
        switch verb {
        case .define: self = .define(name: name, document: try container.document(.document), replacing: nil)
        case .undefine: self = .undefine(name: name)
        case .rename:
            self = .rename(
                name: name, from: try container.decode(String.self, forKey: .from),
                uuid: try container.decodeIfPresent(String.self, forKey: .uuid))
        case .pin:
            self = .pin(
                name: name, thread: try container.thread(.thread),
                cpus: try container.decode(CPUSet.self, forKey: .cpus))
        case .autostart:
            self = .setAutostart(name: name, autostart: try container.decode(Bool.self, forKey: .on))
        case .start: self = .start(name: name)
        case .stop, .pools, .file:
            self = .stop(name: name, force: try container.decode(Bool.self, forKey: .force))
        }
    }

    /// Writes an action.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(verb, forKey: .verb)
        try container.encodeIfPresent(guest, forKey: .guest)
        switch self {
        case .setPools(let changes): try container.encode(changes, forKey: .pools)
        case .define(_, let document, _): try container.encode(XMLWriter.write(document), forKey: .document)
        case .rename(_, let from, let uuid):
            try container.encode(from, forKey: .from)
            try container.encodeIfPresent(uuid, forKey: .uuid)
        case .pin(_, let thread, let cpus):
            try container.encode(thread.word, forKey: .thread)
            try container.encode(cpus, forKey: .cpus)
        case .setAutostart(_, let autostart): try container.encode(autostart, forKey: .on)
        case .stop(_, let force): try container.encode(force, forKey: .force)
        case .replaceFile(let change): try container.encode(change, forKey: .file)
        case .undefine, .start: break
        }
    }

    private var verb: Verb {
        switch self {
        case .setPools: .pools
        case .define: .define
        case .undefine: .undefine
        case .rename: .rename
        case .pin: .pin
        case .setAutostart: .autostart
        case .start: .start
        case .stop: .stop
        case .replaceFile: .file
        }
    }
}

/// `{"cell": 0, "page_kib": 2048, "prior": 0, "target": 512}`.
extension PoolChange: Codable {
    private enum CodingKeys: String, CodingKey {
        case prior, target
    }

    /// Reads a change.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            pool: try PoolID(from: decoder),
            prior: try container.decode(PageCount.self, forKey: .prior),
            target: try container.decode(PageCount.self, forKey: .target))
    }

    /// Writes a change.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try pool.encode(to: encoder)
        try container.encode(prior, forKey: .prior)
        try container.encode(target, forKey: .target)
    }
}

extension KeyedDecodingContainer {
    /// An XML document that is written as a text.
    func document(_ key: Key) throws -> XMLElement {
        do {
            return try XMLReader.read(try decode(String.self, forKey: key))
        } catch let error as XMLError {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "\(error)")
        }
    }

    fileprivate func thread(_ key: Key) throws -> DomainThread {
        let words = try decode(String.self, forKey: key).split(separator: " ")
        let number = words.count == 2 ? Int(words[1]) : nil
        switch (words.first, number) {
        case ("emulator", nil) where words.count == 1: return .emulator
        case ("vcpu", let number?) where number >= 0: return .vcpu(VCPU(number))
        case ("iothread", let number?) where number > 0: return .ioThread(number)
        default: throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "no such thread")
        }
    }
}

extension DomainThread {
    /// The thread as a journal names it.
    fileprivate var word: String {
        switch self {
        case .vcpu(let vcpu): "vcpu \(vcpu)"
        case .emulator: "emulator"
        case .ioThread(let number): "iothread \(number)"
        }
    }
}
