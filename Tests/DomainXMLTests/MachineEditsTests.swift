import DomainXML
import HostModel
import Testing
import XMLTree

/// Random edits of disks and interfaces, one upon the other, in a domain in which people add, rename and replug things.
@Suite("A machine that is edited again and again")
struct MachineEditsTests {
    /// The same numbers for the same seed, everywhere.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let byHand = """
        <domain type='kvm'><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/></os><devices>
        <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/hand'/><target dev='vdb' bus='virtio'/></disk>
        <interface type='bridge'><mac address='52:54:00:ff:00:01'/><source bridge='hand'/><model type='virtio'/></interface>
        </devices></domain>
        """

    @Test("is each time what the site says, beside what people added, and has no image twice", arguments: 0..<40)
    func edits(seed: UInt64) throws {
        var numbers = Numbers(state: seed)
        var document = try XMLReader.read(Self.byHand)
        var prior: MachineRecord? = MachineRecord(hasConsole: false)
        for _ in 0..<25 {
            let wish = MachineWish(devices: wish(&numbers))
            let record = MachineRecord(wish, prior: prior, in: document)
            document = completed(MachineMerge(record, prior: prior, into: document).document, &numbers)

            #expect(MachineMerge(record, prior: record, into: document).differences.isEmpty)
            #expect(MachineRecord(wish, prior: record, in: document) == record)
            let disks = elements("disk", document)
            let targets = disks.compactMap { $0.element(named: "target")?[attribute: "dev"] }
            let paths = disks.compactMap { $0.element(named: "source")?[attribute: "file"] }
            #expect(Set(targets).count == disks.count, "\(targets)")
            #expect(paths.sorted() == (["/hand"] + (wish.devices?.disks ?? []).map(\.path)).sorted())
            let joined = elements("interface", document).map { interface in
                let source = interface.element(named: "source")
                return source?[attribute: "network"] ?? source?[attribute: "bridge"] ?? "-"
            }
            let wanted = (wish.devices?.interfaces ?? []).map { interface in
                switch interface.source {
                case .network(let name), .bridge(let name): name
                }
            }
            #expect(joined.sorted() == (["hand"] + wanted).sorted())
            prior = record
            document = renamed(document, record, &numbers)
        }
    }

    /// Some disks and interfaces, of few paths, networks and addresses, so that much is as it was.
    private func wish(_ numbers: inout Numbers) -> MachineWish.Devices {
        let paths = ["/a", "/b", "/c", "/d"].filter { _ in Bool.random(using: &numbers) }.shuffled(using: &numbers)
        let disks = paths.map { path in
            let bus = [GuestDisk.Bus.virtio, .virtio, .scsi, .sata].randomElement(using: &numbers)
            return GuestDisk(path: path, bus: bus ?? .virtio, isReadOnly: Bool.random(using: &numbers))
        }
        let addresses = ["52:54:00:00:00:01", "52:54:00:00:00:02", nil, nil].shuffled(using: &numbers)
        let interfaces = addresses.prefix(Int.random(in: 0...3, using: &numbers)).map { mac in
            let source = [GuestInterface.Source.network("n"), .network("m"), .bridge("b")]
            return GuestInterface(
                source: source.randomElement(using: &numbers) ?? .network("n"), mac: mac)
        }
        return .init(disks: disks, interfaces: Array(interfaces), hasConsole: false)
    }

    /// The definition with the addresses that libvirt gives.
    private func completed(_ document: XMLElement, _ numbers: inout Numbers) -> XMLElement {
        edited(document, "interface") { interface in
            guard interface.element(named: "mac") == nil else { return }
            let octets = (0..<2).map { _ in String(Int.random(in: 16...255, using: &numbers), radix: 16) }
            let mac = XMLElement("mac", [.init("address", "52:54:00:ee:\(octets[0]):\(octets[1])")])
            interface.children.insert(.element(mac), at: 0)
        }
    }

    /// The definition with a disk of the site under another name, as somebody may edit it.
    private func renamed(_ document: XMLElement, _ record: MachineRecord, _ numbers: inout Numbers) -> XMLElement {
        guard Int.random(in: 0..<5, using: &numbers) == 0, let disk = record.disks.randomElement(using: &numbers) else {
            return document
        }
        let name = "\(disk.target.prefix(2))z"
        guard !elements("disk", document).contains(where: { $0.element(named: "target")?[attribute: "dev"] == name })
        else { return document }
        return edited(document, "disk") { element in
            guard let target = element.element(named: "target"), target[attribute: "dev"] == disk.target else { return }
            var changed = target
            changed[attribute: "dev"] = name
            element.children = element.children.map { $0 == .element(target) ? .element(changed) : $0 }
        }
    }

    private func elements(_ name: String, _ document: XMLElement) -> [XMLElement] {
        document.element(named: "devices")?.elements(named: name) ?? []
    }

    private func edited(
        _ document: XMLElement, _ name: String, _ change: (inout XMLElement) -> Void
    ) -> XMLElement {
        var result = document
        result.children = document.children.map { node in
            guard case .element(var devices) = node, devices.name == "devices" else { return node }
            devices.children = devices.children.map { node in
                guard case .element(var device) = node, device.name == name else { return node }
                change(&device)
                return .element(device)
            }
            return .element(devices)
        }
        return result
    }
}
