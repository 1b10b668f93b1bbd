import Diagnostics
import DomainXML
import HostModel
import Planning
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
        let real = HostObservation(paths: ["/a": .file(real: "/a"), "/link": .file(real: "/a")])
        let create = try creation("g", disk)
        let found = Preflight(steps: [create], on: host, site: "s").findings(real)
        #expect(found.map(\.code) == codes && found.allSatisfy { $0.severity == .error })
        #expect(Preflight(steps: [create, .undefine(name: "other")], on: host, site: "s").findings(real).isEmpty)
        host.domains[0].state = .shutoff
        #expect(
            Preflight(steps: [create], on: host, site: "s").findings(real).allSatisfy { $0.severity == .warning })
    }
}
