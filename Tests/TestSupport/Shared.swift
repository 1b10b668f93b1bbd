public import Foundation

/// The folder of captured hosts and domains beside the package, or nil where there is none.
///
/// It is what the environment variable `NUMACTL_PLAN_SHARED` names, else `../shared` as seen from the package's root.
public func sharedFolder(testFile: String = #filePath) -> URL? {
    let folder: URL
    if let named = ProcessInfo.processInfo.environment["NUMACTL_PLAN_SHARED"], !named.isEmpty {
        folder = URL(filePath: named, directoryHint: .isDirectory)
    } else {
        var root = URL(filePath: testFile)
        while root.path != "/", root.lastPathComponent != "Tests" { root.deleteLastPathComponent() }
        folder = root.deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared")
    }
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
    return exists && isFolder.boolValue ? folder : nil
}
