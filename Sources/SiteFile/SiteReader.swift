public import Diagnostics
internal import YAMLTree

/// Reads a site file: YAML, the tables of keys, and every rule that needs no host.
public enum SiteReader {
    /// Opens a file that the site file includes: by its path from the site file's folder, at the place where it is named.
    public typealias Opener = (Located<String>) -> Checked<SourceText>

    /// Reads a file's text.
    ///
    /// - Parameters:
    ///   - open: Opens further files; nil where there can be none.
    ///   - host: The host whose guests are wanted, by its name: all others are checked, and may be left out of the site. Nil is all.
    /// - Returns: The site, or nil and every error of the file, in the order of the file; warnings come with either.
    public static func read(_ source: SourceText, opening open: Opener? = nil, only host: String? = nil) -> Checked<
        Site
    > {
        let tree = YAMLReader.readLeniently(source)
        guard let root = tree.value else { return Checked(nil, tree.diagnostics) }
        return read(root, after: tree.diagnostics, open, only: host)
    }

    private static func read(
        _ root: YAMLNode, after diagnostics: [Diagnostic], _ open: Opener?, only host: String?
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
            site = rules.site(only: host)
            report.append(rules.report.diagnostics)
        }
        let found = report.finished(in: includes.roots)
        return Checked(found.hasErrors ? nil : site, found)
    }
}
