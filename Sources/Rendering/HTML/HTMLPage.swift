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

    /// The document.
    var text: String {
        let page = XMLElement("html", [.init("lang", "en")], children: [.element(head), .element(body)])
        return "<!DOCTYPE html>\n" + XMLWriter.write(page)
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
