internal import HostModel
internal import XMLTree

/// What the boxes and the parts of bars mean; only what occurs in the picture.
struct SignLegend {
    let picture: HostPicture

    /// Draws the signs beside each other, in as many rows as they need.
    func draw(x: Int, top: Int, room: Int) -> Drawing {
        var drawing = Drawing(top: top)
        guard !all.isEmpty else { return drawing }
        drawing.write("Signs", at: x, room: room, HostSVG.heading)
        drawing.bottom += 4
        var left = x
        let text = SVGText()
        for (words, swatch) in all {
            let length = width + 6 + text.width(of: words) + 14
            if left > x, left + length > x + room { (left, drawing.bottom) = (x, drawing.bottom + 24) }
            drawing.shapes += swatch(left, drawing.bottom)
            drawing.add(text.element(words, left + width + 6, drawing.bottom + 13, room: room - width - 6))
            left += length
        }
        drawing.bottom += 28
        return drawing
    }

    typealias LegendSign = (words: String, swatch: (Int, Int) -> [XMLElement])

    /// The signs that occur.
    var all: [LegendSign] { threadSigns + barSigns }
    /// The width of a swatch: that of a thread's box.
    var width: Int { ThreadDrawing(picture).width }

    private var threadSigns: [LegendSign] {
        let threads = ThreadDrawing(picture)
        let uses = picture.cells.flatMap { $0.caches.joined().joined().map(\.use) }
        func sign(_ words: (ThreadUse) -> String, where isWanted: (ThreadUse) -> Bool) -> LegendSign? {
            guard let use = uses.first(where: isWanted) else { return nil }
            return (words(use), { x, y in SignLegend.swatch(use, threads, x: x, y: y) })
        }
        func tag(_ use: ThreadUse) -> String { use.guest.map { picture.guests[$0].tag } ?? "" }
        return [
            sign(
                { "\(ThreadDrawing.label(of: $0, in: picture)): dedicated vCPU of \(tag($0))" },
                where: { if case .dedicated(_, _, false) = $0 { true } else { false } }),
            sign(
                { "\(ThreadDrawing.label(of: $0, in: picture)): dedicated vCPU and emulator of \(tag($0))" },
                where: { if case .dedicated(_, _, true) = $0 { true } else { false } }),
            sign(
                { "\(tag($0))e: isolated emulator of \(tag($0))" },
                where: { if case .emulator = $0 { true } else { false } }),
            sign({ _ in "kept idle (isolate)" }, where: { if case .idle = $0 { true } else { false } }),
            sign({ _ in "actors" }, where: { if case .actor = $0 { true } else { false } }),
            sign({ _ in "other domains" }, where: { $0 == .foreign }),
            sign({ _ in "shared" }, where: { $0 == .shared }),
            sign({ _ in "free" }, where: { $0 == .free && picture.hasPlacement }),
            sign({ _ in "left to the host" }, where: { $0 == .host }),
            sign({ _ in "isolated (isolcpus)" }, where: { $0 == .isolated }),
        ].compactMap { $0 }
    }

    private var barSigns: [LegendSign] {
        let owners = Set(picture.cells.flatMap { $0.memory.all.flatMap { $0.parts.map(\.owner) } })
        func sign(_ words: String, _ fill: String, _ isWanted: Bool) -> LegendSign? {
            guard isWanted else { return nil }
            let width = width
            return (words, { x, y in [SVGShapes.box(x, y, width, 18, fill: fill, stroke: Palette.frame)] })
        }
        return [
            sign("memory in pools", "url(#pool)", owners.contains { if case .pool = $0 { true } else { false } }),
            sign("memory of others", Palette.foreign, owners.contains(.others)),
            sign("set aside for QEMU itself", Palette.overhead, owners.contains(.overhead)),
            sign("memory in use", Palette.used, owners.contains(.used)),
            sign("memory left to the host", "url(#reserve)", owners.contains(.reserve)),
        ].compactMap { $0 }
    }

    private static func swatch(_ use: ThreadUse, _ threads: ThreadDrawing, x: Int, y: Int) -> [XMLElement] {
        let (ink, ground) = ThreadDrawing.ink(on: use)
        let label = ThreadDrawing.label(of: use, in: threads.picture)
        let style = SVGText(isBold: true, fill: ink, anchor: .middle)
        let width = threads.width
        let length = min(width - 4, style.width(of: label))
        var shapes = threads.frame(use, x, y, width: width, height: 18)
        if let ground {
            shapes.append(SVGShapes.box(x + (width - length) / 2, y + 3, length, 12, fill: ground, radius: 2))
        }
        if case .dedicated(_, _, true) = use { shapes.append(ThreadDrawing.mark(x + width, y, ink: ink)) }
        if !label.isEmpty { shapes.append(style.element(label, x + width / 2, y + 13)) }
        return shapes
    }
}
