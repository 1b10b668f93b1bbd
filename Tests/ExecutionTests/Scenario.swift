import DomainXML
import Execution
import HostModel
import Planning
import XMLTree

/// A host with four guests, and a plan that does everything that a plan can do.
struct Scenario {
    let log = WriteLog()
    let domains: FakeDomains
    let pools: FakePools

    static let large = PoolID(cell: 1, pageSize: PageSize(1_048_576))
    static let small = PoolID(cell: 0, pageSize: PageSize(2_048))
    static let shrinking = PoolID(cell: 0, pageSize: PageSize(1_048_576))

    init() {
        let web = XMLElement.domain("web", pins: [0: "0-1"])
        domains = FakeDomains(
            [
                "web": .init(document: web, live: web), "db": .init(document: .domain("db", pins: [0: "2"])),
                "old": .init(document: .domain("old"), live: .domain("old"), autostarts: true),
            ], log: log)
        pools = FakePools([Scenario.large: 0, Scenario.small: 10, Scenario.shrinking: 4], log: log)
    }

    /// Steps in an order that is not the one to run them in.
    static let steps: [Step] = [
        .start(name: "new"),
        .setPool(shrinking, prior: 4, target: 2),
        .undefine(name: "old"),
        .stop(name: "old"),
        .pin(name: "web", thread: .vcpu(0), prior: [0, 1], target: [1, 2]),
        .setAutostart(name: "new", prior: false, target: true),
        .redefine(
            name: "web", prior: .read("web", pins: [0: "0-1"]), wanted: .parts(pins: [0: [1, 2]]), mark: .of("web")),
        .redefine(name: "db", prior: .read("db", pins: [0: "2"]), wanted: .parts(pins: [0: [3]]), mark: .of("db")),
        .create(
            name: "new", definition: .domain("new", pins: [0: "4"], mark: .of("new")), wanted: .parts(pins: [0: [4]]),
            mark: .of("new")),
        .setPool(small, prior: 10, target: 20),
        .setPool(large, prior: 0, target: 2),
    ]

    /// The writes of a run of all steps.
    static let writes = [
        "pools 1GiB@1=2 2MiB@0=20", "define web", "define db", "define new", "autostart new true", "pin web 0 0-2",
        "pin web 0 1-2", "stop old", "undefine old", "start new", "pools 1GiB@0=2",
    ]

    func run(_ steps: [Step] = Scenario.steps, observer: any StepObserver = SilentObserver()) -> RunOutcome {
        Interpreter(domains: domains, pools: pools, observer: observer).run(steps)
    }
}

extension WantedSettings {
    static func parts(vcpus: Int = 2, pins: [VCPU: CPUSet] = [:]) -> WantedSettings {
        var wanted = WantedSettings(vcpus: vcpus, memory: 65_536)
        wanted.vcpuPins = pins
        return wanted
    }
}

extension FoundSettings {
    /// What is read from a small definition.
    static func read(_ name: String, pins: [Int: String] = [:]) -> FoundSettings {
        (try? FoundSettings(reading: .domain(name, pins: pins))) ?? WantedSettings.parts().values
    }
}

extension OwnershipMark {
    static func of(_ guest: String) -> OwnershipMark {
        OwnershipMark(site: "lab", guest: guest, flavor: nil, origin: .created, managedPaths: [], placement: [])
    }
}

extension XMLElement {
    /// A small definition; with a mark it is one that this project has written.
    static func domain(_ name: String, pins: [Int: String] = [:], mark: OwnershipMark? = nil) -> XMLElement {
        var domain = XMLElement("domain", [Attribute("type", "test")])
        domain.append(XMLElement("name", children: [.text(name)]))
        domain.append(XMLElement("memory", [Attribute("unit", "KiB")], children: [.text("65536")]))
        domain.append(XMLElement("vcpu", [Attribute("placement", "static")], children: [.text("2")]))
        for (vcpu, cpus) in pins.sorted(by: { $0.key < $1.key }) {
            domain.setPin(of: VCPU(vcpu), to: (try? CPUSet(parsing: cpus)) ?? [])
        }
        guard let mark else { return domain }
        let parts = (try? FoundSettings(reading: domain)).map(WantedSettings.init(keeping:)) ?? .parts()
        return DomainPatch.apply(parts, mark: mark, to: domain)
    }

    /// Changes a pin as a running domain's document shows it.
    mutating func setPin(of vcpu: VCPU, to cpus: CPUSet) {
        var tune = element(named: "cputune") ?? XMLElement("cputune")
        tune.children.removeAll {
            if case .element(let pin) = $0 { pin[attribute: "vcpu"] == "\(vcpu)" } else { false }
        }
        tune.append(XMLElement("vcpupin", [Attribute("vcpu", "\(vcpu)"), Attribute("cpuset", "\(cpus)")]))
        children.removeAll { if case .element(let old) = $0 { old.name == "cputune" } else { false } }
        append(tune)
    }

    /// Changes what a balloon leaves as a running domain's document shows it.
    mutating func setCurrentMemory(_ amount: KiB) {
        children.removeAll { if case .element(let old) = $0 { old.name == "currentMemory" } else { false } }
        append(XMLElement("currentMemory", [Attribute("unit", "KiB")], children: [.text("\(amount.count)")]))
    }

    /// Changes how many vCPUs are plugged in as a running domain's document shows it.
    mutating func setCurrentVCPUs(_ count: Int) {
        guard var element = element(named: "vcpu") else { return }
        element[attribute: "current"] = "\(count)"
        children.removeAll { if case .element(let old) = $0 { old.name == "vcpu" } else { false } }
        append(element)
    }

    /// Changes the emulator's pin as a running domain's document shows it.
    mutating func setEmulatorPin(_ cpus: String) {
        children.removeAll { if case .element(let old) = $0 { old.name == "cputune" } else { false } }
        let pin = XMLElement("emulatorpin", [Attribute("cpuset", cpus)])
        append(XMLElement("cputune", children: [.element(pin)]))
    }

    private mutating func append(_ child: XMLElement) { children.append(.element(child)) }
}
