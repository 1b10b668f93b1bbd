internal import HostModel
internal import XMLTree

extension ManagedParts {
    /// Memory and current memory are written with the memory devices in them, as libvirt has them.
    func patchMemory(of domain: inout XMLElement, devices: KiB) {
        let initial = guestCells.isEmpty ? memory : guestCells.reduce(.zero) { $0 + $1.memory }
        let total = initial + devices
        let present = try? domain.element(named: "currentMemory")?.memoryInText("memory.current_kib")
        let full = present.map { $0 >= initial && $0 <= total ? $0 : total } ?? total
        domain.setMemory("memory", to: total)
        domain.setMemory("currentMemory", to: currentMemory.map { $0 < initial ? $0 : full } ?? full)
        guard let maximum = domain.element(named: "maxMemory"),
            let limit = try? maximum.memoryInText("maxMemory"), limit < total
        else { return }
        domain.setMemory("maxMemory", to: total)
    }

    /// Pages are written with the cells that they are for, cells of one size together.
    func patchMemoryBacking(of domain: inout XMLElement) {
        let order = LibvirtOrder.memoryBacking
        domain.modify("memoryBacking", order: LibvirtOrder.domain) { backing in
            let pages = memoryBacking.hugePages?.element(cells: guestCells.map(\.id))
            backing.replaceElements(named: "hugepages", with: pages.map { [$0] } ?? [], order: order)
            backing.setFlag("nosharepages", memoryBacking.noSharePages, order: order)
            backing.setFlag("locked", memoryBacking.locked, order: order)
        }
    }
}

extension XMLElement {
    fileprivate mutating func setMemory(_ name: String, to amount: KiB) {
        modify(name, order: LibvirtOrder.domain) { element in
            element[attribute: "unit"] = "KiB"
            element.children = [.text("\(amount.count)")]
        }
    }

    /// Adds or removes an element that is a switch; one that is there stays as it is.
    mutating func setFlag(_ name: String, _ isOn: Bool, order: [String]) {
        if !isOn {
            removeElements(named: name)
        } else if element(named: name) == nil {
            replaceElements(named: name, with: [XMLElement(name)], order: order)
        }
    }
}

extension MemoryBacking.HugePages {
    fileprivate func element(cells: [GuestCellID]) -> XMLElement? {
        let sizes: [GuestCellID: PageSize]
        switch canonical(cells: cells, defaultSize: nil) {
        case nil: return nil
        case .defaultSize: return XMLElement("hugepages")
        case .all(let size) where cells.isEmpty:
            return XMLElement("hugepages", children: [.element(.page(size, cells: nil))])
        case .all(let size): sizes = Dictionary(cells.map { ($0, size) }) { first, _ in first }
        case .perCell(let some): sizes = some
        }
        let groups = Dictionary(grouping: sizes.keys) { sizes[$0] }
        let pages = groups.compactMap { size, members in size.map { (size: $0, cells: GuestCellSet(members)) } }
        let sorted = pages.sorted { $0.cells < $1.cells }
        return XMLElement("hugepages", children: sorted.map { .element(.page($0.size, cells: $0.cells)) })
    }
}

extension XMLElement {
    fileprivate static func page(_ size: PageSize, cells: GuestCellSet?) -> XMLElement {
        var page = XMLElement("page", [Attribute("size", "\(size.size.count)"), Attribute("unit", "KiB")])
        page[attribute: "nodeset"] = cells?.description
        return page
    }
}
