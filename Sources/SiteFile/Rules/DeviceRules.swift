internal import Diagnostics
internal import HostModel

/// A device of a host is for one guest, and once.
struct DeviceRules {
    /// What is wrong, in the order of the file.
    let diagnostics: [Diagnostic]

    private struct Device: Hashable {
        let host: String
        let address: PCIAddress
    }

    private struct Claim {
        let guest: String
        let mark: SourceMark
    }

    init(_ guests: [GuestSpec]) {
        var report = Findings()
        var claims: [Device: Claim] = [:]
        for guest in guests {
            for address in guest.demand.devices {
                let device = Device(host: guest.host?.value ?? "", address: address.value)
                let claim = Claim(guest: guest.name.value, mark: address.mark)
                guard let first = claims.updateValue(claim, forKey: device) else { continue }
                DeviceRules.refuse(claim, because: first, address.value, &report)
                claims[device] = first
            }
        }
        diagnostics = report.diagnostics
    }

    private static func refuse(_ claim: Claim, because first: Claim, _ address: PCIAddress, _ report: inout Findings) {
        // Guests made by `count` have one list between them.
        let isCounted = first.mark == claim.mark
        let message =
            first.guest == claim.guest
            ? "the guest '\(claim.guest)' names the device \(address) twice"
            : isCounted
                ? "all guests of this entry would have the device \(address)"
                : "the device \(address) is already assigned to guest '\(first.guest)'"
        report.error(
            .deviceTwice, message, at: claim.mark,
            label: isCounted ? nil : "first named at line \(first.mark.line)",
            hint: isCounted ? "write the guests out, each with its own devices" : "remove one of the two")
    }
}
