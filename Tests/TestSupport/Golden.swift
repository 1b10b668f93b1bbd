import Foundation
public import Testing

/// Compares `actual` with the file `name` in the folder `Golden` beside the calling test.
///
/// With `UPDATE_GOLDEN=1` in the environment the file is rewritten and the test fails, so that it cannot pass unread.
public func expectGolden(
    _ actual: String, _ name: String, testFile: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let folder = URL(filePath: testFile).deletingLastPathComponent().appending(path: "Golden")
    let file = folder.appending(path: name)
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(actual.utf8).write(to: file)
        Issue.record("rewrote \(name); read the diff", sourceLocation: sourceLocation)
        return
    }
    guard let wanted = try? String(contentsOf: file, encoding: .utf8) else {
        Issue.record("no golden file \(file.path); make it with UPDATE_GOLDEN=1", sourceLocation: sourceLocation)
        return
    }
    #expect(actual == wanted, sourceLocation: sourceLocation)
}
