/// What apply was given: a saved plan, which is told by its content and not by its name, or a site file.
struct ApplyInput {
    /// The saved plan; nil for a site file, also for one that is not there.
    let planFile: [UInt8]?
    /// The world, in which what was read of standard input is not lost.
    let world: World

    init(_ path: String?, world: World) {
        var world = world
        var found: [UInt8]?
        if let path, let bytes = try? world.read(path, PlanFile.maximumBytes) {
            if PlanFile.isRecognized(bytes) { found = bytes }
            let read = world.read
            if path == "-" {
                world.read = { name, limit in
                    guard name == "-" else { return try read(name, limit) }
                    guard bytes.count <= limit else { throw InputFile.Failure.tooLarge(limit: limit) }
                    return bytes
                }
            }
        }
        planFile = found
        self.world = world
    }
}
