/// What the tests read of `plan --format json`.
struct PlanDocument: Decodable {
    struct Placement: Decodable {
        var guests: [Guest]
    }

    struct Guest: Decodable {
        var name: String
        var emulator_cpus: String?
        var cells: [Cell]
    }

    struct Cell: Decodable {
        var id: Int
        var host_cell: Int
        var pins: [String: String]
        var dedicated_vcpus: String
    }

    struct Change: Decodable, Equatable {
        var address: String
        var action: String
        var parts: [Part]
    }

    struct Part: Decodable, Equatable {
        var path: String
        var now: Value?
        var want: Value?
        var when: String
    }

    /// A text, a number or a flag, as text.
    struct Value: Decodable, Equatable, ExpressibleByStringLiteral {
        var text: String

        init(stringLiteral text: String) { self.text = text }

        init(_ text: String) { self.text = text }

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let number = try? value.decode(Int.self) {
                text = "\(number)"
            } else if let flag = try? value.decode(Bool.self) {
                text = "\(flag)"
            } else {
                text = try value.decode(String.self)
            }
        }
    }

    struct Unplaced: Decodable {
        struct Reason: Decodable {
            var held_by: [String]
        }
        var guest: String
        var reasons: [Reason]
    }

    struct Diagnostic: Decodable {
        var code: String
        var message: String
    }

    var verdict: String
    var empty: Bool
    var placement: Placement
    var unplaced: [Unplaced]
    var changes: [Change]
    var diagnostics: [Diagnostic]

    /// The placement of a guest.
    func guest(_ name: String) throws -> Guest {
        guard let guest = placement.guests.first(where: { $0.name == name }) else {
            throw Broken(description: "the plan does not place \(name)")
        }
        return guest
    }
}
