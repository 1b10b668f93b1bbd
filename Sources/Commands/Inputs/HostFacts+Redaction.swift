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
        domain.definition = DomainFacts.redacted(definition, &left)
        domain.live = live.map { DomainFacts.redacted($0, &left) }
        domain.leftOut = left.isEmpty ? nil : left.sorted()
        return domain
    }

    /// A definition that cannot be read holds nobody knows what, and is left out whole.
    private static func redacted(_ xml: XMLText, _ left: inout Set<String>) -> XMLText {
        do {
            let (document, paths) = DomainRedaction.redacted(try xml.read())
            left.formUnion(paths)
            return XMLText(XMLWriter.write(document))
        } catch {
            left.insert("/")
            return XMLText("")
        }
    }
}
