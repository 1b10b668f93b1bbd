import Foundation
import HostModel
import Testing

@Suite("PCI addresses and devices")
struct PCIAddressTests {
    @Test(
        "are read and written as the kernel does",
        arguments: [
            ("0000:3b:00.0", "0000:3b:00.0"), ("0000:3B:1F.7", "0000:3b:1f.7"), ("10000:e1:00.0", "10000:e1:00.0"),
            ("ffffffff:ff:1f.7", "ffffffff:ff:1f.7"), ("0001:00:0a.1", "0001:00:0a.1"),
        ])
    func reading(text: String, written: String) throws {
        let address = try #require(PCIAddress(text))
        #expect(address.description == written && PCIAddress(written) == address)
    }

    @Test(
        "are refused in any other form",
        arguments: [
            "", ":", "::.", "3b:00.0", "000:3b:00.0", "0000:3b:00", "0000:3b:00.", "0000:3b:00.8", "0000:3b:20.0",
            "0000:3b:00.00", "0000:3:00.0", "0000:3b:0.0", "0000:3b:00.0 ", " 0000:3b:00.0", "0000:3b:00.0.0",
            "0000:3b:00:0", "0x00:3b:00.0", "+000:3b:00.0", "-000:3b:00.0", "0000:3b:00.x", "000000000:3b:00.0",
            "٠٠٠٠:3b:00.0", "0000:3b:+1.0",
        ])
    func refused(text: String) { #expect(PCIAddress(text) == nil) }

    @Test("are ordered by domain, bus, slot and function, as numbers")
    func order() {
        let texts = ["0000:00:1f.2", "0000:3b:00.0", "0000:3b:00.1", "0000:3b:02.0", "0001:00:00.0", "10000:00:00.0"]
        #expect(texts.reversed().compactMap { PCIAddress($0) }.sorted().map(\.description) == texts)
    }

    @Test("come back from a facts document, with null for what is unknown")
    func document() throws {
        let addresses = ["0000:3b:00.0", "0000:00:1f.2"].compactMap { PCIAddress($0) }
        let cell = Cell(id: 0, cpus: [0], memory: 1, socket: 3)
        let facts = HostFacts(
            host: HostIdentity(), onlineCPUs: [0], cells: [cell],
            devices: [HostDevice(address: addresses[0], cell: 0, socket: 3), HostDevice(address: addresses[1])])
        #expect(facts.devices.map(\.address) == addresses.reversed())
        let data = try JSONEncoder().encode(facts)
        #expect(try JSONDecoder().decode(HostFacts.self, from: data) == facts)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let devices = try #require(document["pci"] as? [[String: Any]])
        #expect(devices.map { $0["address"] as? String } == ["0000:00:1f.2", "0000:3b:00.0"])
        #expect(devices[0]["cell"] is NSNull && devices[0]["socket"] is NSNull && devices[1]["cell"] as? Int == 0)
        let old = #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": 1}]}"#
        #expect(try JSONDecoder().decode(HostFacts.self, from: Data(old.utf8)).devices == [])
        let bad = #"{"cells": [], "pci": [{"address": "3b:00.0"}]}"#
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(HostFacts.self, from: Data(bad.utf8)) }
    }

    @Test("contradict the facts when a device is given twice, or on a cell that is not there")
    func problems() throws {
        let address = try #require(PCIAddress("0000:3b:00.0"))
        let device = HostDevice(address: address, cell: 7)
        let facts = HostFacts(
            host: HostIdentity(), onlineCPUs: [0], cells: [Cell(id: 0, cpus: [0], memory: 1)],
            devices: [HostDevice(address: address, cell: 0), device])
        #expect(facts.problems == [.deviceTwice(address), .deviceOnMissingCell(address, 7)])
        #expect(Set(facts.problems.map(\.description)).count == 2)
    }

    @Test("the socket of a cell is its own word, else that of its devices")
    func sockets() throws {
        let address = try #require(PCIAddress("0000:3b:00.0"))
        let device = HostDevice(address: address, cell: 1, socket: 5)
        let facts = HostFacts(
            host: HostIdentity(), onlineCPUs: [0],
            cells: [
                Cell(id: 0, cpus: [0], memory: 1, socket: 4), Cell(id: 1, cpus: [], memory: 1),
                Cell(id: 2, cpus: [], memory: 1),
            ], devices: [device])
        #expect([0, 1, 2].map { facts.socket(of: CellID($0)) } == [4, 5, nil])
        #expect(facts.socket(of: HostDevice(address: address, cell: 0)) == 4 && facts.device(address) == device)
    }
}
