import Foundation
import HostModel
import TestSupport

/// What is recorded of a captured machine, in the words of the file beside it.
struct CapturedHost: Decodable, Sendable {
    struct Node: Decodable, Sendable {
        struct Pages: Decodable, Sendable {
            var size_kb: UInt64
            var count: UInt64
            var free: UInt64
            var surplus: UInt64
        }

        var id: Int
        var cpus: String
        var memory_kb: UInt64?
        var memory_free_kb: UInt64?
        var hugepages: [Pages]
        var distances: [Int]?
    }

    struct Whole: Decodable, Sendable { var cpus: String }

    var nodes: [Node]
    var cores: [String]
    var online_cpus: String
    var isolated: String?
    var cmdline: String?
    var distance_ids: [Int]?
    var without_node_dirs: [String: [String: Whole]]?

    /// The folder of the captures; nil where the package stands alone.
    static let folder: URL? = sharedFolder()?.appending(path: "hosts")

    /// The names of all captures, ascending.
    static let names: [String] = {
        let files = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) } ?? []
        return files.filter { $0.hasSuffix(".tar.gz") }.map { String($0.dropLast(".tar.gz".count)) }.sorted()
    }()

    /// Unpacks a capture; its root and the recorded answers.
    static func unpack(_ name: String) throws -> (tree: TemporaryTree, root: URL, answers: CapturedHost) {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        let tree = try TemporaryTree()
        let archive = folder.appending(path: "\(name).tar.gz").path
        let tar = try run("tar", ["-xzf", archive, "-C", tree.url.path])
        guard tar.status == 0 else { throw CocoaError(.fileReadCorruptFile) }
        let answers = try Data(contentsOf: folder.appending(path: "\(name).json"))
        return (tree, tree.url.appending(path: name), try JSONDecoder().decode(CapturedHost.self, from: answers))
    }
}
