internal import Diagnostics
internal import LinuxHost

extension World {
    /// The same world for a command that changes the host.
    var writing: World {
        var world = self
        world.isWriting = true
        return world
    }

    /// Reads a file that says what the host should become.
    ///
    /// - Throws: ``CommandFailure`` with 77 when the command changes the host and another user can change the file; a command that
    ///   only looks warns of it. ``InputFile/InputFailure`` when it cannot be read.
    func checked(_ path: String, _ limit: Int) throws -> [UInt8] {
        let contents = try inspect(path, limit)
        try judge(contents, path)
        return contents.bytes
    }

    /// Refuses or warns of a file that was read, where another user can change it.
    func judge(_ contents: FileContents, _ path: String) throws {
        guard let doubt = contents.doubt else { return }
        if isWriting { throw CommandFailure(.notPermitted, [doubt.refusal(of: path)]) }
        tell([doubt.warning(of: path)])
    }
}
