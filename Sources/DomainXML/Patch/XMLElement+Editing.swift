internal import XMLTree

extension XMLElement {
    /// Whether there is nothing in the element: no attribute and no child but blank text.
    var isVoid: Bool {
        attributes.isEmpty
            && children.allSatisfy { if case .text(let text) = $0 { text.allSatisfy(\.isWhitespace) } else { false } }
    }

    /// Puts `elements` in the place of all children of that name, or, where there are none, to the place that `order` gives the name.
    mutating func replaceElements(named name: String, with elements: [XMLElement], order: [String]) {
        let first = children.firstIndex { $0.name == name }
        children.removeAll { $0.name == name }
        guard !elements.isEmpty else { return }
        let place = first ?? place(of: name, order)
        children.insert(contentsOf: elements.map(Node.element), at: place)
    }

    /// Removes all children of that name.
    mutating func removeElements(named name: String) { children.removeAll { $0.name == name } }

    /// Changes the first child of that name. Where there is none, a new one is put to the place that `order` gives the name. A child
    /// that the change has left with nothing is removed.
    mutating func modify(_ name: String, order: [String], _ change: (inout XMLElement) -> Void) {
        guard let index = children.firstIndex(where: { $0.name == name }), case .element(var child) = children[index]
        else {
            var child = XMLElement(name)
            change(&child)
            if !child.isVoid { children.insert(.element(child), at: place(of: name, order)) }
            return
        }
        let wasVoid = child.isVoid
        change(&child)
        if child.isVoid, !wasVoid { children.remove(at: index) } else { children[index] = .element(child) }
    }

    /// Changes a container of a definition and leaves it there when nothing is left in it. Where there is none, a new one is put to
    /// its place if something gets into it.
    mutating func edit(_ container: String, _ change: (inout XMLElement) -> Void) {
        guard let index = children.firstIndex(where: { $0.name == container }),
            case .element(var child) = children[index]
        else { return modify(container, order: LibvirtOrder.domain, change) }
        change(&child)
        children[index] = .element(child)
    }

    /// Adds or removes an element that is a switch; one that is there stays as it is.
    mutating func setFlag(_ name: String, _ isOn: Bool, order: [String]) {
        if !isOn {
            removeElements(named: name)
        } else if element(named: name) == nil {
            replaceElements(named: name, with: [XMLElement(name)], order: order)
        }
    }

    /// Where a new child belongs: behind the last child that `order` names before it, else before the first that it names after it.
    private func place(of name: String, _ order: [String]) -> Int {
        guard let rank = order.firstIndex(of: name) else { return children.endIndex }
        let before = Set(order[..<rank])
        let after = Set(order[rank...])
        if let last = children.lastIndex(where: { $0.name.map(before.contains) ?? false }) { return last + 1 }
        return children.firstIndex { $0.name.map(after.contains) ?? false } ?? children.endIndex
    }
}

extension XMLElement.Node {
    /// The name of an element, or nil for another node.
    fileprivate var name: String? { if case .element(let element) = self { element.name } else { nil } }
}

/// The order of children as libvirt writes them. Its schema allows any order; ours is libvirt's so that a definition reads as one knows it.
enum LibvirtOrder {
    static let domain = [
        "name", "uuid", "genid", "title", "description", "metadata", "maxMemory", "memory", "currentMemory",
        "blkiotune",
        "memtune", "memoryBacking", "vcpu", "vcpus", "iothreads", "iothreadids", "defaultiothread", "cputune",
        "numatune",
        "resource", "sysinfo", "bootloader", "bootloader_args", "os", "idmap", "features", "cpu", "clock",
        "on_poweroff",
        "on_reboot", "on_crash", "on_lockfailure", "pm", "perf", "devices", "seclabel", "keywrap", "launchSecurity",
    ]
    static let memoryBacking = [
        "hugepages", "nosharepages", "locked", "source", "access", "allocation", "discard",
    ]
    static let cpuTune = [
        "shares", "period", "quota", "global_period", "global_quota", "emulator_period", "emulator_quota",
        "iothread_period", "iothread_quota", "vcpupin", "emulatorpin", "iothreadpin", "vcpusched", "iothreadsched",
        "emulatorsched", "cachetune", "memorytune",
    ]
    static let cpu = ["model", "vendor", "topology", "cache", "maxphysaddr", "feature", "numa"]
}
