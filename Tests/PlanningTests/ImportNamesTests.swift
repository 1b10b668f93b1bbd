import Diagnostics
import FullHosts
import HostModel
import Planning
import SiteFile
import Testing
import XMLTree

@Suite("Import of odd names")
struct ImportNamesTests {
    @Test(
        "leaves out a domain whose name no site file takes, and says why; the others come out",
        arguments: [
            ("-x", "begins with '-'"), (".x", "begins with '.'"), (" x", "begins or ends with a blank"),
            ("tab\tx", "control character"), (String(repeating: "x", count: 201), "longer than 200 bytes"),
        ])
    func names(name: String, reason: String) throws {
        var request = ImportRequest(host: referenceHost)
        request.host.domains = try [name, "$(id)", "null"].map { name in
            let definition = try XMLReader.read(
                "<domain type='kvm'><name>\(name)</name><memory>65536</memory></domain>")
            return DomainFacts(name: name, state: .shutoff, xml: XMLWriter.write(definition))
        }
        let imported = SiteImport.write(request)
        #expect(imported.guests == ["$(id)", "null"])
        #expect(SiteReader.read(SourceText(name: "imported", text: imported.text)).value != nil, "\(imported.text)")
        let said = imported.diagnostics.filter { $0.message.contains("left out") }
        #expect(said.count == 1 && said[0].notes.contains { $0.contains(reason) }, "\(imported.diagnostics)")
    }
}
