internal import ArgumentParser
internal import LivePlacement

/// How long `--deep` looks at what else runs on dedicated CPUs.
struct WatchOption: ParsableArguments {
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "With --deep: also watch for this long, such as 10s, what else runs on dedicated CPUs.",
            valueName: "time"))
    var time: DurationText?

    /// Refuses a time without `--deep`, and one of more than an hour.
    func validate(isDeep: Bool) throws {
        guard let time else { return }
        if !isDeep { throw ValidationError("--for belongs to --deep.") }
        if time.duration > .seconds(3_600) { throw ValidationError("--for takes 1s to 1h.") }
    }

    /// Watches, if it was asked for.
    func interference(_ look: DeepLook, in world: World) -> Interference? {
        time.map { time in
            world.showing("watching the dedicated CPUs for \(time)") { look.interference(for: time.duration) }
        }
    }
}
