public import Diagnostics
public import YAMLTree

/// Reads a site file: YAML, the tables of keys, and every rule that needs no host.
public enum SiteReader {
    /// Reads a file's text.
    ///
    /// - Returns: The site, or nil and every error of the file, in the order of the file; warnings come with either.
    public static func read(_ source: SourceText) -> Checked<Site> {
        let tree = YAMLReader.readLeniently(source)
        guard let root = tree.value else { return Checked(nil, tree.diagnostics) }
        return read(root, after: tree.diagnostics)
    }

    /// Reads a file that is a tree already.
    ///
    /// - Returns: The site, or nil and every error of the file, in the order of the file; warnings come with either.
    public static func read(_ root: YAMLNode) -> Checked<Site> { read(root, after: []) }

    private static func read(_ root: YAMLNode, after diagnostics: [Diagnostic]) -> Checked<Site> {
        var report = Report()
        report.append(diagnostics)
        var draft = SiteDraft()
        let entry = Entry(name: "the site file", mark: root.mark, node: root)
        let wasRead = SiteDraft.table.read(entry, into: &draft, &report)
        var site: Site?
        if wasRead {
            var rules = SiteRules(draft, start: root.mark)
            site = rules.site()
            report.append(rules.report.diagnostics)
        }
        let found = report.finished(in: root)
        return Checked(found.hasErrors ? nil : site, found)
    }
}
