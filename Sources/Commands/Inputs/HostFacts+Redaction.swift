internal import DomainXML
internal import HostModel
internal import XMLTree

extension HostFacts {
    /// The facts for a document: without what may be secret, and with word of what was left out.
    ///
    /// Definitions are patched from the facts as they are in memory, or on the host, never from this.
    var redacted: HostFacts {
        var facts = self
        if let line = host.commandLine {
            let (text, count) = KernelCommandLine.redacted(line)
            facts.host.commandLine = text
            facts.host.commandLineLeftOut += count
        }
        facts.domains = domains.map(\.redacted)
        return facts
    }
}

extension DomainFacts {
    fileprivate var redacted: DomainFacts {
        var domain = self
        var left = Set(leftOut ?? [])
        domain.xml = DomainFacts.redacted(xml, &left)
        domain.liveXML = liveXML.map { DomainFacts.redacted($0, &left) }
        domain.leftOut = left.isEmpty ? nil : left.sorted()
        return domain
    }

    /// A definition that cannot be read holds nobody knows what, and is left out whole.
    private static func redacted(_ xml: String, _ left: inout Set<String>) -> String {
        do {
            let (document, paths) = DomainRedaction.redacted(try XMLReader.read(xml))
            left.formUnion(paths)
            return XMLWriter.write(document)
        } catch {
            left.insert("/")
            return ""
        }
    }
}
