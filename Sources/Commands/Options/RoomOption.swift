internal import ArgumentParser

/// The guest for which others make room.
struct RoomOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Find the least memory to move between host cells so that this guest fits; with --live the plan moves it.",
            valueName: "guest"), completion: .offering { $0.guestList })
    var makeRoom: String?
}
