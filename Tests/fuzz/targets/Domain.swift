internal import DomainXML
internal import HostModel
internal import XMLTree

/// XML → domain. What is read and written is read back the same, managed parts outlive being written, and patching a definition with
/// its own parts changes none of them.
func readDomain(_ bytes: [UInt8]) {
    guard let document = try? XMLReader.read(bytes: bytes) else { return }
    let text = XMLWriter.write(document)
    guard let again = try? XMLReader.read(text) else { preconditionFailure("what was written cannot be read") }
    precondition(XMLWriter.write(again) == text, "written, read and written is not written once")
    _ = OwnershipMark(reading: document)
    _ = ForeignManager.detect(in: document)
    _ = KeptFiles.paths(in: document)
    _ = try? DomainLoad(reading: document)
    precondition(!XMLWriter.write(DomainPatch.release(document)).isEmpty, "nothing is left of a definition")
    guard let parts = try? FoundSettings(reading: document) else { return }
    let wanted = WantedSettings(keeping: parts)
    _ = wanted.digest
    let patched = DomainPatch.apply(wanted, mark: nil, to: document)
    guard let found = try? FoundSettings(reading: patched) else {
        preconditionFailure("a patched definition cannot be read")
    }
    precondition(wanted.differences(from: found).isEmpty, "a definition patched with its own parts is another one")
    guard let fragment = try? FoundSettings(fragment: XMLReader.read(XMLWriter.write(parts.fragment()))) else {
        preconditionFailure("a fragment cannot be read")
    }
    precondition(
        fragment.isEquivalent(to: parts, defaultHugePage: nil),
        "a fragment means something else")
}
