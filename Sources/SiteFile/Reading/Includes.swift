internal import Diagnostics
internal import YAMLTree

/// Reads the further files that a site file names, and puts their flavors and guests behind its own.
struct Includes {
    /// Opens a file by its path from the site file's folder, at the place where it is named; nil where there can be no other file.
    let open: SiteReader.Opener?
    /// The trees of all files, the site file's first.
    private(set) var roots: [YAMLNode]
    /// By path: where the file is named first.
    private var seen: [String: SourceMark] = [:]

    init(_ open: SiteReader.Opener?, in root: YAMLNode) {
        self.open = open
        roots = [root]
        let own = root.mark.file.split(separator: "/").last.map(String.init)
        if let own { seen[own] = root.mark }
    }

    /// Reads all files that a draft names into it.
    mutating func read(into draft: inout SiteDraft, _ report: inout Findings) {
        for path in draft.include?.value ?? [] {
            guard let name = checked(path, &report), let root = tree(path.map { _ in name }, &report) else {
                draft.broken.formUnion(["flavors", "guests"])
                continue
            }
            roots.append(root)
            var part = SiteDraft()
            let entry = Entry(name: "the file \(name)", mark: root.mark, node: root)
            guard SiteDraft.table.read(entry, into: &part, &report) else {
                draft.broken.formUnion(["flavors", "guests"])
                continue
            }
            merge(part, into: &draft, &report)
        }
    }

    /// The path without what means nothing; nil for a file outside the site file's folder, and for one that is read already.
    private mutating func checked(_ path: Located<String>, _ report: inout Findings) -> String? {
        let parts = path.value.split(separator: "/").filter { $0 != "." }
        guard path.value.first != "/", !parts.contains(".."), !parts.isEmpty else {
            report.error(
                .includeImpossible, "'\(path.value)' is not below the site file's folder", at: path.mark,
                hint: "write the path relative to that folder: guests/web.yaml")
            return nil
        }
        let name = parts.joined(separator: "/")
        if let first = seen.updateValue(path.mark, forKey: name) {
            report.error(
                .includeImpossible,
                first == roots[0].mark ? "the site file includes itself" : "'\(name)' is included twice", at: path.mark,
                hint: "remove it")
            return nil
        }
        return name
    }

    private func tree(_ path: Located<String>, _ report: inout Findings) -> YAMLNode? {
        guard let open else {
            report.error(.includeImpossible, "files cannot be included here", at: path.mark)
            return nil
        }
        let opened = open(path)
        report.append(opened.diagnostics)
        guard let source = opened.value else { return nil }
        let tree = YAMLReader.readLeniently(source)
        report.append(tree.diagnostics)
        return tree.value
    }

    private func merge(_ part: SiteDraft, into draft: inout SiteDraft, _ report: inout Findings) {
        let foreign = [("site", part.name?.mark), ("hosts", part.hosts?.mark), ("include", part.include?.mark)]
        for case (let key, let mark?) in foreign {
            report.error(
                .unknownKey, "unknown key '\(key)' in an included file", at: mark,
                hint: "an included file has flavors and guests; write '\(key)' in the site file")
        }
        let known = Dictionary((draft.flavors?.value ?? []).map { ($0.name.value, $0.name.mark) }) { first, _ in first }
        for flavor in part.flavors?.value ?? [] {
            guard let first = known[flavor.name.value] else { continue }
            report.error(
                .duplicateFlavor, "duplicate flavor '\(flavor.name.value)'", at: flavor.name.mark,
                label: "the other is at \(first.file):\(first.line)", hint: "rename one of the two")
        }
        draft.flavors = joined(draft.flavors, part.flavors)
        draft.guests = joined(draft.guests, part.guests)
        draft.broken.formUnion(part.broken.intersection(["flavors", "guests"]))
    }

    private func joined<Value>(
        _ first: Located<[Named<Value>]>?, _ second: Located<[Named<Value>]>?
    ) -> Located<[Named<Value>]>? {
        guard let first, let second else { return first ?? second }
        return first.map { $0 + second.value }
    }
}
