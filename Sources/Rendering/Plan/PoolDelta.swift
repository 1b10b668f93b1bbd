internal import HostModel

/// By how many pages the pools of one size change.
struct PoolDelta: Hashable, Sendable {
    var size: PageSize
    var pages: Int64

    /// `+12 x 1GiB, -3 x 2MiB`.
    static func words(_ deltas: [PoolDelta]) -> String {
        deltas.map { "\($0.pages < 0 ? "-" : "+")\($0.pages.magnitude) x \($0.size)" }.joined(separator: ", ")
    }

    static let part = DocumentPart<PoolDelta>([
        .init("page_kib", Schema.count) { .number($0.size.size.count) },
        .init("pages_delta", ["type": "integer"]) { .number($0.pages) },
    ])
}
