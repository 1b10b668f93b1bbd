internal import CNuma
internal import HostModel

/// What libnuma knows of the running machine beyond sysfs. It looks at `/sys` and at this process only.
enum NumaLibrary {
    /// The distances from one cell; nil when libnuma cannot tell each of them.
    static func distances(from: CellID, to cells: [CellID]) -> [CellID: Int]? {
        guard numa_available() >= 0 else { return nil }
        var distances: [CellID: Int] = [:]
        for cell in cells {
            let distance = numa_distance(CInt(clamping: from.rawValue), CInt(clamping: cell.rawValue))
            guard distance > 0 else { return nil }
            distances[cell] = Int(distance)
        }
        return distances
    }

    /// The cells whose memory this process may use (its cgroup's `cpuset.mems`); nil when libnuma cannot tell.
    static func allowedCells() -> CellSet? {
        guard numa_available() >= 0, let mask = numa_get_mems_allowed() else { return nil }
        defer { numa_bitmask_free(mask) }
        let highest = min(Int(clamping: mask.pointee.size), maximumListNumber + 1)
        return CellSet(numbers: (0..<highest).filter { numa_bitmask_isbitset(mask, CUnsignedInt($0)) != 0 })
    }
}
