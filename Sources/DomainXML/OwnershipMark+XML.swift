public import XMLTree

internal import HostModel

extension OwnershipMark {
    /// Reads our mark out of a domain's `<metadata>`, whatever its prefix; nil where there is none.
    ///
    /// A mark that lacks its site, its guest or its origin, or names an unknown origin, is no mark either: a domain of which it is
    /// not certain that we created it must not be taken for one. Placements and paths that cannot be read are left out.
    public init?(reading domain: XMLElement) {
        guard let mark = MetadataEntry.all(of: domain).first(where: { $0.isOurs })?.element,
            let site = mark[attribute: "site"], let guest = mark[attribute: "name"],
            let origin = mark[attribute: "origin"].flatMap(Origin.init(rawValue:))
        else { return nil }
        var (paths, placement, own, machines) = ([String](), [PlacedCell](), [OwnCPU](), [MachineRecord]())
        for case .element(let child) in mark.children {
            switch NamespaceScope.localName(of: child.name) {
            case "managed": paths += [child[attribute: "path"]].compactMap(\.self)
            case "placement": placement += [PlacedCell(reading: child)].compactMap(\.self)
            case "own": own += [OwnCPU(reading: child)].compactMap(\.self)
            case "machine": machines.append(MachineRecord(reading: child))
            default: break
            }
        }
        self.init(
            site: site, guest: guest, flavor: mark[attribute: "flavor"], origin: origin, managedPaths: paths.sorted(),
            placement: placement.sorted { $0.guestCell < $1.guestCell },
            ownCPUs: Dictionary(
                own.compactMap { own in own.vcpu.map { ($0, own.cpu) } }, uniquingKeysWith: { first, _ in first }),
            emulatorCPU: own.first { $0.vcpu == nil }?.cpu, host: mark[attribute: "host"],
            spec: mark[attribute: "spec"], machine: machines.first)
    }

    /// The mark as an element that declares its own namespace.
    public var element: XMLElement {
        var mark = XMLElement(
            "np:guest", [.init("xmlns:np", Self.namespace), .init("site", site), .init("name", guest)])
        mark[attribute: "host"] = host
        mark[attribute: "flavor"] = flavor
        mark[attribute: "origin"] = origin.rawValue
        mark[attribute: "spec"] = spec
        let paths = managedPaths.sorted().map { XMLElement("np:managed", [.init("path", $0)]) }
        let cells = placement.sorted { $0.guestCell < $1.guestCell }.map(\.element)
        let own = ownCPUs.sorted { $0.key < $1.key }.map { OwnCPU(vcpu: $0.key, cpu: $0.value).element }
        let emulator = emulatorCPU.map { [OwnCPU(vcpu: nil, cpu: $0).element] } ?? []
        let machine = machine.map { [$0.element] } ?? []
        mark.children = (paths + cells + own + emulator + machine).map { .element($0) }
        return mark
    }

    /// Puts the mark into `<metadata>`, where libvirt allows one element of a namespace.
    func patch(_ domain: inout XMLElement) {
        let place = MetadataEntry.all(of: domain).first { $0.isOurs }?.index
        Self.removeMarks(from: &domain, keepingEmpty: true)
        domain.modify("metadata", order: LibvirtOrder.domain) { metadata in
            metadata.children.insert(.element(element), at: place ?? metadata.children.endIndex)
        }
    }

    /// Removes our mark, and `<metadata>` with it where nothing else is in there.
    static func remove(from domain: inout XMLElement) { removeMarks(from: &domain, keepingEmpty: false) }

    private static func removeMarks(from domain: inout XMLElement, keepingEmpty: Bool) {
        let places = MetadataEntry.all(of: domain).filter(\.isOurs).map(\.index)
        guard !places.isEmpty, let index = domain.children.firstIndex(where: { $0.isMetadata }),
            case .element(var metadata) = domain.children[index]
        else { return }
        for place in places.reversed() { metadata.children.remove(at: place) }
        if metadata.isVoid, !keepingEmpty {
            domain.children.remove(at: index)
        } else {
            domain.children[index] = .element(metadata)
        }
    }
}

extension OwnershipMark.PlacedCell {
    fileprivate init?(reading element: XMLElement) {
        guard let guestCell = try? element.number("guestCell", ""), let hostCell = try? element.number("hostCell", ""),
            let text = element[attribute: "pageKiB"], let size = UInt64(text), size > 0, size <= Size.maximum.count
        else { return nil }
        self.init(guestCell: GuestCellID(guestCell), hostCell: CellID(hostCell), pageSize: PageSize(KiB(size)))
    }

    fileprivate var element: XMLElement {
        XMLElement(
            "np:placement",
            [
                .init("guestCell", "\(guestCell)"), .init("hostCell", "\(hostCell)"),
                .init("pageKiB", "\(pageSize.size.count)"),
            ])
    }
}

/// `<np:own vcpu="0" cpu="2"/>`: a CPU of a vCPU, or of the emulator where no vCPU is named.
private struct OwnCPU {
    var vcpu: VCPU?
    var cpu: CPU

    init(vcpu: VCPU?, cpu: CPU) {
        self.vcpu = vcpu
        self.cpu = cpu
    }

    init?(reading element: XMLElement) {
        guard let cpu = try? element.number("cpu", "") else { return nil }
        self.cpu = CPU(cpu)
        guard element[attribute: "vcpu"] != nil else { return }
        guard let vcpu = try? element.number("vcpu", "") else { return nil }
        self.vcpu = VCPU(vcpu)
    }

    var element: XMLElement {
        let whose = vcpu.map { [XMLElement.Attribute("vcpu", "\($0)")] } ?? []
        return XMLElement("np:own", whose + [.init("cpu", "\(cpu)")])
    }
}

extension XMLElement.Node {
    fileprivate var isMetadata: Bool {
        if case .element(let element) = self { element.name == "metadata" } else { false }
    }
}
