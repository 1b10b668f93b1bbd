internal import Diagnostics
internal import HostModel
internal import LinuxHost
internal import YAMLTree

/// Opens the files that a site file includes, as the site file itself is opened.
final class IncludedFiles {
    private let site: SourceText
    private let folder: String
    private let world: World
    /// The files that were read, in the order in which they are named.
    private(set) var sources: [SourceText] = []
    /// Files that a command which changes the host does not follow, since another user can change them.
    private(set) var untrusted: [Diagnostic] = []

    init(beside site: SourceText, folder: String, world: World) {
        (self.site, self.folder, self.world) = (site, folder, world)
    }

    /// Reads one file.
    func open(_ name: Located<String>) -> Checked<SourceText> {
        let path = folder + name.value
        do {
            let contents = try world.inspect(path, YAMLLimits().bytes + 1)
            if let doubt = contents.doubt {
                var finding = world.isWriting ? doubt.refusal(of: path, isInput: false) : doubt.warning(of: path)
                finding.mark = name.mark
                guard !world.isWriting else {
                    untrusted.append(finding)
                    return Checked(nil, [finding])
                }
                world.tell([finding], sources: [site])
            }
            let decoded = SourceText.decoding(contents.bytes, name: path)
            if let source = decoded.value { sources.append(source) }
            return decoded
        } catch InputFile.InputFailure.tooLarge(let limit) {
            return refused("\(path) is larger than \(limit - 1) bytes", name)
        } catch InputFile.InputFailure.unreadable(let reason, _) {
            return refused("cannot read \(path): \(reason)", name)
        } catch {
            return refused("cannot read \(path): \(error)", name)
        }
    }

    private func refused(_ message: String, _ name: Located<String>) -> Checked<SourceText> {
        Checked(nil, [Diagnostic(.includeImpossible, message, at: name.mark)])
    }
}
