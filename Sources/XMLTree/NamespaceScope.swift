/// The namespace declarations that hold at some element: which URI each prefix stands for.
public struct NamespaceScope: Hashable, Sendable {
    private var uris: [String: String] = [:]

    /// The scope outside of any document.
    public init() {}

    /// The scope at `element`, whose parent's scope this is.
    public func entering(_ element: XMLElement) -> NamespaceScope {
        var scope = self
        for attribute in element.attributes {
            if attribute.name == "xmlns" {
                scope.uris[""] = attribute.value
            } else if attribute.name.hasPrefix("xmlns:") {
                scope.uris[String(attribute.name.dropFirst("xmlns:".count))] = attribute.value
            }
        }
        return scope
    }

    /// The namespace of an element's name in this scope; nil where its prefix is not declared or stands for no namespace.
    public func uri(of name: String) -> String? {
        let colon = name.utf8.firstIndex(of: UInt8(ascii: ":"))
        let uri = uris[colon.map { String(name[..<$0]) } ?? ""]
        return uri == "" ? nil : uri
    }

    /// The part of a name behind its prefix.
    public static func localName(of name: String) -> String {
        name.utf8.firstIndex(of: UInt8(ascii: ":")).map { String(name[name.utf8.index(after: $0)...]) } ?? name
    }
}
