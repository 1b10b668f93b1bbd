internal import ArgumentParser
internal import Diagnostics
internal import FoundationEssentials
internal import LinuxHost
internal import SystemPackage
internal import YAMLTree

/// What a shell may offer for a word that is being typed. It reads the site file or the names of journals and nothing else, and has
/// nothing to say where these cannot be read: nobody waits for a shell.
struct Completions {
    /// The words typed so far, as the shell has them.
    let words: [String]
    /// The beginning of the word that is asked for.
    let prefix: String
    let world: World

    /// The names of the site's guests; of counted ones each.
    var guests: [String] {
        entries("guests").flatMap { pair in
            let count = pair.value.pairs?.first { $0.name == "count" }?.value.scalar.flatMap { Int($0.text) }
            guard let count, (1...1_000).contains(count) else { return [pair.name] }
            return (1...count).map { "\(pair.name)-\($0)" }
        }
    }

    /// The names of the site's hosts.
    var hosts: [String] { entries("hosts").map(\.name) }

    /// The names of the actors of the site's hosts.
    var actors: [String] {
        entries("hosts").flatMap { host in
            host.value.pairs?.first { $0.name == "actors" }?.value.pairs?.map(\.name) ?? []
        }
    }

    /// The names of the site's flavors.
    var flavors: [String] { entries("flavors").map(\.name) }

    /// The transactions of the host, the newest first.
    var transactions: [String] {
        let named = words.firstIndex(of: "--state-dir").flatMap { words.dropFirst($0 + 1).first }
        let path = named.map { FilePath(Completions.plain($0)) } ?? JournalStore.standardPath
        return ((try? JournalStore(path).transactions()) ?? []).reversed().map { "\($0)" }
    }

    /// The codes of findings, once the word looks like one.
    var codes: [String] {
        prefix.uppercased().hasPrefix("NP") ? DiagnosticCode.allCases.map(\.rawValue).sorted() : []
    }

    /// Site files in the folder that the word names, or in the present one.
    var sites: [String] {
        let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: folder.isEmpty ? "." : Completions.plain(folder))
        return (names ?? []).sorted().filter { Completions.isSite($0) && !$0.hasPrefix(".") }.map { folder + $0 }
    }

    /// Guests after others in a list with commas, as they are to stand in the word.
    var guestList: [String] {
        let before = prefix.lastIndex(of: ",").map { String(prefix[...$0]) } ?? ""
        let named = before.split(separator: ",").map(String.init)
        return guests.filter { !named.contains($0) }.map { before + $0 }
    }

    static func isSite(_ word: String) -> Bool { word.hasSuffix(".yaml") || word.hasSuffix(".yml") }

    /// A word without the quotes and backslashes that shells leave in it.
    static func plain(_ word: String) -> String { word.filter { !"'\"\\".contains($0) } }

    /// The entries of a mapping of the site file: the one on the command line, else the one that would be read.
    private func entries(_ key: String) -> [YAMLPair] {
        let named = words.dropFirst().map(Completions.plain).filter { Completions.isSite($0) && $0 != prefix }
        for path in named.isEmpty ? SiteInput.standardPaths : [named[0]] {
            guard let bytes = try? world.read(path, YAMLLimits().bytes) else { continue }
            let text = SourceText.decoding(bytes, name: path).value
            let root = text.flatMap { YAMLReader.readLeniently($0).value }
            return root?.pairs?.first { $0.name == key }?.value.pairs ?? []
        }
        return []
    }
}

extension CompletionKind {
    /// A site file by name.
    static var siteFile: CompletionKind { .file(extensions: ["yaml", "yml"]) }

    /// A document that one of the commands has written.
    static var jsonFile: CompletionKind { .file(extensions: ["json"]) }

    /// What the site file on the command line, or the host's journals, have to offer.
    static func offering(_ offer: @escaping @Sendable (Completions) -> [String]) -> CompletionKind {
        .custom { words, _, prefix in offer(Completions(words: words, prefix: prefix, world: .live)) }
    }
}
