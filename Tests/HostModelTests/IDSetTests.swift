import HostModel
import Testing

@Suite("CPU list")
struct CPUListTests {
    @Test(
        "reads the kernel's and libvirt's formats",
        arguments: [
            ("", []), ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0-1,64", [0, 1, 64]), ("0-3,^2", [0, 1, 3]),
            ("^2,0-3", [0, 1, 3]),
            (" 1 , 3 - 4 ", [1, 3, 4]), ("0-7:2/4", [0, 1, 4, 5]), ("0-2,2-4\n", [0, 1, 2, 3, 4]), ("63-64", [63, 64]),
        ] as [(String, [Int])])
    func reading(text: String, cpus: [Int]) throws {
        #expect(try CPUSet(parsing: text) == CPUSet(numbers: cpus))
    }

    @Test(
        "refuses what is no list",
        arguments: [
            ("3-1", .descending(part: "3-1")), ("0,,1", .emptyPart), ("a", .malformed(part: "a")),
            ("-1", .malformed(part: "-1")), ("1-", .malformed(part: "1-")), ("0-70000", .tooLarge(part: "0-70000")),
            ("99999999999999999999", .tooLarge(part: "99999999999999999999")), ("^1", .nothingToExclude),
            ("0-3:3/2", .malformed(part: "0-3:3/2")), ("1-2-3", .malformed(part: "1-2-3")),
            ("٣", .malformed(part: "٣")),
        ] as [(String, ListError)])
    func refusing(text: String, error: ListError) {
        #expect(throws: error) { try CPUSet(parsing: text) }
    }

    @Test("takes exclusions from a given whole")
    func exclusions() throws {
        #expect(try VCPUSet(parsing: "^0", all: [0, 1, 2]) == [1, 2])
    }

    @Test("agrees with a plain set on random input, and prints what it reads", arguments: 0..<50)
    func randomised(seed: Int) throws {
        var generator = SplitMix(seed: UInt64(seed))
        let left = Set((0..<40).map { _ in Int.random(in: 0..<200, using: &generator) })
        let right = Set((0..<40).map { _ in Int.random(in: 0..<200, using: &generator) })
        let (a, b) = (CPUSet(numbers: left), CPUSet(numbers: right))
        #expect(a.map(\.rawValue) == left.sorted())
        #expect(a.union(b) == CPUSet(numbers: left.union(right)))
        #expect(a.intersection(b) == CPUSet(numbers: left.intersection(right)))
        #expect(a.subtracting(b) == CPUSet(numbers: left.subtracting(right)))
        #expect(a.isSubset(of: b) == left.isSubset(of: right))
        #expect(a.isDisjoint(with: b) == left.isDisjoint(with: right))
        #expect(a.intersection(b).isSubset(of: b) && (a.union(b).isSubset(of: b) == left.isSubset(of: right)))
        #expect(try CPUSet(parsing: a.description) == a)
        #expect(a.count == left.count && a.first?.rawValue == left.min() && a.last?.rawValue == left.max())
    }
}

@Suite("The text of a CPU list")
struct CPUListTextTests {
    @Test(
        "has ranges across words of 64 numbers",
        arguments: [
            ("", []), ("0", [0...0]), ("0-63", [0...63]), ("0-64", [0...64]), ("63-64", [63...64]), ("64", [64...64]),
            ("1-127,129-130,192", [1...127, 129...130, 192...192]), ("0-255", [0...255]),
            ("62,64-191", [62...62, 64...191]),
        ] as [(String, [ClosedRange<Int>])])
    func ranges(text: String, ranges: [ClosedRange<Int>]) {
        #expect(CPUSet(numbers: ranges.flatMap { $0 }).description == text)
    }
}

/// A small seeded generator, so that random tests repeat.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
