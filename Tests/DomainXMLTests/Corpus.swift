import DomainXML
import Foundation
import HostModel
import TestSupport
import Testing
import XMLTree

/// The captured definitions beside the package; empty where there are none.
enum Corpus {
    /// The names of all files, ascending.
    static let names: [String] = {
        guard let folder = sharedFolder()?.appending(path: "domains") else { return [] }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".xml") }.sorted()
    }()

    static func domain(_ name: String) throws -> XMLElement {
        let folder = try #require(sharedFolder()?.appending(path: "domains"))
        return try XMLReader.read(String(contentsOf: folder.appending(path: name), encoding: .utf8))
    }
}

/// A domain with a name, 1 GiB, 4 vCPUs and `body`, which may say otherwise.
func domain(_ body: String) throws -> XMLElement {
    var domain = try XMLReader.read("<domain type='qemu'>\(body)</domain>")
    let defaults = [
        ("name", "t"), ("memory", "1048576"), ("vcpu", "4"),
    ]
    for (name, text) in defaults.reversed() where domain.element(named: name) == nil {
        domain.children.insert(.element(XMLElement(name, children: [.text(text)])), at: 0)
    }
    return domain
}

/// The settings of a definition as text, one a line: `vcpu = 4`.
func settings(_ domain: XMLElement) throws -> [String] {
    try FoundSettings(reading: domain).settings.map { "\($0.path) = \(text($0.value))" }
}

/// Differences as text, one a line: `vcpu: 4 -> 8`.
func text(_ differences: [SettingDifference]) -> [String] {
    differences.map { "\($0.path): \($0.now.map(text) ?? "absent") -> \($0.want.map(text) ?? "absent")" }
}

private func text(_ value: SettingValue) -> String {
    switch value {
    case .text(let text): text
    case .number(let number): String(number)
    case .flag(let isOn): isOn ? "on" : "off"
    }
}

let twoMiB = PageSize(KiB(2_048))
let oneGiB = PageSize(KiB(1_048_576))

extension WantedSettings {
    /// A domain without topology, changed.
    static func with(vcpus: Int, memory: KiB, _ change: (inout WantedSettings) -> Void) -> WantedSettings {
        var wanted = WantedSettings(vcpus: vcpus, memory: memory)
        change(&wanted)
        return wanted
    }
}

/// Wanted settings of the usual kinds.
enum Wanted {
    /// A guest without topology.
    static let plain = WantedSettings(vcpus: 1, memory: KiB(524_288))

    /// Without topology on a host with a shared set.
    static let floating = WantedSettings.with(vcpus: 2, memory: 1_048_576) { $0.vcpuCPUs = [0, 1, 8] }

    /// The reference page's guest of one cell.
    static let oneCell = WantedSettings.with(vcpus: 4, memory: 1_048_576) {
        $0.vcpuPins = Dictionary(uniqueKeysWithValues: (0..<4).map { (VCPU($0), CPUSet(numbers: 0...3)) })
        $0.emulatorPin = [0, 1, 2, 3]
        $0.numaTune = NUMATune(hostCells: [0], memNodes: [0: .init(mode: .strict, hostCells: [0])])
        $0.topology = Topology(sockets: 4, cores: 1, threads: 1)
        $0.guestCells = [GuestCell(id: 0, vcpus: [0, 1, 2, 3], memory: KiB(1_048_576))]
        $0.hasACPI = true
    }

    /// Two cells, pinned, huge pages.
    static let pinned = WantedSettings.with(vcpus: 4, memory: 4_194_304) {
        $0.ioThreads = 1
        $0.vcpuPins = [0: [2], 1: [3], 2: [10], 3: [11]]
        $0.emulatorPin = [2, 3, 10, 11]
        $0.ioThreadPins = [1: [2, 3, 10, 11]]
        $0.numaTune = NUMATune(
            hostCells: [0, 1],
            memNodes: [0: .init(mode: .strict, hostCells: [0]), 1: .init(mode: .strict, hostCells: [1])])
        $0.hugePages = .perCell([0: oneGiB, 1: oneGiB])
        $0.cpuMode = "host-passthrough"
        $0.topology = Topology(sockets: 2, cores: 2, threads: 1)
        $0.maximumPhysicalAddress = MaximumPhysicalAddress(mode: "passthrough", bits: nil)
        $0.guestCells = [
            GuestCell(id: 0, vcpus: [0, 1], memory: KiB(2_097_152), isShared: true, distances: [0: 10, 1: 21]),
            GuestCell(id: 1, vcpus: [2, 3], memory: KiB(2_097_152), isShared: true, distances: [0: 21, 1: 10]),
        ]
        $0.hasACPI = true
    }

    /// Real-time vCPUs, mixed page sizes, everything locked.
    static let realtime = WantedSettings.with(vcpus: 4, memory: 3_145_728) {
        $0.vcpuPins = [0: [0, 1], 1: [4], 2: [5], 3: [6]]
        $0.emulatorPin = [0, 1]
        for vcpu in 1...3 { $0.schedulers[VCPU(vcpu)] = Scheduler(policy: "fifo", priority: 1) }
        $0.numaTune = NUMATune(
            mode: .preferred, hostCells: [0, 1],
            memNodes: [0: .init(mode: .preferred, hostCells: [0]), 1: .init(mode: .preferred, hostCells: [1])])
        $0.hugePages = .perCell([1: twoMiB])
        $0.noSharePages = true
        $0.isLocked = true
        $0.guestCells = [
            GuestCell(id: 0, vcpus: [0], memory: KiB(1_048_576)),
            GuestCell(id: 1, vcpus: [1, 2, 3], memory: KiB(2_097_152)),
        ]
        $0.hasACPI = true
    }

    /// Two cells that can grow, the second by more at once.
    static let growing: WantedSettings = {
        var wanted = pinned
        wanted.pluggableMemory = [
            0: MemoryPlug(size: KiB(4_194_304), requested: .zero, block: KiB(1_048_576)),
            1: MemoryPlug(size: KiB(4_194_304), requested: KiB(1_048_576), block: KiB(1_048_576)),
        ]
        return wanted
    }()

    static let all: [(name: String, parts: WantedSettings)] = [
        ("plain", plain), ("floating", floating), ("oneCell", oneCell), ("pinned", pinned), ("realtime", realtime),
        ("growing", growing),
    ]

    static let mark = OwnershipMark(
        site: "rack7", guest: "web01", flavor: "m1.numa", origin: .created, managedPaths: ["memory", "vcpu"],
        placement: [
            .init(guestCell: 0, hostCell: 1, pageSize: oneGiB), .init(guestCell: 1, hostCell: 0, pageSize: twoMiB),
        ])
}
