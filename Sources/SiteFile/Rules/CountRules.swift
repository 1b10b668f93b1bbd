internal import Diagnostics

/// What guests that one entry makes may not have in common, and where their number stands without there being one.
struct CountRules {
    let draft: GuestDraft
    var report = Findings()
    /// By host and hardware address: the first guest that has it.
    private var addresses: [String?: [String: String]] = [:]

    init(_ draft: GuestDraft, addresses: [String?: [String: String]]) {
        self.draft = draft
        self.addresses = addresses
    }

    /// Looks at the entry, and at the hardware addresses of its guests.
    ///
    /// - Returns: The hardware addresses that are taken now.
    mutating func check(_ names: [Located<String>]) -> [String?: [String: String]] {
        let texts =
            [draft.base, draft.kernel, draft.initrd, draft.commandLine, draft.description]
            + (draft.disks?.value ?? []).map(\.value.path)
        for text in texts.compactMap(\.self) where draft.count == nil && text.value.contains(Placeholders.index) {
            report.error(
                .missingKey,
                "'\(Placeholders.index)' stands for the guest's number, which needs 'count'",
                at: text.mark, hint: "add count: 2, or write '\(Placeholders.name)'")
        }
        guard draft.state?.value != .absent else { return addresses }
        for interface in draft.interfaces?.value ?? [] {
            if let mac = interface.value.mac { check(mac, names) }
        }
        return addresses
    }

    private mutating func check(_ mac: Located<String>, _ names: [Located<String>]) {
        let varies = mac.value.contains(Placeholders.index)
        if varies, draft.count == nil {
            report.error(
                .missingKey,
                "'\(Placeholders.index)' stands for the guest's number, which needs 'count'",
                at: mac.mark, hint: "add count: 2, or write the octet")
            return
        }
        if varies, names.count > Placeholders.highestOctet {
            report.error(
                .badNumber, "'\(Placeholders.index)' is one octet here, too few for \(names.count) guests",
                at: mac.mark,
                hint: "write several entries of up to \(Placeholders.highestOctet) guests")
            return
        }
        guard varies || names.count == 1 else {
            report.error(
                .macTwice, "all \(names.count) guests would have the MAC address \(mac.value)", at: mac.mark,
                hint: "write \(Placeholders.index) in place of an octet, or remove 'mac' and libvirt chooses one")
            return
        }
        for (number, name) in names.enumerated() {
            let filled = Placeholders(guest: name.value, number: draft.count == nil ? nil : number + 1)
            let address = filled.address(mac.value).lowercased()
            guard let other = addresses[draft.host?.value, default: [:]].updateValue(name.value, forKey: address) else {
                continue
            }
            report.error(
                .macTwice, "the guest '\(name.value)' would have the MAC address \(address) of '\(other)'",
                at: mac.mark, hint: "give it another 'mac', or remove 'mac' and libvirt chooses one")
        }
    }
}
