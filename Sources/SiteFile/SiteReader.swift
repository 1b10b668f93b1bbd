public import Diagnostics
internal import YAMLTree

/// Reads a site file: YAML, the tables of keys, and every rule that needs no host.
public enum SiteReader {
    /// Opens a file that the site file includes: by its path from the site file's folder, at the place where it is named.
    public typealias Opener = (Located<String>) -> Checked<SourceText>

    /// Reads a file's text.
    ///
    /// - Parameter open: Opens further files; nil where there can be none.
    /// - Returns: The site, or nil and every error of the file, in the order of the file; warnings come with either.
    public static func read(_ source: SourceText, opening open: Opener? = nil) -> Checked<Site> {
        let tree = YAMLReader.readLeniently(source)
        guard let root = tree.value else { return Checked(nil, tree.diagnostics) }
        return read(root, after: tree.diagnostics, open)
    }

    private static func read(
        _ root: YAMLNode, after diagnostics: [Diagnostic], _ open: Opener?
    ) -> Checked<Site> {
        var report = Findings()
        report.append(diagnostics)
        var draft = SiteDraft()
        let entry = Entry(name: "the site file", mark: root.mark, node: root)
        let wasRead = SiteDraft.table.read(entry, into: &draft, &report)
        var site: Site?
        var includes = Includes(open, in: root)
        if wasRead {
            includes.read(into: &draft, &report)
            var rules = SiteRules(draft, start: root.mark)
            site = rules.site()
            report.append(rules.report.diagnostics)
        }
        let found = report.finished(in: includes.roots)
        return Checked(found.hasErrors ? nil : site, found)
    }
}
