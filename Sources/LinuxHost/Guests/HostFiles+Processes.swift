internal import LivePlacement
internal import SystemPackage

/// The files of processes, which may end at any time.
extension HostFiles {
    /// A file's text; nil where there is none, or its process has ended.
    ///
    /// - Throws: ``Unread`` where it may not be read.
    func processText(_ name: String) throws(Unread) -> String? {
        do {
            return try text(name, limit: 1 << 27)
        } catch {
            // A process that ends between two calls is no process.
            if error.isAbsent || error.errno == .noSuchProcess { return nil }
            throw Unread("\(error)", isForbidden: error.isNotPermitted)
        }
    }

    /// The names in a folder; empty where there is none.
    ///
    /// - Throws: ``Unread`` where it may not be read.
    func processNames(in folder: String) throws(Unread) -> [String] {
        do {
            return try names(in: folder) ?? []
        } catch {
            throw Unread("\(error)", isForbidden: error.isNotPermitted)
        }
    }
}
