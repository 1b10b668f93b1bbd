internal import Diagnostics

/// Guests of hosts that are not asked about: those that no rule holds against guests of other entries are counted and not made.
struct OtherGuests {
    /// The host that is asked about; nil is all.
    private let wanted: String?
    /// By name of an entry: how many guests it makes; nil is one, with this name.
    private var entries: [String: Int?] = [:]
    private var counts: [String: Int] = [:]
    private var isUnclear = false

    init(thanOf wanted: String?) { self.wanted = wanted }

    /// Takes note of an entry if it is such a one.
    ///
    /// - Returns: Whether it is.
    mutating func takes(_ name: String, _ guest: GuestDraft) -> Bool {
        guard let wanted, let host = guest.host?.value, host != wanted, guest.was == nil, guest.disks == nil,
            guest.interfaces == nil, guest.devices == nil
        else { return false }
        let count = guest.count?.value
        if entries.updateValue(count, forKey: name) != nil { isUnclear = true }
        counts[host, default: 0] += count ?? 1
        if let count, ValueKind.TextForm.name.problem(of: "\(name)-\(count)") != nil { isUnclear = true }
        return true
    }

    /// Whether two guests may have one name, there may be too many, or a name may be too long: then all guests must be looked at.
    func isUnclear(beside guests: [GuestSpec], mostOfHost: Int, most: Int) -> Bool {
        isUnclear || counts.values.contains { $0 + guests.count > mostOfHost }
            || counts.values.reduce(guests.count, +) > most
            || guests.contains { holds($0.name.value) } || entries.contains { $0.value == nil && isNumbered($0.key) }
    }

    /// Whether one of the entries may make a guest of this name.
    private func holds(_ name: String) -> Bool { entries[name] != nil || isNumbered(name) }

    /// Whether a name is that of an entry that counts, with a number.
    private func isNumbered(_ name: String) -> Bool {
        let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
        let rest = name.dropLast(digits)
        guard digits > 0, rest.last == "-", case .some(.some) = entries[String(rest.dropLast())] else { return false }
        return true
    }
}

extension GuestDraft {
    /// Whether all that it says of what its guests need is the name of a flavor.
    var saysOnlyFlavor: Bool {
        flavorName != nil && placement == nil && adopts == nil && machineType == nil && overrides.isEmpty
    }
}

extension FlavorDraft {
    /// Whether it says nothing.
    fileprivate var isEmpty: Bool {
        properties == nil && imageProperties == nil && broken.isEmpty && native.isEmpty
    }
}
