import Foundation
import HostModel
import LivePlacement
import Testing

/// Processes of guests that QEMU 7.2 ran under libvirt 9.0, as the kernel showed them.
///
/// Of each the areas are kept that are large, named or bound, and a few of the others. All guests have 64 MiB; `ordinary` has it in
/// two cells.
enum Captured: String, CaseIterable, CustomTestStringConvertible {
    case ordinary, huge, plain, plainHuge = "plain-huge", memfd, file

    var testDescription: String { rawValue }

    /// The text of a file, with parts of it replaced.
    func text(_ kind: String, _ changes: [String: String] = [:]) throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Captured")
        let text = try String(contentsOf: folder.appending(path: "\(rawValue).\(kind)"), encoding: .utf8)
        return changes.reduce(text) { $0.replacing($1.key, with: $1.value) }
    }

    /// The areas, with parts of `numa_maps` replaced.
    func areas(_ changes: [String: String] = [:]) throws -> [MemoryArea] {
        guard let areas = NumaMaps.areas(in: try text("numa_maps", changes), basePage: PageSize(4)),
            let extents = ProcessMaps.extents(in: try text("maps"))
        else { throw CocoaError(.fileReadCorruptFile) }
        return areas.with(extents)
    }
}
