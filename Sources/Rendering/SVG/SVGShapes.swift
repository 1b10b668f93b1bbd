internal import XMLTree

/// The elements of SVG that drawings are made of. All lengths are whole pixels.
enum SVGShapes {
    static func box(
        _ x: Int, _ y: Int, _ width: Int, _ height: Int, fill: String, stroke: String? = nil, radius: Int = 0,
        dashes: String? = nil, strokeWidth: String? = nil
    ) -> XMLElement {
        var element = XMLElement("rect", lengths([("x", x), ("y", y), ("width", width), ("height", height)]))
        if radius > 0 { element[attribute: "rx"] = "\(radius)" }
        element[attribute: "fill"] = fill
        if let stroke { element[attribute: "stroke"] = stroke }
        if let strokeWidth { element[attribute: "stroke-width"] = strokeWidth }
        if let dashes { element[attribute: "stroke-dasharray"] = dashes }
        return element
    }

    /// A straight line.
    static func line(_ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int, stroke: String, width: Int = 1) -> XMLElement {
        XMLElement(
            "line",
            lengths([("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)]) + [
                XMLElement.Attribute("stroke", stroke), XMLElement.Attribute("stroke-width", "\(width)"),
            ])
    }

    /// A filled outline.
    static func path(_ data: String, fill: String) -> XMLElement {
        XMLElement("path", [XMLElement.Attribute("d", data), XMLElement.Attribute("fill", fill)])
    }

    /// Shapes that belong together; `title` is what a viewer shows under the pointer, `guest` whom they are about.
    static func group(_ shapes: [XMLElement], title: String? = nil, guest: String? = nil) -> XMLElement {
        let heading = title.map { [XMLElement("title", children: [.text($0)])] } ?? []
        return HTML.about(
            guest.map { [$0] } ?? [], XMLElement("g", children: (heading + shapes).map { .element($0) }))
    }

    /// A pattern of `size` by `size` pixels that is repeated over what it fills.
    static func pattern(_ id: String, size: Int, _ shapes: [XMLElement]) -> XMLElement {
        XMLElement(
            "pattern",
            [XMLElement.Attribute("id", id), XMLElement.Attribute("patternUnits", "userSpaceOnUse")]
                + lengths([("width", size), ("height", size)]),
            children: shapes.map { .element($0) })
    }

    private static func lengths(_ values: [(String, Int)]) -> [XMLElement.Attribute] {
        values.map { XMLElement.Attribute($0.0, "\($0.1)") }
    }
}
