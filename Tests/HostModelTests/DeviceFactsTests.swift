import Foundation
import HostModel
import Testing

@Suite("What facts say of devices")
struct DeviceFactsTests {
    @Test(
        "classes by word and by digits",
        arguments: [
            ("gpu", "030000", true), ("gpu", "030200", true), ("gpu", "038000", true), ("gpu", "120000", true),
            ("gpu", "030100", false), ("nvme", "010802", true), ("nvme", "010601", false), ("nic", "020000", true),
            ("nic", "028000", true), ("crypto", "0b4000", true), ("accelerator", "0b4000", true),
            ("audio", "040300", true), ("usb", "0c0330", true),
        ])
    func words(word: String, digits: String, isOne: Bool) throws {
        let classes = DeviceClasses(try #require(DeviceClasses.Word(rawValue: word)))
        #expect(classes.contains(try #require(DeviceClass(digits))) == isOne)
    }

    @Test("digits of two, four or six, in any case")
    func digits() throws {
        let class3D = try #require(DeviceClass("030200"))
        #expect(["03", "0302", "030200"].allSatisfy { DeviceClasses(digits: $0)?.contains(class3D) == true })
        #expect(DeviceClasses(digits: "0301")?.contains(class3D) == false)
        #expect(["", "030", "0x03", "0g", "03020000"].allSatisfy { DeviceClasses(digits: $0) == nil })
        #expect(DeviceNumber("10DE") == DeviceNumber("10de") && DeviceNumber("10d") == nil)
    }

    @Test("are read back as they were written, and what is unknown is left out")
    func roundTrip() throws {
        let text = """
            {"cells": [{"id": 0, "cpus": "0", "memory_kib": 1}], "pci": [
              {"address": "0000:3b:00.0", "cell": 0},
              {"address": "0000:3b:00.1", "class": "020000", "vendor": "8086", "device": "159b", "root_complex": "pci0000:3a",
               "upstream": "0000:3a:00.0", "iommu_group": 4, "driver": "ice", "vfs": {"total": 64, "now": 2},
               "physical_function": "0000:3b:00.0", "net": ["ens1f1"], "nvme": [], "in_use": true}]}
            """
        let facts = try JSONDecoder().decode(HostFacts.self, from: Data(text.utf8))
        let written = try JSONEncoder().encode(facts)
        #expect(try JSONDecoder().decode(HostFacts.self, from: written) == facts)
        let devices = try #require(
            (JSONSerialization.jsonObject(with: written) as? [String: Any])?["pci"] as? [[String: Any]])
        #expect(Set(devices[0].keys) == ["address", "cell", "socket"])
        #expect(devices[1].count == 14 && facts.devices[1].isInUse && facts.devices[1].virtualFunctions?.now == 2)
    }

    @Test(
        "is refused when it is no class or number",
        arguments: [#""class": "0x0302""#, #""class": "0302""#, #""vendor": "10d""#, #""device": "wxyz""#])
    func refused(member: String) {
        let text =
            #"{"cells": [{"id": 0, "cpus": "0", "memory_kib": 1}], "pci": [{"address": "0000:3b:00.0", \#(member)}]}"#
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(HostFacts.self, from: Data(text.utf8)) }
    }
}
