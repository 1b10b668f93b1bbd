internal import HostModel

/// How much of a bar is taken, in blocks of an eighth of a character.
struct MapBar {
    private static let length = 24
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// The bar: taken blocks, then free ones. What is taken is never shown as nothing, what is free never as full.
    let text: String

    init(_ bar: MemoryBar) {
        let free = bar.amount { $0 == .free || $0 == .unknown }
        let whole = bar.length
        let steps = MapBar.length * 8
        var taken = MemoryBar.scaled(whole.subtractingDownToZero(free), of: whole, to: steps)
        if taken == 0, free < whole { taken = 1 }
        let (full, rest) = taken.quotientAndRemainder(dividingBy: 8)
        let blocks = String(repeating: "█", count: full) + MapBar.eighths[rest]
        text = blocks + String(repeating: "░", count: MapBar.length - blocks.count)
    }
}
