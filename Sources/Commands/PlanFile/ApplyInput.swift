internal import LinuxHost

/// What apply was given: a saved plan, which is told by its content and not by its name, or a site file.
struct ApplyInput {
    /// The saved plan; nil for a site file, also for one that is not there.
    let planFile: [UInt8]?
    /// The world, in which what was read of standard input is not lost.
    let world: World

    /// Looks at what `path` names.
    ///
    /// - Throws: ``CommandFailure`` with 77 for a saved plan that another user can change, when it is to be carried out.
    init(_ path: String?, world: World) throws {
        var world = world
        var found: [UInt8]?
        // What cannot be read is reported where it is read as a site file.
        if let path, let contents = try? world.inspect(path, PlanFile.maximumBytes) {
            if PlanFile.isRecognized(contents.bytes) {
                try world.judge(contents, path)
                found = contents.bytes
            }
            if path == "-" { world = world.keeping(standardInput: contents) }
        }
        planFile = found
        self.world = world
    }
}

extension World {
    /// The same world, in which standard input is what was read of it: it cannot be read twice.
    fileprivate func keeping(standardInput: FileContents) -> World {
        var world = self
        world.inspect = { name, limit in
            guard name == "-" else { return try inspect(name, limit) }
            guard standardInput.bytes.count <= limit else { throw InputFile.InputFailure.tooLarge(limit: limit) }
            return standardInput
        }
        return world
    }
}
