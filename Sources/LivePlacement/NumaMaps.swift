public import HostModel

/// The text of `/proc/PID/numa_maps`: one area a line, with its memory policy and its pages by cell.
///
///     7f111be00000 bind:0 file=/dev/hugepages/… huge anon=32 dirty=32 N0=32 kernelpagesize_kB=2048
///
/// Only the area's first address is told; ``ProcessMaps`` has the length.
public enum NumaMaps {
    /// Reads the areas in the order of the text, or nil when a line is none of the kernel's.
    ///
    /// - Parameter basePage: The size of pages where the line does not tell.
    public static func areas(in text: String, basePage: PageSize) -> [MemoryArea]? {
        var areas: [MemoryArea] = []
        for line in text[...].split(byte: "\n") {
            guard let area = area(in: line, basePage: basePage) else { return nil }
            areas.append(area)
        }
        return areas
    }

    private static func area(in line: Substring, basePage: PageSize) -> MemoryArea? {
        var words = line.split(byte: " ")
        guard words.count >= 2, let start = UInt64(words[0], radix: 16) else { return nil }
        // Two of the kernel's names of policies have a blank inside: `prefer (many):0-1` and `weighted interleave:0-1`.
        if (words[1] == "prefer" || words[1] == "weighted"), words.count > 2 {
            words[1...2] = [words[1] + " " + words[2]]
        }
        var area = MemoryArea(start: start, boundTo: cells(ofPolicy: words[1]), pageSize: basePage)
        for word in words.dropFirst(2) { area.add(word) }
        return area
    }

    /// The cells after the colon of `bind:0-1` or `bind=static:0`.
    private static func cells(ofPolicy policy: Substring) -> CellSet {
        guard let colon = policy.lastIndex(of: ":") else { return [] }
        return (try? CellSet(parsing: policy[policy.index(after: colon)...])) ?? []
    }
}

extension MemoryArea {
    fileprivate mutating func add(_ word: Substring) {
        if word == "heap" || word == "stack" { mayBeGuestMemory = false }
        guard let equals = word.utf8.firstIndex(of: UInt8(ascii: "=")) else { return }
        let (key, value) = (word[..<equals], word[word.index(after: equals)...])
        if key == "file" {
            file = unescaped(value)
        } else if key == "kernelpagesize_kB", let size = UInt64(value), (1...Size.maximum.count).contains(size) {
            pageSize = PageSize(KiB(size))
        } else if key.first == "N", let cell = Int(key.dropFirst()), cell >= 0, let count = UInt64(value),
            count <= Size.maximum.count
        {
            pages[CellID(cell), default: .zero] += PageCount(count)
        }
    }
}
