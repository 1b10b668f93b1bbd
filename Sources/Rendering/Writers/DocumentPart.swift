/// The members of one kind of object in a document: what each is called, what it may hold, and where that comes from. Both the
/// document and its schema are read off this list, so that neither says what the other does not.
struct DocumentPart<Source>: Sendable {
    /// One member of an object.
    struct Member: Sendable {
        fileprivate let name: String
        fileprivate let schema: JSONValue
        fileprivate let isAlwaysThere: Bool
        fileprivate let value: @Sendable (Source) -> JSONValue?

        /// A member that every object has.
        init(_ name: String, _ schema: JSONValue, _ value: @escaping @Sendable (Source) -> JSONValue) {
            (self.name, self.schema, self.value, isAlwaysThere) = (name, schema, { value($0) }, true)
        }

        /// A member that is left out where it has no value.
        init(optional name: String, _ schema: JSONValue, _ value: @escaping @Sendable (Source) -> JSONValue?) {
            (self.name, self.schema, self.value, isAlwaysThere) = (name, schema, value, false)
        }
    }

    private let members: [Member]

    /// Takes the members; no name stands there twice.
    init(_ members: [Member]) { self.members = members }

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
