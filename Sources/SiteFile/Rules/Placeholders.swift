internal import Diagnostics
internal import HostModel

/// What stands in paths, hardware addresses, kernel arguments and the description of a guest for its name, or for its number among
/// those that one entry makes: `{name}` and `{index}`.
struct Placeholders {
    static let name = "{name}"
    static let index = "{index}"
    /// The highest number that `{index}` can be in a hardware address, where it is one octet.
    static let highestOctet = 255

    /// The guest's name.
    let guest: String
    /// Its number, from 1; nil in an entry without `count`.
    let number: Int?

    /// Whether a text is another one for each guest of an entry.
    static func vary(_ text: String) -> Bool { text.contains(name) || text.contains(index) }

    /// Whether a machine is another one for each guest of an entry.
    static func vary(_ machine: GuestMachine) -> Bool { Placeholders(guest: "", number: 0).filled(machine) != machine }

    /// A machine with everything filled in.
    func filled(_ machine: GuestMachine) -> GuestMachine {
        var machine = machine
        machine.base = machine.base.map(filled)
        machine.kernel = machine.kernel.map(filled)
        machine.initrd = machine.initrd.map(filled)
        machine.commandLine = machine.commandLine.map(filled)
        machine.description = machine.description.map(filled)
        machine.disks = machine.disks.map { disk in
            filled(disk.map(\.path)).map { path in
                var disk = disk.value
                disk.path = path
                return disk
            }
        }
        for index in machine.interfaces.indices {
            machine.interfaces[index].mac = machine.interfaces[index].mac.map(address)
        }
        return machine
    }

    /// A hardware address, in which the number is two hexadecimal digits.
    func address(_ text: String) -> String {
        guard let number, number <= Placeholders.highestOctet else { return text }
        let digits = String(number, radix: 16)
        return text.replacing(Placeholders.index, with: digits.count == 1 ? "0" + digits : digits)
    }

    private func filled(_ text: Located<String>) -> Located<String> {
        text.map { text in
            let named = text.replacing(Placeholders.name, with: guest)
            return number.map { named.replacing(Placeholders.index, with: "\($0)") } ?? named
        }
    }
}
