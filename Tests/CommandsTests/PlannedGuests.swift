/// Where a plan's JSON has its guests, as much of it as tests read.
struct PlannedGuests: Decodable {
    struct Guest: Decodable {
        struct Cell: Decodable { var pins: [String: String] }
        var name: String
        var cells: [Cell]
        var emulator_cpus: String
    }
    var guests: [Guest]
}
