internal import HostModel
internal import XMLTree

/// A page that stands alone: it loads nothing, and runs one script of its own, which a content security policy names by its sum.
/// All of it can be read without the script, which highlights and finds guests and unfolds what is folded.
struct HTMLPage {
    let title: String
    let header: [XMLElement]
    let main: [XMLElement]
    /// The line at the end.
    let footer: String

    /// What stands for elements that are written before the page is.
    static let place = XMLElement.Node.comment("here")
    /// How many elements are around the children of one in ``main``.
    static let depth = 4

    /// The document.
    var text: String {
        let page = XMLElement("html", [.init("lang", "en")], children: [.element(head), .element(body)])
        return "<!DOCTYPE html>\n" + XMLWriter.write(page)
    }

    /// Writes the document piece by piece, with elements that are written already in the place of the only ``place`` in it, which is a
    /// child of one in ``main``.
    func write(around elements: [String], to output: (String) -> Void) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let margin = String(repeating: "  ", count: HTMLPage.depth)
        guard let line = lines.firstIndex(where: { $0 == margin + "<!--here-->" }) else { return output(text) }
        output(lines[..<line].joined(separator: "\n"))
        for element in elements { output("\n" + margin + element) }
        output("\n" + lines[(line + 1)...].joined(separator: "\n"))
    }

    private var head: XMLElement {
        func meta(_ name: String, _ value: String, _ content: String) -> XMLElement {
            XMLElement("meta", [.init(name, value), .init("content", content)])
        }
        let policy =
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(HTMLScript.sum)'; base-uri 'none'; "
            + "form-action 'none'"
        return HTML.element(
            "head",
            [
                XMLElement("meta", [.init("charset", "utf-8")]),
                meta("http-equiv", "Content-Security-Policy", policy),
                meta("name", "viewport", "width=device-width, initial-scale=1"),
                meta("name", "color-scheme", "light dark"),
                HTML.text("title", title),
                XMLElement("style", children: [.text(HTMLStyle.text)]),
            ])
    }

    private var body: XMLElement {
        HTML.element(
            "body",
            [
                HTML.element("header", header + [tools]), HTML.element("main", main),
                HTML.element("footer", class: "soft", [HTML.text("p", footer)]),
                XMLElement("script", children: [.text(HTMLScript.text)]),
            ])
    }

    /// What only works with the script, and is shown by it.
    private var tools: XMLElement {
        let field = XMLElement("input", [.init("id", "find"), .init("type", "search"), .init("autocomplete", "off")])
        let label = XMLElement("label", children: [.text("Filter guests "), .element(field)])
        var button = HTML.text("button", "Expand all")
        button[attribute: "id"] = "unfold"
        button[attribute: "type"] = "button"
        var found = HTML.text("output", class: "soft", "")
        found[attribute: "id"] = "found"
        return HTML.element("div", class: "tools", [label, found, button])
    }
}
