internal import ArgumentParser

/// How long a command that writes to a host waits for things.
struct WriteLimits: ParsableArguments {
    @Option(help: ArgumentHelp("How long a guest may take to shut down.", valueName: "seconds")) var shutdownTimeout =
        120

    @Option(help: ArgumentHelp("How long growing pools may take.", valueName: "seconds")) var growTimeout = 120

    @Option(help: ArgumentHelp("How long to wait for another apply to finish.", valueName: "seconds")) var lockTimeout =
        30

    @Option(
        help: ArgumentHelp(
            "The most memory of running guests to move in a second; 0 is no limit.", valueName: "MiB"))
    var moveRate = 0

    func validate() throws {
        if !(0...1_048_576).contains(moveRate) { throw ValidationError("--move-rate takes 0 to 1048576 MiB.") }
        for (name, value) in [("shutdown", shutdownTimeout), ("grow", growTimeout), ("lock", lockTimeout)]
        where !(0...86_400).contains(value) {
            throw ValidationError("--\(name)-timeout takes 0 to 86400 seconds.")
        }
    }
}
