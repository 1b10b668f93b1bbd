internal import Diagnostics
internal import Placement
internal import Planning

/// A picture in the characters of a terminal: for each cell its threads, one sign each, the threads of a core below each other;
/// its memory and pools as bars; then the names of the guests and what the signs mean.
public struct HostMap {
    private let picture: HostPicture

    /// Takes the picture to show.
    package init(_ picture: HostPicture) { self.picture = picture }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let heading = [picture.host, picture.subtitle].filter { !$0.isEmpty }.joined(separator: "  ")
        let summary = wrapped(picture.summary, to: width).map {
            paint($0, picture.isFailure ? .attention : .heading)
        }
        let cells = picture.cells.map { CellMap($0, in: picture).lines(paint) }
        return joinedSections(
            [[paint(heading, .heading)] + summary, unplaced(paint)] + cells + [
                names(paint), actors(paint), signs(paint),
            ])
    }

    private func unplaced(_ paint: Paint) -> [String] {
        guard !picture.unplaced.isEmpty else { return [] }
        let list = UnplacedList(picture.unplaced)
        let guests = list.entries.flatMap { entry in
            [paint("  \(entry.name)", .attention)]
                + entry.reasons.flatMap { CellMap.wrappedLines($0, indent: 4, width: paint.width) }
        }
        let more = list.more.map { ["  \($0)"] } ?? []
        return [paint(UnplacedList.heading, .heading)] + guests + more
    }

    private func names(_ paint: Paint) -> [String] {
        let bound = picture.guests.map { "\($0.tag) \(displayable($0.placement.name))" }
        let floating = picture.floating.map { displayable($0.name) }
        guard !bound.isEmpty || !floating.isEmpty else { return [] }
        return [paint("Guests", .heading)] + HostMap.flowing(bound, paint.width)
            + (floating.isEmpty
                ? []
                : CellMap.wrappedLines(
                    "on any cell, \(Amount.text(FloatingUse(picture.floating).memory)): "
                        + floating.joined(separator: ", "), indent: 2, width: paint.width))
    }

    private func actors(_ paint: Paint) -> [String] {
        guard !picture.actors.isEmpty else { return [] }
        let actors = picture.actors.map { "\(displayable($0.name)) \($0.cpus)" }
        return [paint("Actors", .heading)] + HostMap.flowing(actors, paint.width)
    }

    private func signs(_ paint: Paint) -> [String] {
        guard picture.hasPlacement else { return [] }
        let uses = Set(picture.cells.flatMap { $0.caches.joined().joined().map(\.use) })
        func has(_ isWanted: (ThreadUse) -> Bool) -> Bool { uses.contains(where: isWanted) }
        let signs: [(String, Bool)] = [
            ("A B …  dedicated vCPU of that guest", has { if case .dedicated = $0 { true } else { false } }),
            ("a b …  isolated emulator of that guest", has { if case .emulator = $0 { true } else { false } }),
            ("x  kept idle (isolate)", has { if case .idle = $0 { true } else { false } }),
            ("·  shared", has { $0 == .shared }), ("░  free", has { $0 == .free }),
            ("@  an actor", has { if case .actor = $0 { true } else { false } }),
            ("#  another domain", has { $0 == .foreign }), ("-  left to the host", has { $0 == .host }),
        ]
        let shown = signs.filter(\.1).map(\.0)
        return shown.isEmpty ? [] : [paint("Signs", .heading)] + HostMap.flowing(shown, paint.width)
    }

    /// Texts beside each other in columns, as many as there is room for. A text that is too long for a column takes several.
    private static func flowing(_ texts: [String], _ room: Int) -> [String] {
        let width = (texts.map(\.count).filter { $0 <= 28 }.max() ?? 28) + 3
        var lines: [String] = []
        for text in texts {
            if let last = lines.last {
                let padding = (width - (last.count - 2) % width) % width
                let start = last.count + (padding < 3 ? padding + width : padding)
                if start + text.count <= room {
                    lines[lines.count - 1] += String(repeating: " ", count: start - last.count) + text
                    continue
                }
            }
            lines.append("  " + text)
        }
        return lines
    }
}
