internal import Diagnostics
internal import HostModel

/// What a guest asks for under `host_devices`: devices by address, and wishes that the planner chooses for.
struct DeviceWishRules {
    /// The devices that are named, in the order of the file.
    private(set) var devices: [Located<PCIAddress>] = []
    /// The wishes, in the order of the file.
    private(set) var wishes: [Located<DeviceRequest>] = []
    private(set) var report = Findings()

    init(_ guest: GuestDraft) {
        for element in guest.devices?.value ?? [] {
            let draft = element.value
            guard draft.broken.isEmpty else { continue }
            if let address = draft.address, draft.isVirtualFunction?.value != true {
                checkAlone(address, draft)
                devices.append(address)
            } else if let wish = wish(element) {
                checkSource(element, guest)
                wishes.append(wish)
            }
        }
    }

    private mutating func wish(_ element: Located<HostDeviceDraft>) -> Located<DeviceRequest>? {
        let draft = element.value
        let wish = DeviceWish(
            classes: draft.kind.map { DeviceClasses($0.value) } ?? draft.classes?.value, vendor: draft.vendor?.value,
            model: draft.model?.value, netdev: draft.netdev?.value, address: draft.address?.value,
            isVirtualFunction: draft.isVirtualFunction?.value ?? false)
        if draft.kind != nil, let mark = draft.classes?.mark {
            contradiction("'class' cannot be combined with 'kind'", at: mark, hint: "remove one of the two")
        }
        if let count = draft.count, count.value > 1, let netdev = wish.netdev, !wish.isVirtualFunction {
            contradiction(
                "\(netdev) is the interface of one device, so there are not \(count.value)", at: count.mark,
                hint: "remove 'count', or add vf: true for virtual functions of it")
        }
        if draft.address != nil { checkParent(draft) }
        guard wish != DeviceWish(isVirtualFunction: wish.isVirtualFunction) else {
            report.error(
                .deviceWishEmpty, "the element does not say which devices are wanted", at: element.mark,
                hint: "add kind:, class:, vendor:, netdev: or address:")
            return nil
        }
        return Located(DeviceRequest(wish: wish, count: draft.count?.value ?? 1), at: element.mark)
    }

    /// A device that is named by its address is that one, whatever it is.
    private mutating func checkAlone(_ address: Located<PCIAddress>, _ draft: HostDeviceDraft) {
        checkParent(draft)
        if let count = draft.count, count.value > 1 {
            contradiction(
                "\(address.value) is the address of one device, so there are not \(count.value)", at: count.mark,
                hint: "remove 'count', or add vf: true for virtual functions of it")
        }
    }

    private mutating func checkParent(_ draft: HostDeviceDraft) {
        let others: [(String, SourceMark?)] = [
            ("kind", draft.kind?.mark), ("class", draft.classes?.mark), ("vendor", draft.vendor?.mark),
            ("device", draft.model?.mark), ("netdev", draft.netdev?.mark),
        ]
        for (name, mark) in others {
            guard let mark else { continue }
            contradiction(
                "'\(name)' cannot be combined with 'address'", at: mark,
                hint: "the address alone says which device it is")
        }
    }

    /// Devices that are chosen are put into the definition, which is made by the site's keys then.
    private mutating func checkSource(_ element: Located<HostDeviceDraft>, _ guest: GuestDraft) {
        let other = guest.base != nil ? "base" : guest.adopts?.value == true ? "adopt: true" : nil
        guard let other else { return }
        report.error(
            .deviceWishForeign,
            "devices are chosen only for guests whose devices the site describes, not with '\(other)'",
            at: element.mark, hint: "name the device that the domain has by its address")
    }

    private mutating func contradiction(_ message: String, at mark: SourceMark, hint: String) {
        report.error(.deviceWishContradicts, message, at: mark, hint: hint)
    }
}
