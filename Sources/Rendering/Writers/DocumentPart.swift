/// The members of one kind of object in a document: what each is called, what it may hold, and where that comes from. Both the
/// document and its schema are read off this list, so that neither says what the other does not.
struct DocumentPart<Source>: Sendable {
    /// One member of an object.
    struct Member: Sendable {
        fileprivate let name: String
        fileprivate let schema: JSONValue
        fileprivate let isAlwaysThere: Bool
        fileprivate let value: @Sendable (Source) -> JSONValue?
        private let keyText: [UInt8]
        /// Writes the value without making one, where it is an object or a list of them.
        private let writeParts: (@Sendable (Source, inout JSONWriter) -> Void)?

        private init(
            _ name: String, _ schema: JSONValue, isAlwaysThere: Bool,
            _ value: @escaping @Sendable (Source) -> JSONValue?,
            writeParts: (@Sendable (Source, inout JSONWriter) -> Void)? = nil
        ) {
            (self.name, self.schema, self.isAlwaysThere) = (name, schema, isAlwaysThere)
            (self.value, self.writeParts, keyText) = (value, writeParts, JSONWriter.keyText(name))
        }

        /// A member that every object has.
        init(_ name: String, _ schema: JSONValue, _ value: @escaping @Sendable (Source) -> JSONValue) {
            self.init(name, schema, isAlwaysThere: true, { value($0) })
        }

        /// A member that is left out where it has no value.
        init(optional name: String, _ schema: JSONValue, _ value: @escaping @Sendable (Source) -> JSONValue?) {
            self.init(name, schema, isAlwaysThere: false, value)
        }

        /// A member that every object has: an object, or null for none.
        init<Item>(
            _ name: String, _ schema: JSONValue, _ part: DocumentPart<Item>,
            one item: @escaping @Sendable (Source) -> Item?
        ) {
            self.init(name, schema, isAlwaysThere: true, { item($0).map(part.json) ?? .null }) { source, writer in
                if let item = item(source) { part.write(item, to: &writer) } else { writer.write(.null) }
            }
        }

        /// A member that every object has: a list of objects.
        init<Item>(
            _ name: String, _ schema: JSONValue, _ part: DocumentPart<Item>,
            all items: @escaping @Sendable (Source) -> [Item]
        ) {
            self.init(name, schema, isAlwaysThere: true, { part.list(items($0)) }) { source, writer in
                writer.openList()
                for item in items(source) {
                    writer.beginElement()
                    part.write(item, to: &writer)
                }
                writer.closeList()
            }
        }

        fileprivate func write(_ source: Source, to writer: inout JSONWriter) {
            if let writeParts {
                writer.beginMember(keyText)
                writeParts(source, &writer)
            } else if let value = value(source) {
                writer.beginMember(keyText)
                writer.write(value)
            }
        }
    }

    private let members: [Member]
    /// The members as they are written: by name.
    private let sorted: [Member]

    /// Takes the members; no name stands there twice.
    init(_ members: [Member]) {
        self.members = members
        sorted = members.sorted { $0.name < $1.name }
    }

    /// Writes the object of a value.
    func write(_ source: Source, to writer: inout JSONWriter) {
        writer.openObject()
        for member in sorted { member.write(source, to: &writer) }
        writer.closeObject()
    }

    /// The text of a value's object, indented so deep but for its first line.
    func text(_ source: Source, depth: Int) -> String {
        var writer = JSONWriter(depth: depth)
        write(source, to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The object of a value.
    func json(_ source: Source) -> JSONValue { .object(object(source)) }

    /// The object of a value, for what adds members of its own.
    func object(_ source: Source) -> [String: JSONValue] {
        var object: [String: JSONValue] = [:]
        object.reserveCapacity(members.count)
        for member in members { object[member.name] = member.value(source) }
        return object
    }

    /// The members of a value's object, in their order; those without a value are left out.
    func members(_ source: Source) -> [(key: String, value: JSONValue)] {
        members.compactMap { member in member.value(source).map { (member.name, $0) } }
    }

    /// The objects of some values, in their order.
    func list(_ sources: [Source]) -> JSONValue { .list(sources.map(json)) }

    /// What such an object may be, as JSON Schema. Others may be added within a major version, so a member that is not named is
    /// allowed.
    var schema: [String: JSONValue] {
        Schema.object(required, optional: schemas { !$0.isAlwaysThere })
    }

    /// By name: the schemas of the members that every object has.
    var required: [String: JSONValue] { schemas { $0.isAlwaysThere } }

    private func schemas(_ isMeant: (Member) -> Bool) -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: members.filter(isMeant).map { ($0.name, $0.schema) })
    }
}
