import Foundation
import HostModel
import Planning
import Rendering
import Testing
import XMLTree

@Suite("Contrast of pages and pictures")
struct ContrastTests {
    /// Text is read at 4.5:1, boxes and lines are told apart at 3:1: WCAG 2.2, 1.4.3 and 1.4.11.
    private static let (text, graphics) = (4.5, 3.0)

    private static func page() throws -> XMLElement {
        let plan = Samples.update
        let html = PlanHTML(PlanReview(plan), picture: HostPicture(Samples.referenceHost, plan: plan)).text
        return try XMLReader.read(String(html.dropFirst("<!DOCTYPE html>\n".count)))
    }

    private static func style() throws -> Style {
        Style(try #require(page().element(named: "head")?.element(named: "style")).text)
    }

    @Test("of words suffices on every ground they stand on", arguments: [false, true])
    func words(isDark: Bool) throws {
        let style = try Self.style()
        let colors = isDark ? style.light.merging(style.dark) { $1 } : style.light
        var count = 0
        for rule in style.rules {
            let inks = ["color"].compactMap { rule.values[$0] }
            guard let ink = inks.first ?? (rule.values["background"] == nil ? nil : "ink") else { continue }
            // Where a rule has no ground of its own, it stands on the page, on a bar, or on a row that is highlighted.
            let grounds = rule.values["background"].map { [$0] } ?? ["paper", "panel", "lit"]
            for ground in grounds {
                count += 1
                let ratio = contrast(try #require(colors[ink], "\(ink)"), try #require(colors[ground], "\(ground)"))
                #expect(ratio >= Self.text, "\(rule.selector): \(ink) on \(ground), \(ratio)")
            }
        }
        #expect(count > 20)
    }

    @Test("of edges and marks suffices on the page", arguments: [false, true])
    func edges(isDark: Bool) throws {
        let style = try Self.style()
        let colors = isDark ? style.light.merging(style.dark) { $1 } : style.light
        for (edge, ground) in [
            ("edge", "paper"), ("edge", "panel"), ("accent", "paper"), ("accent", "panel"), ("mod", "modbg"),
        ] {
            let ratio = contrast(try #require(colors[edge]), try #require(colors[ground]))
            #expect(ratio >= Self.graphics, "\(edge) on \(ground), \(ratio)")
        }
    }

    @Test(
        "of a picture's words suffices on what is drawn below them", arguments: PictureSample.allCases, [false, true])
    func pictures(sample: PictureSample, isDark: Bool) throws {
        let picture = try sample.picture()
        let other = isDark ? try Self.style().drawn : [:]
        let page = try Page(picture)
        var count = 0
        for (index, element) in page.elements.enumerated() where element.name == "text" {
            guard let fill = element[attribute: "fill"], let ground = page.ground(below: index) else { continue }
            for color in ground {
                count += 1
                let ratio = contrast(other[fill] ?? fill, other[color] ?? color)
                #expect(ratio >= Self.text, "\(element.text): \(fill) on \(color), \(ratio)")
            }
        }
        #expect(count > 30)
    }

    @Test("of a thread's box suffices on its cell", arguments: PictureSample.allCases, [false, true])
    func boxes(sample: PictureSample, isDark: Bool) throws {
        let other = isDark ? try Self.style().drawn : [:]
        let cell = other["#fafafa"] ?? "#fafafa"
        for group in try Page(sample.picture()).elements
        where group.element(named: "title")?.text.hasPrefix("CPU ") == true {
            let stroke = try #require(group.element(named: "rect")?[attribute: "stroke"])
            #expect(contrast(other[stroke] ?? stroke, cell) >= Self.graphics, "\(stroke)")
        }
    }

    @Test("of every guest's tag suffices, however many guests there are")
    func guests() throws {
        let page = try Page(PictureSample.picture(PictureHosts.busySite, PictureHosts.large(cells: 16, cores: 32)))
        var pairs: Set<[String]> = []
        for (index, element) in page.elements.enumerated() where element.name == "text" && index % 3 == 0 {
            guard let fill = element[attribute: "fill"] else { continue }
            for ground in page.ground(below: index) ?? [] { pairs.insert([fill, ground]) }
        }
        #expect(pairs.count > 7)
        for pair in pairs { #expect(contrast(pair[0], pair[1]) >= Self.text, "\(pair)") }
    }

    @Test("no words are smaller than 11 pixels", arguments: PictureSample.allCases)
    func sizes(sample: PictureSample) throws {
        for element in try Page(sample.picture()).elements where element.name == "text" {
            #expect(element[attribute: "font-size"].flatMap { Int($0) } ?? 0 >= 11, "\(element.text)")
        }
        for rule in try Self.style().rules {
            guard let size = rule.values["font-size"], size.first?.isNumber == true else { continue }
            let isRelative = size.hasSuffix("em") && !size.hasSuffix("rem")
            let number = Double(size.prefix { $0.isNumber || $0 == "." }) ?? 0
            #expect(number * (isRelative ? 12.8 : 16) >= 11, "\(rule.selector)")
        }
    }
}

/// The contrast of two colours `#rrggbb`, 1 to 21, as WCAG defines it.
private func contrast(_ one: String, _ other: String) -> Double {
    func luminance(_ color: String) -> Double {
        let digits = Array(color.dropFirst())
        let parts = stride(from: 0, to: 6, by: 2).map { start -> Double in
            let part = Double(UInt8(String(digits[start...start + 1]), radix: 16) ?? 0) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    let (a, b) = (luminance(one), luminance(other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

/// A style sheet as far as colours and sizes are concerned.
private struct Style {
    struct Rule {
        var selector: String
        /// Properties; variables by their names alone.
        var values: [String: String] = [:]
    }

    private(set) var light: [String: String] = [:]
    private(set) var dark: [String: String] = [:]
    /// What stands for a drawing's colour in the dark.
    private(set) var drawn: [String: String] = [:]
    private(set) var rules: [Rule] = []

    init(_ text: String) {
        var rest = text[...]
        var isDark = false
        while let open = rest.firstIndex(of: "{") {
            let selector = rest[..<open].trimmingPrefix { " \n}".contains($0) }.filter { $0 != "\n" }
            if rest[..<open].contains("}") { isDark = false }
            rest = rest[rest.index(after: open)...]
            if selector.hasPrefix("@") {
                isDark = selector.contains("dark")
                continue
            }
            guard let close = rest.firstIndex(of: "}") else { return }
            add(String(selector), rest[..<close], isDark: isDark)
            rest = rest[rest.index(after: close)...]
        }
    }

    private mutating func add(_ selector: String, _ body: Substring, isDark: Bool) {
        var rule = Rule(selector: selector)
        for declaration in body.split(separator: ";") {
            let parts = declaration.split(separator: ":", maxSplits: 1).map { part in
                String(part.filter { $0 != "\n" }.trimmingPrefix { $0 == " " })
            }
            guard parts.count == 2 else { continue }
            let (name, value) = (parts[0], parts[1])
            if name.hasPrefix("--") {
                if isDark { dark[String(name.dropFirst(2))] = value } else { light[String(name.dropFirst(2))] = value }
            } else if value.hasPrefix("var(--") {
                rule.values[name] = String(value.dropFirst(6).prefix { $0 != ")" })
            } else if name == "font-size" || name == "font" {
                rule.values["font-size"] = String(value.prefix { $0 != "/" })
            } else if selector.contains("[fill=\""), name == "fill" {
                let color = selector.drop { $0 != "#" }.prefix { $0 != "\"" }
                drawn[String(color)] = value
            }
        }
        rules.append(rule)
    }
}

extension Page {
    /// The colours of the last box before a text that its middle stands on; nil where there is none.
    fileprivate func ground(below index: Int) -> [String]? {
        let text = elements[index]
        guard let x = text[attribute: "x"].flatMap({ Int($0) }), let y = text[attribute: "y"].flatMap({ Int($0) })
        else {
            return nil
        }
        let anchor = text[attribute: "text-anchor"]
        let point = (x: anchor == nil ? x + 3 : anchor == "end" ? x - 3 : x, y: y - 4)
        let patterns = elements.filter { $0.name == "pattern" }
        let box = elements[..<index].last { element in
            guard element.name == "rect", element[attribute: "fill"] != "none",
                let left = element[attribute: "x"].flatMap({ Int($0) }),
                let top = element[attribute: "y"].flatMap({ Int($0) }),
                let width = element[attribute: "width"].flatMap({ Int($0) }),
                let height = element[attribute: "height"].flatMap({ Int($0) }), height > 8
            else { return false }
            return left <= point.x && point.x < left + width && top <= point.y && point.y < top + height
        }
        guard let fill = box?[attribute: "fill"] else { return nil }
        guard fill.hasPrefix("url(#") else { return [fill] }
        let pattern = patterns.first { "url(#\($0[attribute: "id"] ?? ""))" == fill }
        return pattern?.elements.compactMap {
            $0[attribute: "fill"] == "none" ? $0[attribute: "stroke"] : $0[attribute: "fill"]
        }
    }
}
