import HostModel
import Placement
import Planning
import Rendering
import TestSupport
import Testing
import XMLTree

@Suite("A host as SVG")
struct HostSVGTests {
    @Test("is drawn as reviewed", arguments: PictureSample.allCases)
    func golden(sample: PictureSample) throws {
        try expectGolden(HostSVG(sample.picture()).text, "picture-\(sample.rawValue).svg")
    }

    @Test("has the same bytes each time", arguments: PictureSample.allCases)
    func same(sample: PictureSample) throws {
        let (first, second) = (try sample.picture(), try sample.picture())
        #expect(HostSVG(first).text == HostSVG(second).text)
    }

    @Test("names every guest and every obstacle")
    func names() throws {
        let texts = try Page(PictureSample.infeasible.picture()).texts
        for name in ["hv01", "db01", "rt01", "router01", "vault01", "web-1", "web-3", "huge (NP304)", "wide (NP302)"] {
            #expect(texts.contains(name))
        }
        #expect(texts.contains { $0.contains("whole cores: 12 needed, 5 free; held by db01") })
    }

    @Test("refers only to patterns that it defines", arguments: PictureSample.allCases)
    func patterns(sample: PictureSample) throws {
        let page = try Page(sample.picture())
        let defined = page.elements.filter { $0.name == "pattern" }.compactMap { $0[attribute: "id"] }
        let fills = Set(page.elements.compactMap { $0[attribute: "fill"] }.filter { $0.hasPrefix("url(#") })
        #expect(Set(defined).count == defined.count)
        #expect(fills.isSubset(of: Set(defined.map { "url(#\($0))" })))
    }

    @Test("has a box for each thread, and no box over another")
    func threads() throws {
        let page = try Page(PictureSample.picture(PictureHosts.busySite, PictureHosts.large(cells: 16, cores: 32)))
        let boxes = page.threads
        #expect(boxes.count == 1_024)
        #expect(!boxes.indices.contains { index in boxes[..<index].contains { $0.overlaps(boxes[index]) } })
    }

    @Test("leaves no core alone in the last row of its cell", arguments: [13, 15, 16, 22, 29])
    func rows(cores: Int) throws {
        let boxes = try Page(HostPicture(PictureHosts.large(cells: 8, cores: cores))).threads
        let rows = Dictionary(grouping: boxes, by: \.y).values.map(\.count)
        let (shortest, longest) = (try #require(rows.min()), try #require(rows.max()))
        #expect(rows.count > 4 && 2 * shortest >= longest)
    }

    @Test(
        "stays on its page, however large the host",
        arguments: [(1, 1), (1, 64), (2, 16), (3, 4), (4, 128), (5, 2), (9, 8), (16, 32), (40, 4), (64, 2)]
            as [(Int, Int)])
    func page(cells: Int, cores: Int) throws {
        let facts = PictureHosts.large(cells: cells, cores: cores)
        let site = "hosts: {large: {}}\nguests: {a: {vcpus: 1, ram: 1GiB, numa_nodes: 1, disks: [{path: /a}]}}\n"
        for picture in [HostPicture(facts), try PictureSample.picture(site, facts)] {
            let page = try Page(picture)
            #expect(page.strays == [])
            #expect(page.threads.count == 2 * cells * cores)
        }
    }

    @Test("stays on its page with many cells and with memory alone")
    func manyCells() throws {
        let page = try Page(HostPicture(PictureHosts.manyCells))
        #expect(page.strays == [])
        #expect(page.threads.count == 608)
        #expect(page.texts.count { $0 == "no CPUs" } == 16)
    }

    @Test("keeps hostile names from becoming markup, and from running off the page")
    func hostile() throws {
        let plan = Samples.hostile
        let text = HostSVG(HostPicture(Samples.referenceHost, plan: plan)).text
        #expect(!text.contains("<script>") && !text.contains("\u{1B}") && !text.contains("\u{202E}"))
        let page = try Page(HostPicture(Samples.referenceHost, plan: plan))
        #expect(page.strays == [])
        #expect(page.texts.contains { $0.contains("<b>rack7</b>") })
        #expect(!page.elements.contains { ["script", "b", "details"].contains($0.name) })
        var long = Samples.twoCells
        long.name = String(repeating: "<&'\"漢字>", count: 60)
        var wide = Samples.empty
        wide.placement.guests = [long]
        wide.host = long.name
        #expect(try Page(HostPicture(Samples.referenceHost, plan: wide)).strays == [])
    }

    @Test("survives amounts that no host has")
    func amounts() throws {
        var plan = Samples.update
        plan.placement.cells[0].memoryUsed = KiB(.max)
        plan.placement.cells[0].pools[0].guests = PageCount(1 << 62)
        #expect(try Page(HostPicture(Samples.referenceHost, plan: plan)).strays == [])
        let bare = HostFacts(
            host: HostIdentity(), onlineCPUs: [],
            cells: [Cell(id: 7, cpus: [], memory: nil), Cell(id: 9, cpus: [], memory: 0)])
        #expect(try Page(HostPicture(bare)).strays == [])
    }

    @Test("marks the end of a cell whose memory is overcommitted")
    func overcommitted() throws {
        let site = """
            hosts: {numa-host: {ram_allocation_ratio: 2.0}}
            guests: {big: {vcpus: 1, ram: 3GiB, numa_nodes: 1, count: 2, numa_placement: {0: 0}, disks: [{path: /a}]}}

            """
        let page = try Page(PictureSample.picture(site, PictureSample.facts("numa-host.json")))
        #expect(page.texts.contains { $0.contains("overcommitted by 2.4 GiB") })
        #expect(page.elements.contains { $0.name == "line" })
    }
}

/// A drawing, read back.
struct Page {
    /// Where a box stands, in pixels.
    struct Box: Hashable {
        var x, y, width, height: Int

        func overlaps(_ other: Box) -> Bool {
            x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
        }
    }

    /// All elements, in the order of the document.
    let elements: [XMLElement]
    private let root: XMLElement

    init(_ picture: HostPicture) throws {
        root = try XMLReader.read(HostSVG(picture).text, limits: XMLReader.Limits(maximumBytes: 64 << 20))
        func all(_ element: XMLElement) -> [XMLElement] { [element] + element.elements.flatMap(all) }
        elements = all(root)
    }

    /// What is written on the page.
    var texts: [String] { elements.filter { $0.name == "text" }.map(\.text) }

    /// The boxes of the hardware threads.
    var threads: [Box] {
        let groups = elements.filter { $0.element(named: "title")?.text.hasPrefix("CPU ") == true }
        return groups.compactMap { $0.element(named: "rect").flatMap(box) }
    }

    /// Boxes and texts that are not wholly on the page. A character is taken to be half as wide as high, which few fonts exceed
    /// on average.
    var strays: [String] {
        guard let size = box(root) else { return ["no size"] }
        let drawn = elements.filter { $0[attribute: "x"] != nil && $0[attribute: "patternUnits"] == nil }
        return drawn.compactMap { element in
            guard let area = element.name == "text" ? textArea(element) : box(element) else { return "\(element)" }
            let isInside =
                area.x >= 0 && area.y >= 0 && area.width >= 0 && area.height >= 0
                && area.x + area.width <= size.width && area.y + area.height <= size.height
            return isInside ? nil : "\(element)"
        }
    }

    private func box(_ element: XMLElement) -> Box? {
        func number(_ name: String) -> Int? { element[attribute: name].flatMap { Int($0) } }
        guard let width = number("width"), let height = number("height") else { return nil }
        return Box(x: number("x") ?? 0, y: number("y") ?? 0, width: width, height: height)
    }

    private func textArea(_ element: XMLElement) -> Box? {
        func number(_ name: String) -> Int? { element[attribute: name].flatMap { Int($0) } }
        guard let x = number("x"), let y = number("y"), let size = number("font-size") else { return nil }
        let width = element.text.count * size / 2
        let left =
            switch element[attribute: "text-anchor"] {
            case "middle": x - width / 2
            case "end": x - width
            default: x
            }
        return Box(x: left, y: y - size, width: width, height: size)
    }
}
