internal import Diagnostics
internal import HostModel

/// A former name leads from one domain to one guest.
struct FormerNames {
    /// What is wrong, in the order of the file.
    let diagnostics: [Diagnostic]

    init(_ guests: [GuestSpec]) {
        guard guests.contains(where: { $0.was != nil }) else {
            diagnostics = []
            return
        }
        var report = Findings()
        let names = guests.keyed(by: \.name.value)
        var users: [String: GuestSpec] = [:]
        for guest in guests {
            guard let was = guest.was else { continue }
            let former = was.value
            if former == guest.name.value {
                report.error(
                    .conflictingKeys, "'was' is the guest's present name", at: was.mark,
                    hint: "'was' is the domain's former name; remove it")
            } else if let other = names[former], other.host?.value == guest.host?.value {
                report.error(
                    .conflictingKeys, "'\(former)' is the name of another guest", at: was.mark,
                    label: "it is at line \(other.name.mark.line)", hint: "remove 'was', or rename the other guest")
            } else if let first = users[former], first.host?.value == guest.host?.value {
                report.error(
                    .conflictingKeys, "the domain '\(former)' cannot become '\(guest.name.value)' too", at: was.mark,
                    label: first.was?.mark == was.mark
                        ? nil : "'\(first.name.value)' has the same 'was'",
                    hint: "remove one of the two")
            }
            users[former] = users[former] ?? guest
        }
        diagnostics = report.diagnostics
    }
}
