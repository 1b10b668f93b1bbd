internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning
internal import XMLTree

/// How one thread is drawn: a box with its CPU's number and who uses it.
struct ThreadDrawing {
    let picture: HostPicture
    /// The width of a box: that of the widest label.
    let width: Int
    /// The height of a box; without guests there is only a number in it.
    let height: Int

    /// The style of a label.
    private static func style(ink: String = Palette.ink) -> SVGText {
        SVGText(isBold: true, fill: ink, anchor: .middle)
    }

    init(_ picture: HostPicture) {
        self.picture = picture
        let threads = picture.cells.flatMap { $0.caches.joined().joined() }
        let labels = Set(threads.map { ThreadDrawing.label(of: $0.use, in: picture) })
        let label = labels.map { ThreadDrawing.style().width(of: $0) }.max() ?? 0
        let number = threads.map(\.cpu).max().map { SVGText.plain.width(of: "\($0)") } ?? 0
        width = max(30, label + 4, number + (picture.hasPlacement ? 13 : 4))
        height = picture.hasPlacement ? 31 : 17
    }

    /// What stands in the box: tag and vCPU, or a sign.
    static func label(of use: ThreadUse, in picture: HostPicture) -> String {
        switch use {
        case .dedicated(let guest, let vcpu, _): "\(picture.guests[guest].tag)\(vcpu)"
        case .emulator(let guest): "\(picture.guests[guest].tag)e"
        case .idle: "×"
        case .actor: "@"
        case .foreign: "#"
        case .shared: "·"
        case .free, .host, .isolated: ""
        }
    }

    /// The box of a thread.
    func box(_ thread: CellPicture.Thread, x: Int, y: Int) -> XMLElement {
        var shapes = frame(thread.use, x, y)
        if picture.hasPlacement {
            shapes += text(of: thread, x: x, y: y)
        } else {
            shapes.append(SVGText(anchor: .middle).element("\(thread.cpu)", x + width / 2, y + 13))
        }
        return group(shapes, thread)
    }

    /// The box of a thread as a square without words.
    func small(_ thread: CellPicture.Thread, _ x: Int, _ y: Int, side: Int) -> XMLElement {
        group(frame(thread.use, x, y, width: side, height: side), thread)
    }

    private func group(_ shapes: [XMLElement], _ thread: CellPicture.Thread) -> XMLElement {
        SVGShapes.group(
            shapes, title: "CPU \(thread.cpu): \(words(thread.use))",
            guest: thread.use.guest.map { picture.guests[$0].placement.name })
    }

    /// The number of the CPU, the mark of the emulator, and the label; on a pattern each has a plain ground.
    private func text(of thread: CellPicture.Thread, x: Int, y: Int) -> [XMLElement] {
        let (ink, ground) = ThreadDrawing.ink(on: thread.use)
        let (number, label) = ("\(thread.cpu)", ThreadDrawing.label(of: thread.use, in: picture))
        let (small, large) = (SVGText(fill: ink), ThreadDrawing.style(ink: ink))
        var shapes: [XMLElement] = []
        if let ground {
            let length = min(width - 4, large.width(of: label))
            shapes.append(SVGShapes.box(x + 2, y + 2, small.width(of: number) + 1, 12, fill: ground, radius: 2))
            shapes.append(SVGShapes.box(x + (width - length) / 2, y + 16, length, 13, fill: ground, radius: 2))
        }
        shapes.append(small.element(number, x + 3, y + 12))
        if case .dedicated(_, _, true) = thread.use { shapes.append(ThreadDrawing.mark(x + width, y, ink: ink)) }
        if !label.isEmpty { shapes.append(large.element(label, x + width / 2, y + height - 5)) }
        return shapes
    }

    /// The colour of text on a box, and what makes it legible there; nil for a plain fill.
    static func ink(on use: ThreadUse) -> (ink: String, ground: String?) {
        switch use {
        case .dedicated(let guest, _, _): (Palette.GuestPaint(guest).ink, Palette.GuestPaint(guest).ground)
        case .idle: (Palette.ink, Palette.paper)
        case .emulator, .actor, .foreign, .shared, .free, .host, .isolated: (Palette.ink, nil)
        }
    }

    /// The corner that marks emulator threads; `x` is the right edge of the box.
    static func mark(_ x: Int, _ y: Int, ink: String) -> XMLElement {
        SVGShapes.path("M\(x - 9),\(y + 1) h8 v8 z", fill: ink)
    }

    /// The box without what is written in it.
    func frame(_ use: ThreadUse, _ x: Int, _ y: Int, width: Int? = nil, height: Int? = nil) -> [XMLElement] {
        let (width, height) = (width ?? self.width, height ?? self.height)
        func box(_ fill: String, _ stroke: String = Palette.frame, dashes: String? = nil) -> XMLElement {
            SVGShapes.box(x, y, width, height, fill: fill, stroke: stroke, dashes: dashes)
        }
        switch use {
        case .dedicated(let guest, _, _): return [box(Palette.GuestPaint(guest).solid, Palette.ink)]
        case .emulator(let guest):
            let ground = SVGShapes.box(x + 3, y + 3, width - 6, height - 6, fill: Palette.paper)
            return [box(Palette.GuestPaint(guest).color, Palette.ink), ground]
        case .idle(let guest): return [box(Palette.GuestPaint(guest).hatched)]
        case .actor, .foreign: return [box(Palette.foreign)]
        case .shared: return [box(Palette.shared)]
        case .free: return [box(Palette.paper)]
        case .host, .isolated: return [box(Palette.paper, dashes: "3 2")]
        }
    }

    /// Who uses a thread, in words.
    private func words(_ use: ThreadUse) -> String {
        func name(_ guest: Int) -> String { displayable(picture.guests[guest].placement.name) }
        return switch use {
        case .dedicated(let guest, let vcpu, let emulator):
            "vCPU \(vcpu) of \(name(guest))" + (emulator ? ", and its emulator threads" : "")
        case .emulator(let guest): "emulator threads of \(name(guest))"
        case .idle(let guest): "kept idle for \(name(guest))"
        case .actor(let actor): "actor \(displayable(picture.actors[actor].name))"
        case .foreign: "a domain that is not the site's"
        case .shared: "shared"
        case .free: picture.hasPlacement ? "free" : "online"
        case .host: "left to the host"
        case .isolated: "isolated from the kernel's scheduler"
        }
    }
}
