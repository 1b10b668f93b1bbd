import Foundation
import Rendering
import Testing

/// The folder of the cases: each has a host's `facts.json`, a `site.yaml`, and in `right.json` what is right of the plan.
private let caseFolder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

/// Hosts as people have told of them, and what was right there.
@Suite("Cases of hosts that people have told of")
struct CasesTests {
    private static let names: [String] = {
        (try? FileManager.default.contentsOfDirectory(atPath: caseFolder.path).sorted()) ?? []
    }()

    @Test("are there")
    func present() { #expect(Self.names.count > 20) }

    @Test("are planned as it was right", arguments: names)
    func plan(name: String) throws {
        let folder = caseFolder.appending(path: name)
        let right = try JSONDecoder().decode(
            JSONValue.self, from: Data(contentsOf: folder.appending(path: "right.json")))
        let arguments = ["plan", "site.yaml", "--facts", "facts.json"]
        let run = CommandRun(arguments + ["--format", "json"], folder: folder)
        let plan = try JSONDecoder().decode(JSONValue.self, from: Data(run.output.utf8))
        let about = right["about"]?.text ?? ""
        #expect(plan.differences(from: try #require(right["plan"])) == [], "\(about)\n\(run.output)")
        #expect(right["exit"] == .integer(Int64(run.status)), "\(about)\n\(run.errors)")
        if let text = right["text"]?.text {
            let told = CommandRun(arguments, folder: folder)
            #expect((told.output + told.errors).contains(text), "\(told.output)\(told.errors)")
        }
    }
}

extension JSONValue {
    /// Where this value is not as `wanted`, which says less: members that it does not name may be anything, items of a list are found
    /// by their name or number.
    fileprivate func differences(from wanted: JSONValue, at path: String = "") -> [String] {
        switch wanted {
        case .object(let members):
            return members.sorted { $0.key < $1.key }.flatMap { key, value in
                self[key]?.differences(from: value, at: "\(path).\(key)") ?? ["\(path).\(key) is missing"]
            }
        case .list(let items) where !items.isEmpty:
            return items.enumerated().flatMap { index, item in
                self.item(like: item, at: index)?.differences(from: item, at: "\(path)[\(index)]")
                    ?? ["\(path)[\(index)] is missing"]
            }
        default: return self == wanted ? [] : ["\(path) is \(self)"]
        }
    }

    private func item(like wanted: JSONValue, at index: Int) -> JSONValue? {
        let items = list ?? []
        for key in ["name", "guest", "id", "host_cell", "page_kib", "code"] {
            if let value = wanted[key] { return items.first { $0[key] == value } }
        }
        return items.indices.contains(index) ? items[index] : nil
    }
}
