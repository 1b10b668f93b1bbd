import DomainXML
import Foundation
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Steps as JSON")
struct StepJSONTests {
    private static let mark = OwnershipMark(
        site: "lab", guest: "a", flavor: nil, origin: .created, managedPaths: ["vcpu"], placement: [])
    private static let wanted = {
        var wanted = WantedSettings(vcpus: 2, memory: 65_536)
        wanted.vcpuPins = [0: [1], 1: [2, 3]]
        wanted.emulatorPin = [0]
        return wanted
    }()

    private static func document(_ name: String) -> XMLElement {
        XMLElement(
            "domain", [.init("type", "kvm")],
            children: [.element(XMLElement("name", children: [.text(name)]))])
    }

    static let steps: [Step] = [
        .setPool(PoolID(cell: 1, pageSize: PageSize(2_048)), prior: 3, target: 512),
        .setPool(PoolID(cell: 1, pageSize: PageSize(2_048)), prior: 3, target: 512, beforeMoves: 3),
        .create(name: "a", definition: document("a"), wanted: wanted, mark: mark),
        .create(name: "<&'\"", definition: document("<&'\""), wanted: wanted, mark: mark),
        .rebase(name: "a", prior: wanted.values, definition: document("a"), wanted: wanted, mark: mark),
        .redefine(
            name: "a", prior: wanted.values, wanted: wanted, mark: mark,
            devices: [
                DeviceChange(key: .console, now: nil, want: .flag(true)),
                DeviceChange(key: .boot("kernel"), now: .text("/k"), want: nil),
            ]),
        .pin(name: "a", thread: .vcpu(3), prior: [0, 1], target: [4]),
        .pin(name: "a", thread: .emulator, prior: [0, 1], target: []),
        .pin(name: "a", thread: .ioThread(2), prior: [], target: [4]),
        .setAutostart(name: "a", prior: false, target: true),
        .setMemory(name: "a", prior: 2_097_152, target: 1_048_576),
        .resizeMemory(name: "a", cell: 1, prior: 0, target: 1_048_576),
        .setVCPUs(name: "a", prior: 1, target: 4),
        .setAffinity(.newInterrupts, name: "", prior: [0, 1], target: [0]),
        .setAffinity(.workqueues, name: "", prior: [0, 1], target: [0]),
        .setCPUs([2, 3], online: false), .setPartition("a", prior: [1], vcpus: [0: [2], 11: [3]]),
        .setPartition("a", prior: [1], vcpus: [:]),
        .confineThreads(.init(cpus: [0, 1], count: 2, names: ["b", "a"]), target: [0]),
        .setAffinity(.interrupt(24), name: "nvme0q1, \"x\"", prior: [1], target: [0]),
        PCIAddress("0000:17:00.0").map { .setVFs($0, prior: 0, target: 4) } ?? .start(name: "a"),
        .setActor(
            "ovs", site: "s", prior: nil,
            target: ActorRecord(
                site: "s", name: "ovs", cpus: [2, 18], pages: ActorPages(size: PageSize(2_048), count: 3),
                unit: "a.service")),
        .setActor("ovs", site: "s", prior: ActorRecord(site: "s", name: "ovs", cpus: [2]), target: nil),
        .setUnit("a.service", actor: "ovs", site: "s", replaces: false, cpus: [2, 18], cells: [0]),
        .setUnit("a.service", actor: "ovs", site: "s", replaces: true, cpus: nil),
        .setUnit(UnitDropIn.manager, actor: nil, site: "s", replaces: false, cpus: [0]),
        .setDevice(name: "a", .detach, path: "devices.disk[vdb]", device: XMLElement("disk")),
        .stop(name: "a", force: false), .stop(name: "a", force: true), .release(name: "a"), .undefine(name: "a"),
        .start(name: "../../etc"), .rename(name: "a", from: "b", uuid: nil),
        .rename(name: "a", from: "b", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f"),
    ]

    @Test("are read back as they were", arguments: steps)
    func roundTrip(step: Step) throws {
        try expectSame(step)
    }

    /// The same step: documents may differ in the blanks between elements, and settings in how they are put.
    private func expectSame(_ step: Step, _ comment: Comment? = nil) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode(step)
        let read = try JSONDecoder().decode(Step.self, from: json)
        #expect(try encoder.encode(read) == json, comment)
        guard let wanted = wanted(step), let found = self.wanted(read) else {
            #expect(read == step, comment)
            return
        }
        #expect(step.guest == read.guest && wanted.mark == found.mark, comment)
        #expect(wanted.settings.values.isEquivalent(to: found.settings.values, defaultHugePage: nil), comment)
    }

    private func wanted(_ step: Step) -> WantedDefinition? {
        switch step {
        case .create(let step): step.wanted
        case .redefine(let step): step.wanted
        case .rebase(let step): step.wanted
        default: nil
        }
    }

    @Test("keep the prior settings of a definition")
    func redefinition() throws {
        let prior = try FoundSettings(reading: XMLReader.read("<domain><memory>1024</memory><vcpu>2</vcpu></domain>"))
        let step = Step.redefine(name: "a", prior: prior, wanted: Self.wanted, mark: Self.mark)
        let read = try JSONDecoder().decode(Step.self, from: try JSONEncoder().encode(step))
        guard case .redefine(let found) = read else {
            Issue.record("\(read)")
            return
        }
        #expect(found.guest == "a" && found.wanted.settings == Self.wanted && found.wanted.mark == Self.mark)
        #expect(found.deviceChanges.isEmpty)
        #expect(found.prior.settings.isEquivalent(to: prior, defaultHugePage: nil))
    }

    @Test("say of a domain that is taken over as it is that it gets the mark")
    func markOnly() throws {
        let taken = Step.redefine(name: "a", prior: Self.wanted.values, wanted: Self.wanted, mark: Self.mark)
        #expect(taken.sentence == "marked a as managed by \(Self.mark.site)")
        #expect(taken.order == "mark a as managed by \(Self.mark.site)")
        let prior = try FoundSettings(reading: XMLReader.read("<domain><memory>1024</memory><vcpu>2</vcpu></domain>"))
        let changed = Step.redefine(name: "a", prior: prior, wanted: Self.wanted, mark: Self.mark)
        #expect(changed.sentence == "changed the definition of a" && changed.order == "change the definition of a")
    }

    @Test("of random plans are read back as they were")
    func random() throws {
        var count = 0
        for seed in 0..<60 {
            for step in Planner.plan(PlanRequest(PlacementRequest.random(seed: seed), state: .running)).steps {
                try expectSame(step, "seed \(seed)")
                count += 1
            }
        }
        #expect(count > 20)
    }

    @Test(
        "that are none are refused",
        arguments: [
            #"{"step": "reboot", "guest": "a"}"#,
            #"{"step": "start"}"#,
            #"{"step": "stop", "guest": "a"}"#,
            #"{"step": "pin", "guest": "a", "thread": "vcpu -1", "prior": "0", "target": "1"}"#,
            #"{"step": "pin", "guest": "a", "thread": "iothread 0", "prior": "0", "target": "1"}"#,
            #"{"step": "pin", "guest": "a", "thread": "emulator 1", "prior": "0", "target": "1"}"#,
            #"{"step": "set_pool", "cell": -1, "page_kib": 4, "prior": 0, "target": 1}"#,
            #"{"step": "set_pool", "cell": 0, "page_kib": 4, "prior": 0, "target": 99999999999999999999}"#,
            #"{"step": "set_memory", "guest": "a", "prior": 1, "target": 2}"#,
            #"{"step": "set_vcpus", "guest": "a", "target": 2}"#,
            #"{"step": "set_affinity", "id": -1, "name": "a", "prior": "0", "target": "1"}"#,
            #"{"step": "set_affinity", "id": "past", "name": "a", "prior": "0", "target": "1"}"#,
            #"{"step": "set_affinity", "id": 24, "name": "a", "prior": "0", "target": "x"}"#,
            #"{"step": "set_cpus", "cpus": "x", "online": true}"#,
            #"{"step": "confine_threads", "prior": "0-1", "target": "0"}"#,
            #"{"step": "set_actor", "actor": "a", "site": "s", "target": {"site": "s", "name": "a", "cpus": ""}}"#,
            #"{"step": "set_unit", "unit": "a.service", "actor": "a", "site": "s", "target": {"cpus": "1"}}"#,
            #"{"step": "create", "guest": "a", "definition": ["<domain><name>b</name></domain>"], "wanted": ["<domain/>"]}"#,
            #"{"step": "create", "guest": "a", "definition": ["<network><name>a</name></network>"], "wanted": ["<domain/>"]}"#,
            #"{"step": "redefine", "guest": "a", "prior": ["<domain>"], "wanted": ["<domain/>"]}"#,
            #"{"step": "redefine", "guest": "a", "prior": ["<domain/>"], "wanted": ["<domain/>"]}"#,
        ])
    func refused(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Step.self, from: Data(json.utf8)) }
    }
}

@Suite("Preconditions")
struct PreconditionValueTests {
    @Test("name what the steps are about and nothing else, and are read back as they were")
    func values() throws {
        let xml =
            "<domain><name>a</name><memory>1024</memory><vcpu>2</vcpu><cputune><vcpupin vcpu='1' cpuset='0-1'/></cputune></domain>"
        let host = HostFacts(
            host: HostIdentity(), onlineCPUs: [0],
            cells: [
                Cell(
                    id: 0, cpus: [0], memory: 65_536,
                    pools: [HugepagePool(pageSize: PageSize(2_048), total: 9, free: 5, surplus: 2)])
            ],
            domains: [
                DomainFacts(name: "a", state: .running, autostart: true, xml: xml),
                DomainFacts(name: "other", state: .running, xml: xml),
            ])
        let pool = PoolID(cell: 0, pageSize: PageSize(2_048))
        let steps: [Step] = [
            .stop(name: "a"), .undefine(name: "a"), .start(name: "new"), .setPool(pool, prior: 7, target: 4),
        ]
        let preconditions = Preconditions(of: steps, on: host)
        #expect(
            preconditions.pools == [
                PoolPrecondition(pool: pool, persistent: 7, surplus: 2, freeAtLeast: 3)
            ])
        #expect(preconditions.guests.map(\.name) == ["a", "new"])
        #expect(preconditions.guests.last?.domain == nil)
        let domain = try #require(preconditions.guests.first?.domain)
        #expect(domain.isRunning && domain.autostarts && domain.mark == nil && !domain.hasManagedSave)
        #expect(domain.settings["cputune.vcpupin[1]"] == .text("0-1"))
        #expect(domain.settings["vcpu"] == .number(2))
        let json = try JSONEncoder().encode(preconditions)
        #expect(try JSONDecoder().decode(Preconditions.self, from: json) == preconditions)
    }
}
