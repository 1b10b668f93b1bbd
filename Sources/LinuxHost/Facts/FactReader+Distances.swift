internal import HostModel

extension FactReader {
    /// The cell of each column of a distance row: the kernel writes one number per online node, in order of id.
    mutating func distanceColumns(cells: [CellID]) -> [CellID] { onlineNodes().map(Array.init) ?? cells }

    /// The distances from one cell, or nil when the kernel does not tell or the row cannot be understood: a row of another
    /// length than there are nodes tells nothing.
    mutating func distances(of id: CellID, columns: [CellID]) -> [CellID: Int]? {
        let name = "\(nodeFolder)/node\(id)/distance"
        let row: [Int]? = value(name, as: "a row of \(columns.count) distances") { text in
            let words = text.split { $0.isWhitespace || $0 == "\0" }
            let numbers = words.compactMap { SysfsText.number(in: String($0), after: "") }
            return numbers.count == words.count && numbers.count == columns.count ? numbers : nil
        }
        if let row { return Dictionary(uniqueKeysWithValues: zip(columns, row)) }
        return files.isLive ? NumaLibrary.distances(from: id, to: columns) : nil
    }
}
