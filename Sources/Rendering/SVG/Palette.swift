internal import XMLTree

/// Colours and patterns of a drawing.
///
/// Guests have the seven colours of Okabe and Ito that most kinds of colour-blind eyes tell apart; from the eighth guest on a
/// pattern is laid over the colour. Everything that is told by a colour is told by a label as well.
enum Palette {
    static let paper = "#ffffff"
    static let ink = "#1a1a1a"
    static let softInk = "#4d4d4d"
    static let frame = "#8c8c8c"
    static let faint = "#d9d9d9"
    static let cell = "#fafafa"
    static let shared = "#e3edf6"
    static let foreign = "#bdbdbd"
    static let overhead = "#dedede"
    static let used = "#c9c9c9"
    static let failure = "#a32a00"
    /// Ink and marks on the colours of guests, which are the same in the dark.
    static let black = "#000000", white = "#fefefe"

    /// What stands for each colour but those of guests where a page is dark.
    static let dark = [
        (paper, "#1d2127"), (ink, "#e4e7eb"), (softInk, "#a9b1bb"), (frame, "#7f8994"), (faint, "#3a4048"),
        (cell, "#14171b"), (shared, "#1f3347"), (foreign, "#545b65"), (overhead, "#3b4149"), (used, "#464d57"),
        (failure, "#ff9d7a"), ("#ececec", "#2b3037"), ("#b3b3b3", "#59616b"), ("#f2f2f2", "#22272e"),
        ("#e6e6e6", "#2b3138"), ("#cccccc", "#3f4750"),
    ]

    /// The fill and the ink of one guest.
    struct GuestPaint {
        /// The plain colour.
        let color: String
        /// The colour of text on it.
        let ink: String
        /// What is laid over the colour; 0 is nothing.
        let texture: Int
        private let index: Int

        /// The paint of a guest by its place.
        init(_ index: Int) {
            let colors = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"]
            self.index = index
            color = colors[index % colors.count]
            ink = color == "#0072b2" ? Palette.white : Palette.black
            texture = index / colors.count % 5
        }

        /// The fill of what the guest has for itself.
        var solid: String { texture == 0 ? color : "url(#guest\(index))" }
        /// What makes text on ``solid`` legible; nil where nothing is laid over the colour.
        var ground: String? { texture == 0 ? nil : color }
        /// The fill of what the guest keeps empty.
        var hatched: String { "url(#idle\(index))" }

        /// The pattern that ``solid`` names, or nil.
        var texturePattern: XMLElement? {
            guard texture > 0 else { return nil }
            return SVGShapes.pattern("guest\(index)", size: 6, [SVGShapes.box(0, 0, 6, 6, fill: color)] + marks)
        }

        /// The pattern that ``hatched`` names.
        var hatchPattern: XMLElement {
            let lines = "M-1,1 l2,-2 M0,7 l7,-7 M6,8 l2,-2"
            return SVGShapes.pattern(
                "idle\(index)", size: 7,
                [SVGShapes.box(0, 0, 7, 7, fill: Palette.paper), Palette.strokes(lines, color, width: "2")])
        }

        private var marks: [XMLElement] {
            let mark = ink == Palette.white ? "#6fb1dc" : Palette.white
            return switch texture {
            case 1: [SVGShapes.box(2, 2, 2, 2, fill: mark)]
            case 2: [Palette.strokes("M0,3 h6", mark, width: "1.5")]
            case 3: [Palette.strokes("M3,0 v6", mark, width: "1.5")]
            default: [Palette.strokes("M0,3 h6 M3,0 v6", mark, width: "1")]
            }
        }
    }

    /// Patterns that do not belong to a guest: pools and the host's reserve.
    static let commonPatterns = [
        SVGShapes.pattern(
            "pool", size: 4, [SVGShapes.box(0, 0, 4, 4, fill: "#ececec"), SVGShapes.box(1, 1, 2, 2, fill: "#b3b3b3")]),
        SVGShapes.pattern(
            "reserve", size: 4, [SVGShapes.box(0, 0, 4, 4, fill: "#f2f2f2"), strokes("M2,0 v4", "#8c8c8c", width: "1")]),
    ]

    private static func strokes(_ data: String, _ color: String, width: String) -> XMLElement {
        XMLElement(
            "path",
            [
                XMLElement.Attribute("d", data), XMLElement.Attribute("stroke", color),
                XMLElement.Attribute("stroke-width", width), XMLElement.Attribute("fill", "none"),
            ])
    }
}
