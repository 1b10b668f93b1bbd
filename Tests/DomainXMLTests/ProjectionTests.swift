import DomainXML
import HostModel
import Testing
import XMLTree

@Suite("The managed part of a definition")
struct ProjectionTests {
    private let definition = """
        <domain type='kvm'>
          <name>web01</name><uuid>6a4e2f0c-0000-4000-8000-000000000001</uuid>
          <metadata><other:x xmlns:other='urn:other'>mine</other:x></metadata>
          <memory unit='MiB'>2</memory><currentMemory unit='KiB'>2048</currentMemory>
          <vcpu placement='static'>2</vcpu>
          <cputune><shares>1024</shares><vcpupin vcpu='1' cpuset='4,5'/><vcpupin vcpu='0' cpuset='4-5'/></cputune>
          <os><type>hvm</type></os>
          <devices><graphics type='vnc' passwd='secret'/></devices>
        </domain>
        """

    private func projection(_ text: String) throws -> String {
        XMLWriter.write(try ManagedProjection.of(try XMLReader.read(text), defaultHugePage: PageSize(2_048)))
    }

    @Test("holds what is managed in one form, and nothing else")
    func whole() throws {
        #expect(
            try projection(definition) == """
                <domain>
                  <memory unit='KiB'>2048</memory>
                  <currentMemory unit='KiB'>2048</currentMemory>
                  <vcpu placement='static'>2</vcpu>
                  <cputune>
                    <vcpupin vcpu='0' cpuset='4-5'/>
                    <vcpupin vcpu='1' cpuset='4-5'/>
                  </cputune>
                </domain>

                """)
    }

    @Test(
        "is the same for what means the same",
        arguments: [
            ("<memory unit='MiB'>2</memory>", "<memory>2048</memory>"),
            ("<vcpu placement='static'>2</vcpu>", "<vcpu current='2'>2</vcpu>"),
            ("cpuset='4,5'", "cpuset='4-5'"),
            ("secret", "another"),
            ("<shares>1024</shares>", ""),
        ])
    func same(old: String, new: String) throws {
        let changed = definition.replacing(old, with: new)
        #expect(changed != definition)
        #expect(try projection(changed) == projection(definition))
    }

    @Test("has our mark, of which it is told apart from another")
    func mark() throws {
        let mark = OwnershipMark(
            site: "rack7", guest: "web01", flavor: nil, origin: .created, managedPaths: [], placement: [])
        let marked = DomainPatch.apply(
            WantedSettings(keeping: try FoundSettings(reading: XMLReader.read(definition))), mark: mark,
            to: try XMLReader.read(definition))
        let text = try projection(XMLWriter.write(marked))
        #expect(text.contains("<np:guest ") && !text.contains("urn:other"))
    }
}
