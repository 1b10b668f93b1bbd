internal import Diagnostics
internal import FoundationEssentials
internal import HostModel
internal import SiteFile
internal import XMLTree
internal import YAMLTree

/// A site file that was read, with its text and the documents that it names.
struct SiteInput {
    let site: Site
    let source: SourceText
    /// The files that the site file includes, in its order, by their paths as the process sees them.
    let included: [SourceText]
    var warnings: [Diagnostic]
    /// Where relative names in the file start from.
    let folder: String

    static let standardPaths = ["site.yaml", "/etc/numactl-plan/site.yaml"]

    /// Reads a site file.
    ///
    /// - Parameter host: The host whose guests are wanted; guests of others may be left out. Nil is all.
    /// - Throws: ``CommandFailure`` with 66 when there is none, with 65 and every finding when it is wrong.
    init(_ path: String?, only host: String? = nil, world: World) throws {
        let (name, bytes) = try SiteInput.bytes(path, world: world)
        let decoded = SourceText.decoding(bytes, name: name)
        guard let source = decoded.value else { throw CommandFailure(.invalidInput, decoded.diagnostics) }
        let folder = name.contains("/") ? String(name[..<(name.lastIndex(of: "/") ?? name.startIndex)]) + "/" : ""
        let files = IncludedFiles(beside: source, folder: folder, world: world)
        let checked = SiteReader.read(source, opening: files.open, only: host)
        let all = [source] + files.sources
        guard files.untrusted.isEmpty else {
            throw CommandFailure(.notPermitted, files.untrusted, sources: all)
        }
        guard let site = checked.value, !checked.diagnostics.hasErrors else {
            throw CommandFailure(.invalidInput, checked.diagnostics, sources: all)
        }
        self.site = site
        self.source = source
        self.folder = folder
        included = files.sources
        warnings = checked.diagnostics
    }

    /// The site file and all files that it includes.
    var sources: [SourceText] { [source] + included }

    /// One sum over the site file and all files that it includes.
    var sum: SHA256 {
        included.isEmpty
            ? SHA256(of: source.text) : SHA256(of: sources.map { "\(SHA256(of: $0.text))\n" }.joined())
    }

    private static func bytes(_ path: String?, world: World) throws -> (String, [UInt8]) {
        for candidate in path.map({ [$0] }) ?? standardPaths {
            do {
                let bytes = try world.checked(candidate, YAMLLimits().bytes + 1)
                if path == nil { world.note("site file: \(displayable(absolute(candidate)))\n") }
                return (candidate == "-" ? "<stdin>" : candidate, bytes)
            } catch InputFile.InputFailure.tooLarge(let limit) {
                throw CommandFailure(
                    .invalidInput, [Diagnostic(.yamlTooLarge, "\(candidate) is larger than \(limit - 1) bytes")])
            } catch InputFile.InputFailure.unreadable(let reason, let isAbsent) {
                if path == nil, isAbsent { continue }
                throw CommandFailure(
                    .inputMissing, [Diagnostic(.inputUnreadable, "cannot read \(candidate): \(reason)")])
            }
        }
        throw CommandFailure(
            .inputMissing,
            [
                Diagnostic(
                    .inputUnreadable, "no site file found: tried \(standardPaths.joined(separator: " and "))",
                    hint: "name one: numactl-plan plan rack7.yaml")
            ])
    }

    private static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    /// Reads the `base` files of guests, by guest.
    ///
    /// - Throws: ``CommandFailure`` with 65 and all findings when one cannot be read or is no domain.
    func bases(for guests: [GuestSpec], world: World) throws -> [String: XMLElement] {
        var documents: [String: XMLElement] = [:]
        var findings: [Diagnostic] = []
        // Many guests are made from few files: each is read once.
        var read: [String: XMLElement] = [:]
        for guest in guests {
            guard let base = guest.machine.base else { continue }
            let path = base.value.hasPrefix("/") ? base.value : folder + base.value
            if let known = read[path] {
                documents[guest.name.value] = known
                continue
            }
            do {
                let document = try XMLReader.read(bytes: try world.checked(path, 16 << 20))
                if document.name == "domain" {
                    documents[guest.name.value] = document
                    read[path] = document
                } else {
                    findings.append(
                        Diagnostic(.baseInvalid, "\(path) holds <\(document.name)>, not <domain>", at: base.mark))
                }
            } catch let failure as CommandFailure {
                throw failure
            } catch InputFile.InputFailure.unreadable(let reason, _) {
                findings.append(Diagnostic(.baseUnreadable, "cannot read \(path): \(reason)", at: base.mark))
            } catch InputFile.InputFailure.tooLarge {
                findings.append(Diagnostic(.baseInvalid, "\(path) is larger than 16 MiB", at: base.mark))
            } catch {
                findings.append(Diagnostic(.baseInvalid, "\(path) is not the XML of a domain: \(error)", at: base.mark))
            }
        }
        guard findings.isEmpty else { throw CommandFailure(.invalidInput, findings, sources: sources) }
        return documents
    }

    /// The host's entry: the one named, else the one with the machine's name, else the only one.
    ///
    /// - Parameter isWriting: Whether the host will be changed: an entry that names another machine is then taken only when it
    ///   was named.
    func policy(named name: String?, machine: String?, isWriting: Bool = false) throws -> HostPolicy {
        if let name {
            if let policy = site.hosts.first(where: { $0.name.value == name }) { return policy }
            throw unknownHost("the site has no host '\(name)'", like: name)
        }
        if let policy = site.hosts.first(where: { $0.name.value == machine }) { return policy }
        if site.hosts.count == 1 {
            if isWriting, let foreign = foreignEntry(site.hosts[0], machine: machine, severity: .error) {
                throw CommandFailure(.needsConsent, [foreign], sources: sources)
            }
            return site.hosts[0]
        }
        throw unknownHost("the site has several hosts, and none is named '\(machine ?? "?")'", like: machine ?? "")
    }

    /// NP623 of an entry that names another machine than the one that is planned for; nil when it names this one, or none.
    func foreignEntry(_ policy: HostPolicy, machine: String?, severity: Diagnostic.Severity) -> Diagnostic? {
        let name = policy.name.value
        guard let machine, site.namesHosts, !isSame(name, machine) else { return nil }
        return Diagnostic(
            .hostEntryElsewhere, "the site's only host is '\(name)', and this machine is '\(machine)'",
            at: policy.name.mark, severity: severity, length: name.unicodeScalars.count,
            hint: "if the entry is meant for this machine: --host \(name)")
    }

    /// Whether two names are of one machine: with its domain and without it.
    private func isSame(_ name: String, _ machine: String) -> Bool {
        let (first, second) = (name.lowercased(), machine.lowercased())
        return first == second || first.hasPrefix(second + ".") || second.hasPrefix(first + ".")
    }

    private func unknownHost(_ message: String, like name: String) -> CommandFailure {
        let names = site.hosts.map(\.name.value)
        let meant = suggestion(for: name, among: names).map { "did you mean --host \($0)?" }
        return CommandFailure(
            .invalidInput,
            [Diagnostic(.unknownHost, message, hint: meant ?? "--host takes one of: \(names.joined(separator: ", "))")],
            sources: sources)
    }

    /// The same site with what was found about it left out.
    var withoutWarnings: SiteInput {
        var input = self
        input.warnings = []
        return input
    }

    /// The guests of each host, by its name; a site of one host has them all there.
    var guestsByHost: [String: [GuestSpec]] {
        let only = site.hosts.count == 1 ? site.hosts[0].name.value : nil
        var guests: [String: [GuestSpec]] = [:]
        for guest in site.guests {
            guard let host = guest.host?.value ?? only else { continue }
            guests[host, default: []].append(guest)
        }
        return guests
    }

    /// The guests of a host.
    func guests(of policy: HostPolicy) -> [GuestSpec] {
        site.guests.filter { $0.host == nil || $0.host?.value == policy.name.value }
    }
}
