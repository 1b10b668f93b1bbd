import Foundation
import HostModel
import Testing

@Suite("CPUs that are parked")
struct ParkedCPUsTests {
    private static func cell(_ id: CellID, _ cpus: CPUSet, _ cores: [CPUSet], _ caches: [CPUSet]) -> Cell {
        Cell(id: id, cpus: cpus, memory: 1_048_576, siblings: cores, lastLevelCaches: caches)
    }

    private static let whole = HostFacts(
        host: HostIdentity(name: "h"), onlineCPUs: CPUSet(numbers: 0..<8), efficiencyCPUs: [6, 7],
        cells: [
            cell(0, [0, 1, 2, 3], [[0, 2], [1, 3]], [[0, 1, 2, 3]]),
            cell(1, [4, 5, 6, 7], [[4, 5], [6], [7]], [[4, 5], [6, 7]]),
        ])

    @Test("count as online, on the cores and caches that they were on")
    func counted() throws {
        let parked = ParkedCPUs([3, 6, 7], of: Self.whole)
        let left = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: [0, 1, 2, 4, 5],
            cells: [
                Self.cell(0, [0, 1, 2], [[0, 2], [1]], [[0, 1, 2]]), Self.cell(1, [4, 5], [[4, 5]], [[4, 5]]),
            ])
        var wanted = Self.whole
        wanted.parkedCPUs = [3, 6, 7]
        let counted = left.counting(parked)
        #expect(counted == wanted)
        #expect(ParkedCPUs([2, 3, 6, 7], of: counted).cells == ParkedCPUs([2, 3, 6, 7], of: Self.whole).cells)

        let json = try JSONEncoder().encode(counted)
        #expect(String(decoding: json, as: UTF8.self).contains(#""parked":"3,6-7""#))
        #expect(try JSONDecoder().decode(HostFacts.self, from: json) == counted)
        #expect(!String(decoding: try JSONEncoder().encode(Self.whole), as: UTF8.self).contains("parked"))
    }

    @Test("are passed over once they are online again, or their cell is gone; CPUs that were added stay")
    func stale() {
        let parked = ParkedCPUs([3, 6], of: Self.whole)
        #expect(Self.whole.counting(parked) == Self.whole)
        let other = HostFacts(
            host: HostIdentity(name: "h"), onlineCPUs: [0, 1, 2, 9],
            cells: [Self.cell(0, [0, 1, 2, 9], [[0, 2], [1], [9]], [[0, 1, 2, 9]])])
        let counted = other.counting(parked)
        #expect(counted.parkedCPUs == [3] && counted.onlineCPUs == [0, 1, 2, 3, 9])
        #expect(counted.cells[0].siblings == [[0, 2], [1, 3], [9]])
        #expect(counted.cells[0].lastLevelCaches == [[0, 1, 2, 3], [9]])
    }
}
