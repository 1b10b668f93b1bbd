internal import FoundationEssentials
internal import HostModel

/// The file in which apply records actors: `{"kind": "numactl-plan/actors", "format_version": "1.0", "actors": […]}`.
struct ActorsDocument: Codable {
    static let kind = "numactl-plan/actors"
    static let version = "1.0"
    /// Where it is, named from the root.
    static let path = "etc/numactl-plan/actors.json"

    var kind = ActorsDocument.kind
    var formatVersion = ActorsDocument.version
    var actors: [ActorRecord]

    private enum CodingKeys: String, CodingKey {
        case kind, actors
        case formatVersion = "format_version"
    }

    init(_ actors: [ActorRecord]) { self.actors = actors.sorted { ($0.name, $0.site) < ($1.name, $1.site) } }

    /// Reads a text; nil where it is another document, or of a version that this program does not know.
    init?(text: String) {
        guard let read = try? JSONDecoder().decode(ActorsDocument.self, from: Data(text.utf8)),
            read.kind == ActorsDocument.kind, read.formatVersion.split(separator: ".").first == "1"
        else { return nil }
        self.init(read.actors)
    }

    /// The text; nil where nothing is recorded.
    var text: String? {
        guard !actors.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(self) else {
            preconditionFailure("a record of actors is numbers and texts, which JSON can hold")
        }
        return String(decoding: json, as: UTF8.self) + "\n"
    }
}
