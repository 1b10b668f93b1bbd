internal import XMLTree

/// One JSON object: `{"record": "begun", "number": 3, "write": {…}}`.
extension JournalRecord: Codable {
    private enum RecordKind: String, Codable { case opened, begun, done, failed, replacing, turned, undone, ended }

    private enum CodingKeys: String, CodingKey {
        case kind = "record"
        case number, write, found, reason, what, result, detail
        case time = "time_ms"
    }

    /// Reads a record. Every field that the kind has must be there; others are passed over.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(RecordKind.self, forKey: .kind)
        switch kind {
        case .opened: self = .opened(try JournalHeader(from: decoder))
        case .begun:
            self = .begun(
                try container.decode(Int.self, forKey: .number),
                try container.decode(ReversibleWrite.self, forKey: .write))
        case .done:
            let found = try container.decodeNil(forKey: .found) ? nil : try container.document(.found)
            self = .done(try container.decode(Int.self, forKey: .number), found: found)
        case .failed:
            self = .failed(
                try container.decode(Int.self, forKey: .number),
                reason: try container.decode(String.self, forKey: .reason))
        case .replacing: self = .replacing(try FileChange(from: decoder))
        case .turned:
            self = .rollingBack(
                try container.decode(UnixTime.self, forKey: .time),
                reason: try container.decode(String.self, forKey: .reason))
        case .undone:
            self = .undone(
                what: try container.decode(String.self, forKey: .what),
                try container.decode(UndoResultName.self, forKey: .result),
                detail: try container.decode(String.self, forKey: .detail))
        case .ended: self = .ended(try JournalEnd(from: decoder))
        }
    }

    /// Writes a record.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .opened(let header):
            try container.encode(RecordKind.opened, forKey: .kind)
            try header.encode(to: encoder)
        case .begun(let number, let write):
            try container.encode(RecordKind.begun, forKey: .kind)
            try container.encode(number, forKey: .number)
            try container.encode(write, forKey: .write)
        case .done(let number, let found):
            try container.encode(RecordKind.done, forKey: .kind)
            try container.encode(number, forKey: .number)
            try container.encode(found.map(XMLWriter.write), forKey: .found)
        case .failed(let number, let reason):
            try container.encode(RecordKind.failed, forKey: .kind)
            try container.encode(number, forKey: .number)
            try container.encode(reason, forKey: .reason)
        case .replacing(let change):
            try container.encode(RecordKind.replacing, forKey: .kind)
            try change.encode(to: encoder)
        case .rollingBack(let time, let reason):
            try container.encode(RecordKind.turned, forKey: .kind)
            try container.encode(time, forKey: .time)
            try container.encode(reason, forKey: .reason)
        case .undone(let what, let result, let detail):
            try container.encode(RecordKind.undone, forKey: .kind)
            try container.encode(what, forKey: .what)
            try container.encode(result, forKey: .result)
            try container.encode(detail, forKey: .detail)
        case .ended(let end):
            try container.encode(RecordKind.ended, forKey: .kind)
            try end.encode(to: encoder)
        }
    }
}
