public import HostModel

/// The text of `/proc/PID/maps`, of which the lengths of the areas and their permissions are of interest.
///
///     7f8b5de00000-7f8b5fe00000 rw-p 00000000 00:00 0
public enum ProcessMaps {
    /// An area's length, and whether the process may read and write it.
    public struct Extent: Hashable, Sendable {
        /// How much of the address space it takes.
        public var size: KiB
        /// Whether it can be read and written and holds no code: what is only reserved, and what a translator wrote, is no memory of
        /// a guest.
        public var isUsable: Bool

        package init(size: KiB, isUsable: Bool) {
            self.size = size
            self.isUsable = isUsable
        }
    }

    /// Reads the extents by first address, or nil when a line is none of the kernel's.
    public static func extents(in text: String) -> [UInt64: Extent]? {
        var extents: [UInt64: Extent] = [:]
        for line in text[...].split(byte: "\n") {
            let words = line.split(byte: " ", maxSplits: 2)
            let ends = words.first?.split(byte: "-") ?? []
            guard words.count > 1, ends.count == 2, let start = UInt64(ends[0], radix: 16),
                let end = UInt64(ends[1], radix: 16), end > start
            else { return nil }
            extents[start] = Extent(size: KiB((end - start) / 1_024), isUsable: words[1].hasPrefix("rw-"))
        }
        return extents
    }
}

extension [MemoryArea] {
    /// The areas with their lengths; those that cannot be read and written hold no guest's memory.
    public func with(_ extents: [UInt64: ProcessMaps.Extent]) -> [MemoryArea] {
        map { area in
            var area = area
            if let extent = extents[area.start] {
                area.size = extent.size
                area.mayBeGuestMemory = area.mayBeGuestMemory && extent.isUsable
            }
            return area
        }
    }
}
