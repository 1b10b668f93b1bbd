import DomainXML
import HostModel
import Testing
import XMLTree

@Suite("Host devices on guest cells")
struct CellBusesTests {
    private static func address(_ number: Int) throws -> PCIAddress {
        try #require(PCIAddress(bus: UInt8(0x3b + number), slot: 0, function: 0))
    }

    /// A wish for devices of that number on guest cells.
    private static func wish(
        _ cells: [Int: Int?], _ view: MachineWish.DeviceView = .onCells, machine: String = "q35"
    ) throws -> MachineWish {
        var wish = MachineWish(machine: machine, devices: .init())
        for (number, cell) in cells.sorted(by: { $0.key < $1.key }) {
            let address = try address(number)
            wish.hostDevices.append(address)
            wish.deviceCells[address] = cell.map { GuestCellID($0) }
        }
        wish.deviceView = view
        return wish
    }

    private static let plain = """
        <domain type='kvm'><name>a</name><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><boot dev='hd'/></os><devices>
        <controller type='pci' index='0' model='pcie-root'/>
        <controller type='pci' index='1' model='pcie-root-port'><address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/></controller>
        <interface type='network'><source network='n'/><address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></interface>
        <serial type='pty'/></devices></domain>
        """

    /// One line for each expander: `248 on 1: 0x3b`.
    private static func buses(_ domain: XMLElement) throws -> [String] {
        let devices = try #require(domain.element(named: "devices"))
        let controllers = devices.elements(named: "controller")
        func bus(_ element: XMLElement) -> Int? {
            (element.element(named: "address")?[attribute: "bus"]?.dropFirst(2)).flatMap { Int($0, radix: 16) }
        }
        func index(_ element: XMLElement) -> Int? { element[attribute: "index"].flatMap { Int($0) } }
        return controllers.filter { $0[attribute: "model"] == "pcie-expander-bus" }.map { expander in
            let ports = controllers.filter { bus($0) == index(expander) }
            let behind = ports.map { port in
                devices.elements(named: "hostdev").filter { bus($0) == index(port) }.map { device in
                    device.element(named: "source")?.element(named: "address")?[attribute: "bus"] ?? "?"
                }.joined(separator: "+")
            }
            let target = expander.element(named: "target")
            let number = target?[attribute: "busNr"] ?? "?"
            return "\(number) on \(target?.element(named: "node")?.text ?? "?"): \(behind.joined(separator: " "))"
        }
    }

    /// A definition that had no host device, with those of a record.
    private static func merged(_ record: MachineRecord, into text: String = plain) throws -> XMLElement {
        MachineMerge(record, prior: MachineRecord(machine: "q35"), into: try XMLReader.read(text)).document
    }

    private static func lines(_ merge: MachineMerge) -> [String] {
        merge.differences.map { "\($0.path) \($0.now.map { "\($0)" } ?? "-") > \($0.want.map { "\($0)" } ?? "-")" }
    }

    @Test("of a new domain are behind a port each, and an expander for each cell")
    func created() throws {
        let record = MachineRecord(try Self.wish([0: 1, 1: 0, 2: 1, 3: nil]), prior: nil, in: nil)
        var machine = MachineDescription(name: "a", machine: "q35", hostDevices: record.hostDevices)
        machine.deviceCells = record.deviceCells
        let domain = DomainTemplate.domain(for: machine)
        #expect(try Self.buses(domain) == ["248 on 1: 0x3b 0x3d", "240 on 0: 0x3c"])
        #expect(DefinitionLimits.excess(of: domain) == nil)
        let merge = MachineMerge(record, prior: record, into: domain)
        #expect(merge.differences.isEmpty && merge.document == domain)
        let settings = MachineMerge.settings(of: domain)
        #expect(settings[.hostDeviceCell(try Self.address(0))] == .number(1))
        #expect(settings[.hostDeviceCell(try Self.address(3))] == nil)
        let present = try XMLReader.read(Self.plain)
        #expect(MachineRecord(try Self.wish([0: 1]), prior: nil, in: present).deviceCells.count == 1)
    }

    @Test("go from one cell to another, to the root bus and away, and leave nothing behind")
    func changed() throws {
        let first = MachineRecord(try Self.wish([0: 0, 1: 0, 2: 1]), prior: nil, in: nil)
        var document = try Self.merged(first)
        #expect(try Self.buses(document) == ["248 on 0: 0x3b 0x3c", "240 on 1: 0x3d"])
        var prior = first
        let edits: [([Int: Int?], [String], [String])] = [
            (
                [0: 0, 1: 1, 2: 1], ["devices.hostdev[0000:3c:00.0].cell number(0) > number(1)"],
                ["248 on 0: 0x3b", "240 on 1: 0x3d 0x3c"]
            ),
            ([1: 1, 2: 1], ["devices.hostdev[0000:3b:00.0] flag(true) > -"], ["240 on 1: 0x3d 0x3c"]),
            (
                [1: 1, 2: 1, 4: 0],
                ["devices.hostdev[0000:3f:00.0] - > flag(true)", "devices.hostdev[0000:3f:00.0].cell - > number(0)"],
                ["240 on 1: 0x3d 0x3c", "248 on 0: 0x3f"]
            ),
            (
                [1: nil, 2: 1, 4: 0], ["devices.hostdev[0000:3c:00.0].cell number(1) > -"],
                ["240 on 1: 0x3d", "248 on 0: 0x3f"]
            ),
        ]
        for (cells, lines, buses) in edits {
            let record = MachineRecord(try Self.wish(cells), prior: prior, in: document)
            let merge = MachineMerge(record, prior: prior, into: document)
            #expect(Self.lines(merge) == lines)
            #expect(try Self.buses(merge.document) == buses)
            #expect(MachineMerge(record, prior: record, into: merge.document).differences.isEmpty)
            (prior, document) = (record, merge.document)
        }
        let gone = MachineRecord(try Self.wish([1: nil, 2: 1, 4: 0], .onRoot), prior: prior, in: document)
        let flat = MachineMerge(gone, prior: prior, into: document).document
        #expect(try Self.buses(flat) == [] && flat.element(named: "devices")?.elements(named: "controller").count == 2)
    }

    @Test("get another expander where one is full, and each has its own numbers")
    func many() throws {
        let cells = Dictionary(uniqueKeysWithValues: (0..<30).map { ($0, Int?.some($0 % 3)) })
        let record = MachineRecord(try Self.wish(cells), prior: nil, in: nil)
        let document = try Self.merged(record)
        let buses = try Self.buses(document)
        #expect(buses.count == 6 && buses.allSatisfy { $0.split(separator: " ").count <= 3 + 7 })
        #expect(Set(buses.map { $0.prefix(3) }).count == 6)
        #expect(MachineMerge(record, prior: record, into: document).differences.isEmpty)
    }

    @Test("stay on the root bus where no number is left, and that is no difference")
    func noNumbers() throws {
        let cells = Dictionary(uniqueKeysWithValues: (0..<180).map { ($0, Int?.some(0)) })
        let record = MachineRecord(try Self.wish(cells), prior: nil, in: nil)
        let document = try Self.merged(record)
        #expect(try Self.buses(document).count == 24)
        #expect(MachineMerge(record, prior: record, into: document).differences.isEmpty)
        let expander = "<controller type='pci' index='2' model='pcie-expander-bus'><target busNr='200'/></controller>"
        let one = MachineRecord(try Self.wish([0: 0]), prior: nil, in: nil)
        let beside = try Self.merged(one, into: Self.plain.replacing("<serial", with: expander + "<serial"))
        #expect(try Self.buses(beside) == ["200 on ?: ", "248 on 0: 0x3b"])
    }

    @Test(
        "of a domain that is there stay where they are, unless the site says otherwise",
        arguments: [
            (.onCellsIfNew, "none", true), (.onCellsIfNew, "flat", false), (.onCellsIfNew, "cells", true),
            (.onCellsIfNew, "unknown", false), (.asBefore, "none", false), (.asBefore, "flat", false),
            (.asBefore, "cells", true), (.onCells, "flat", true), (.onCells, "unknown", true),
            (.onRoot, "cells", false),
        ] as [(MachineWish.DeviceView, String, Bool)])
    func existing(view: MachineWish.DeviceView, before: String, isOnCells: Bool) throws {
        let document = try XMLReader.read(Self.plain)
        let prior: MachineRecord? =
            switch before {
            case "none": MachineRecord(machine: "q35")
            case "flat": MachineRecord(try Self.wish([1: 0], .onRoot), prior: nil, in: nil)
            case "cells": MachineRecord(try Self.wish([1: 0]), prior: nil, in: nil)
            default: nil
            }
        let record = MachineRecord(try Self.wish([0: 0, 1: 0], view), prior: prior, in: document)
        #expect(record.deviceCells.count == (isOnCells ? 2 : 0))
    }

    @Test(
        "are for q35 alone",
        arguments: [("pc", 0), ("q35", 1), ("pc-q35-8.0", 1), ("virt", 0), ("s390-ccw-virtio", 0)])
    func machines(type: String, count: Int) throws {
        #expect(MachineRecord(try Self.wish([0: 0], machine: type), prior: nil, in: nil).deviceCells.count == count)
    }

    @Test("that somebody else put on a cell stay there")
    func byHand() throws {
        let record = MachineRecord(try Self.wish([0: nil]), prior: nil, in: nil)
        let onCell = MachineRecord(try Self.wish([0: 1]), prior: nil, in: nil)
        let document = try Self.merged(onCell)
        #expect(MachineMerge(record, prior: record, into: document).differences.isEmpty)
        #expect(Self.lines(MachineMerge(record, prior: onCell, into: document)).count == 1)
    }

    @Test("are in the mark, and their setting has a path")
    func mark() throws {
        let record = MachineRecord(try Self.wish([0: 1, 1: nil]), prior: nil, in: nil)
        let mark = OwnershipMark(
            site: "s", guest: "a", flavor: nil, origin: .created, managedPaths: [], placement: [], machine: record)
        let domain = XMLElement(
            "domain", children: [.element(XMLElement("metadata", children: [.element(mark.element)]))])
        #expect(OwnershipMark(reading: try XMLReader.read(XMLWriter.write(domain))) == mark)
        let key = MachineKey.hostDeviceCell(try Self.address(0))
        #expect(key.path == "devices.hostdev[0000:3b:00.0].cell" && MachineKey(path: key.path) == key)
    }
}
