internal import FoundationEssentials
internal import SystemPackage

/// A path from the root, as seen from the folder in which the process runs.
func absolutePath(_ path: String) -> String {
    path.hasPrefix("/")
        ? path : FilePath(FileManager.default.currentDirectoryPath).appending(path).lexicallyNormalized().string
}
