public import Foundation

/// The folder of captured hosts and domains beside the package, or nil where there is none.
///
/// `NUMACTL_PLAN_SHARED` names it; without that it is `../shared`, seen from the package's root.
public func sharedFolder(testFile: String = #filePath) -> URL? {
    let environment = ProcessInfo.processInfo.environment["NUMACTL_PLAN_SHARED"]
    let folder: URL
    if let environment {
        folder = URL(filePath: environment)
    } else {
        var root = URL(filePath: testFile).deletingLastPathComponent()
        while root.path != "/", !FileManager.default.fileExists(atPath: root.appending(path: "Package.swift").path) {
            root.deleteLastPathComponent()
        }
        folder = root.deletingLastPathComponent().appending(path: "shared")
    }
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
}
