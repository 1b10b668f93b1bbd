import Diagnostics
import DomainXML
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("What would make a step fail")
struct PreflightTests {
    private func domain(_ name: String, _ devices: String) throws -> XMLElement {
        try XMLReader.read("<domain type='qemu'><name>\(name)</name><devices>\(devices)</devices></domain>")
    }

    private func creation(_ name: String, _ devices: String) throws -> Step {
        .create(
            name: name, definition: try domain(name, devices), wanted: WantedSettings(vcpus: 1, memory: 65_536),
            mark: OwnershipMark(
                site: "s", guest: name, flavor: nil, origin: .created, managedPaths: [], placement: []))
    }

    private static let disk = "<disk><source file='/a'/><target dev='vda'/></disk>"

    @Test("is an error of a guest that starts, a warning of one that is only defined, and silent where nobody looked")
    func severities() throws {
        let create = try creation("g", Self.disk)
        let missing = HostObservation(paths: ["/a": .missing])
        for (steps, severity) in [([create], Diagnostic.Severity.warning), ([create, .start(name: "g")], .error)] {
            let preflight = Preflight(steps: steps, on: referenceHost, site: "s")
            #expect(preflight.needs.paths == ["/a"])
            #expect(preflight.findings(missing).map(\.code) == [.fileMissing])
            #expect(preflight.findings(missing).map(\.severity) == [severity])
            #expect(preflight.findings().isEmpty)
        }
    }

    @Test(
        "is a device on a guest cell that goes; it is named, and nothing is done",
        arguments: [
            ("<memory model='dimm'><target><size>65536</size><node>1</node></target></memory>", "memory device (dimm)"),
            (
                "<controller type='pci' index='2' model='pcie-expander-bus'><target><node>1</node></target></controller>",
                "the controller 2 (pcie-expander-bus)"
            ),
        ])
    func strandedDevice(device: String, words: String) throws {
        let cells = (0..<2).map { "<cell id='\($0)' cpus='\($0)' memory='65536' unit='KiB'/>" }.joined()
        for (wanted, codes) in [(1, [DiagnosticCode.deviceCellMissing]), (2, [])] {
            var request = PlanRequest(
                host: referenceHost, site: "s", policy: .plain(),
                guests: [GuestSpec(name: Located("g"), demand: .even(wanted, vcpus: 2, memory: 131_072))],
                consent: PlanConsent(adopts: true))
            request.host.domains = [
                DomainFacts(
                    name: "g", state: .shutoff,
                    xml: "<domain type='kvm'><name>g</name><memory>131072</memory><vcpu>2</vcpu>"
                        + "<cpu><numa>\(cells)</numa></cpu><devices>\(device)</devices></domain>")
            ]
            let plan = Planner.plan(request)
            let found = plan.plan.diagnostics.filter { $0.code == .deviceCellMissing }
            #expect(found.map(\.code) == codes, "\(plan.plan.diagnostics)")
            #expect(plan.steps.isEmpty == !codes.isEmpty)
            guard let finding = found.first else { continue }
            #expect(finding.severity == .error && plan.plan.verdict == .refused)
            #expect(finding.message.contains(words) && finding.message.contains("guest cell 1"))
        }
    }

    @Test("says once what could not be looked at, and does not count it as there")
    func unseen() throws {
        let preflight = Preflight(
            steps: [try creation("g", Self.disk), .start(name: "g")], on: referenceHost, site: "s")
        let findings = preflight.findings(HostObservation(unseen: ["/a: its folder cannot be read"]))
        #expect(findings.map(\.code) == [.lookFailed] && findings[0].severity == .warning)
        #expect(findings[0].notes == ["/a: its folder cannot be read"])
    }

    @Test(
        "is no disk that several may have, and none that goes",
        arguments: [
            ("", [.diskShared]), ("<readonly/>", []), ("<shareable/>", []),
        ] as [(String, [DiagnosticCode])])
    func shared(flag: String, codes: [DiagnosticCode]) throws {
        let disk = "<disk><source file='/a'/><target dev='vda'/>\(flag)</disk>"
        var host = referenceHost
        let link = "<disk><source file='/link'/><target dev='vda'/>\(flag)</disk>"
        host.domains = [
            DomainFacts(name: "other", state: .running, xml: XMLWriter.write(try domain("other", link)))
        ]
        let real = HostObservation(paths: ["/a": .file(identity: "1"), "/link": .file(identity: "1")])
        let create = try creation("g", disk)
        let found = Preflight(steps: [create], on: host, site: "s").findings(real)
        #expect(found.map(\.code) == codes && found.allSatisfy { $0.severity == .error })
        #expect(Preflight(steps: [create, .undefine(name: "other")], on: host, site: "s").findings(real).isEmpty)
        host.domains[0].state = .shutoff
        #expect(
            Preflight(steps: [create], on: host, site: "s").findings(real).allSatisfy { $0.severity == .warning })
    }

    private static let device =
        "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='0x3b' slot='0' function='0'/></source></hostdev>"

    @Test(
        "is nothing that another guest keeps until its next start, unless that one is power cycled too",
        arguments: [("<disk><source file='/a'/><target dev='vda'/></disk>", .diskShared), (device, .hostDeviceInUse)]
            as [(String, DiagnosticCode)])
    func kept(device: String, code: DiagnosticCode) throws {
        var host = referenceHost
        host.domains = [
            DomainFacts(name: "other", state: .running, xml: XMLWriter.write(try domain("other", device)))
        ]
        let steps = [try creation("other", ""), try creation("g", device)]
        func found(_ more: [Step]) -> [Diagnostic] { Preflight(steps: steps + more, on: host, site: "s").findings() }
        let clash = found([.start(name: "g")])
        #expect(clash.map(\.code) == [code] && clash.allSatisfy { $0.severity == .error }, "\(clash)")
        #expect(clash.first?.hint?.contains("--restart other") == true)
        #expect(found([]).isEmpty, "what waits for a start does no harm")
        let both: [Step] = [.stop(name: "other", force: false), .start(name: "other"), .start(name: "g")]
        #expect(found(both).isEmpty)
    }

    @Test("is no device of the host that another running domain has")
    func deviceInUse() throws {
        var host = referenceHost
        host.domains = [
            DomainFacts(name: "other", state: .running, xml: XMLWriter.write(try domain("other", Self.device)))
        ]
        let steps = [try creation("g", Self.device)]
        func codes(_ more: [Step]) -> [DiagnosticCode] {
            Preflight(steps: steps + more, on: host, site: "s").findings().map(\.code)
        }
        #expect(codes([.start(name: "g")]) == [.hostDeviceInUse])
        #expect(codes([]) == [])
        host.domains[0].state = .shutoff
        #expect(codes([.start(name: "g")]) == [])
    }

    @Test(
        "is no request to shut down that the guest cannot hear, or comes up again after",
        arguments: [
            (.paused, "destroy", "virsh resume"), (.running, "restart", "virsh set-lifecycle-action"),
            (.running, "preserve", "virsh set-lifecycle-action"), (.running, "destroy", nil),
        ] as [(DomainFacts.DomainState, String, String?)])
    func deaf(state: DomainFacts.DomainState, action: String, hint: String?) throws {
        var host = referenceHost
        let guest = try domain("a b", "")
        let running = XMLWriter.write(guest).replacing(
            "</domain>", with: "<on_poweroff>\(action)</on_poweroff></domain>")
        host.domains = [DomainFacts(name: "a b", state: state, xml: XMLWriter.write(guest), liveXML: running)]
        func found(force: Bool) -> [Diagnostic] {
            Preflight(steps: [.stop(name: "a b", force: force), .start(name: "a b")], on: host, site: "s").findings()
        }
        #expect(found(force: true).isEmpty, "it is powered off in the end")
        let refused = found(force: false)
        #expect(refused.map(\.code) == (hint == nil ? [] : [.shutdownImpossible]), "\(refused)")
        guard let hint else { return }
        #expect(refused[0].severity == .error)
        #expect(refused[0].hint?.hasPrefix("\(hint) 'a b'") == true, "\(refused)")
    }

    @Test("is not the same disk under another name: a second link to the file, another node of the device, a volume")
    func names() throws {
        let volume = HostNeeds.Volume(pool: "p", name: "v")
        let one = HostObservation(
            paths: ["/a": .file(identity: "1"), "/b": .file(identity: "1")],
            volumes: [volume: .present(path: "/b")])
        var other = one
        other.paths["/b"] = .file(identity: "2")
        for source in ["<source file='/b'/>", "<source pool='p' volume='v'/>"] {
            var host = referenceHost
            let disk = "<disk>\(source)<target dev='vda'/></disk>"
            host.domains = [
                DomainFacts(name: "other", state: .running, xml: XMLWriter.write(try domain("other", disk)))
            ]
            let create = try creation("g", "<disk><source file='/a'/><target dev='vda'/></disk>")
            let preflight = Preflight(steps: [create], on: host, site: "s")
            #expect(preflight.needs.paths.contains("/b") != preflight.needs.volumes.contains(volume))
            let found = preflight.findings(one)
            #expect(found.map(\.code) == [.diskShared] && found.first?.notes.count == 1)
            #expect(preflight.findings(other).isEmpty)
        }
    }
}
