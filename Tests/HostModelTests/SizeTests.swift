import Foundation
import HostModel
import Testing

@Suite("Sizes")
struct SizeTests {
    @Test(
        "reads a whole number with a unit",
        arguments: [
            ("0KiB", 0), ("1KiB", 1), ("512MiB", 524_288), ("8GiB", 8_388_608), ("1TiB", 1_073_741_824),
            ("1K", 1), ("2M", 2_048), ("1G", 1_048_576), ("1T", 1_073_741_824), ("1024B", 1), ("0B", 0),
            ("4 GiB", 4_194_304), ("007MiB", 7_168), ("4096TiB", 4_398_046_511_104),
        ] as [(String, UInt64)])
    func reading(text: String, kib: UInt64) throws {
        #expect(try Size.parse(text) == KiB(kib))
    }

    @Test(
        "refuses what is no size",
        arguments: [
            ("512", .noUnit(number: "512")), ("512 ", .noUnit(number: "512")), ("", .notANumber("")),
            ("GiB", .notANumber("GiB")), ("-1GiB", .notANumber("-1GiB")), ("1.5GiB", .notANumber("1.5GiB")),
            ("1-GiB", .notANumber("1-GiB")), (" 1GiB", .notANumber(" 1GiB")), ("٣GiB", .notANumber("٣GiB")),
            ("1GB", .unknownUnit("GB", suggestion: "GiB")), ("1kB", .unknownUnit("kB", suggestion: "KiB")),
            ("1mb", .unknownUnit("mb", suggestion: "MiB")), ("1g", .unknownUnit("g", suggestion: "GiB")),
            ("1gib", .unknownUnit("gib", suggestion: "GiB")), ("1 pages", .unknownUnit("pages", suggestion: nil)),
            ("1 kilo", .unknownUnit("kilo", suggestion: nil)), ("1GiB ", .unknownUnit("GiB ", suggestion: nil)),
            ("1023B", .notWholeKiB("1023B")), ("1025B", .notWholeKiB("1025B")),
            ("4097TiB", .tooLarge("4097TiB")), ("99999999999999999999KiB", .tooLarge("99999999999999999999KiB")),
            ("18446744073709551615TiB", .tooLarge("18446744073709551615TiB")),
        ] as [(String, Size.ParseError)])
    func refusing(text: String, error: Size.ParseError) {
        #expect(throws: error) { try Size.parse(text) }
    }

    @Test(
        "prints the largest unit that divides",
        arguments: [
            (0, "0KiB"), (1, "1KiB"), (1_023, "1023KiB"), (1_024, "1MiB"), (1_025, "1025KiB"), (1_536, "1536KiB"),
            (1_048_576, "1GiB"), (1_572_864, "1536MiB"), (4_096_000, "4000MiB"), (1_073_741_824, "1TiB"),
            (4_398_046_511_104, "4096TiB"),
        ] as [(UInt64, String)])
    func printing(kib: UInt64, text: String) throws {
        #expect(KiB(kib).description == text)
        #expect(try Size.parse(text) == KiB(kib))
    }

    @Test("reads what it prints", arguments: 0..<50)
    func randomised(seed: Int) throws {
        var generator = SplitMix(seed: UInt64(seed))
        let shift = UInt64.random(in: 0...40, using: &generator)
        let amount = KiB(UInt64.random(in: 0...3, using: &generator) << shift)
        #expect(try Size.parse(amount.description) == amount)
    }

    @Test("every refusal is one phrase")
    func words() {
        let errors: [Size.ParseError] = [
            .noUnit(number: "1"), .unknownUnit("x", suggestion: nil), .notANumber("x"), .notWholeKiB("1B"),
            .tooLarge("x"),
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(errors.allSatisfy { !$0.description.hasSuffix(".") && !$0.description.contains("\n") })
    }
}

@Suite("Units")
struct UnitTests {
    @Test(
        "pages needed are rounded up",
        arguments: [
            (0, 4, 0, true), (1, 4, 1, false), (4, 4, 1, true), (5, 4, 2, false),
            (1_048_576, 1_048_576, 1, true), (.max, 2_048, 9_007_199_254_740_992, false),
        ] as [(UInt64, UInt64, UInt64, Bool)])
    func pages(memory: UInt64, page: UInt64, count: UInt64, divides: Bool) {
        let size = PageSize(KiB(page))
        #expect(size.pagesNeeded(for: KiB(memory)) == PageCount(count))
        #expect(size.divides(KiB(memory)) == divides)
    }

    @Test(
        "a page size has the kernel's names",
        arguments: [
            (4, "4KiB", "4K", "hugepages-4kB"), (64, "64KiB", "64K", "hugepages-64kB"),
            (2_048, "2MiB", "2M", "hugepages-2048kB"), (16_384, "16MiB", "16M", "hugepages-16384kB"),
            (1_048_576, "1GiB", "1G", "hugepages-1048576kB"),
        ] as [(UInt64, String, String, String)])
    func names(kib: UInt64, text: String, kernel: String, folder: String) throws {
        let size = PageSize(KiB(kib))
        #expect(size.description == text && size.kernelName == kernel && size.folderName == folder)
        #expect(PageSize(try Size.parse(kernel)) == size)
    }

    @Test("sums, differences and products")
    func arithmetic() {
        var memory = KiB(1) + 2
        memory += 3
        #expect(memory == 6)
        #expect(memory.subtractingDownToZero(5) == 1 && memory.subtractingDownToZero(7) == .zero)
        #expect(PageCount(3) * PageSize(2_048) == 6_144)
        #expect(PageCount(3).subtractingDownToZero(4) == .zero && PageCount(3) + 1 == 4)
    }

    @Test("pools sort by cell, then page size")
    func pools() {
        let ids = [(0, 2_048), (0, 1_048_576), (2, 4), (10, 4)].map {
            PoolID(cell: CellID($0.0), pageSize: PageSize(KiB(UInt64($0.1))))
        }
        #expect(ids.reversed().sorted() == ids)
    }

    @Test(
        "units are bare numbers in JSON, and bounded",
        arguments: ["-1", "1.5", "\"1\"", "4398046511105", "1e30", "null"])
    func bounds(text: String) {
        let decoder = JSONDecoder()
        let data = Data("[\(text)]".utf8)
        #expect(throws: DecodingError.self) { try decoder.decode([KiB].self, from: data) }
        #expect(throws: DecodingError.self) { try decoder.decode([PageCount].self, from: data) }
        #expect(throws: DecodingError.self) { try decoder.decode([PageSize].self, from: data) }
    }

    @Test("units come back from JSON")
    func json() throws {
        let encoder = JSONEncoder()
        let decoder = JSONDecoder()
        #expect(String(decoding: try encoder.encode([KiB(7)]), as: UTF8.self) == "[7]")
        #expect(try decoder.decode([KiB].self, from: encoder.encode([Size.maximum])) == [Size.maximum])
        #expect(try decoder.decode([PageCount].self, from: encoder.encode([PageCount(0)])) == [0])
        #expect(try decoder.decode([PageSize].self, from: Data("[64]".utf8)) == [PageSize(64)])
        #expect(throws: DecodingError.self) { try decoder.decode([PageSize].self, from: Data("[0]".utf8)) }
        #expect(throws: DecodingError.self) { try decoder.decode([CPU].self, from: Data("[-1]".utf8)) }
    }
}

@Suite("Ratio")
struct RatioTests {
    @Test(
        "reads a decimal of at most three places and prints the shortest",
        arguments: [
            ("4.0", 4_000, "4.0"), ("4", 4_000, "4.0"), ("1.5", 1_500, "1.5"), ("0.25", 250, "0.25"),
            ("0.001", 1, "0.001"), ("1.2500", 1_250, "1.25"), ("16.050", 16_050, "16.05"), ("007", 7_000, "7.0"),
            ("1000000", 1_000_000_000, "1000000.0"), ("1000000.000", 1_000_000_000, "1000000.0"),
        ] as [(String, UInt64, String)])
    func reading(text: String, thousandths: UInt64, printed: String) throws {
        let ratio = try #require(Ratio(parsing: text))
        #expect(ratio.thousandths == thousandths)
        #expect(ratio.description == printed)
        #expect(Ratio(parsing: printed) == ratio)
    }

    @Test(
        "refuses what is no ratio",
        arguments: [
            "", "0", "0.0", "0.000", "0.0001", "-1", "+1", "1.", ".5", "1.2.3", "1e3", "x", " 1", "1 ", "٣", "1,5",
            "1000000.001", "1000001", "99999999999999999999", "inf", "nan",
        ])
    func refusing(text: String) {
        #expect(Ratio(parsing: text) == nil)
    }

    @Test(
        "is applied rounded down, without overflow",
        arguments: [
            (4_000, 8, 32), (1_500, 3, 4), (333, 3, 0), (1, 999, 0), (1, 1_000, 1), (1_000, .max, .max),
            (2_000, .max, .max), (1_000_000_000, .max, .max), (500, .max, 9_223_372_036_854_775_807), (16_000, 0, 0),
        ] as [(UInt64, UInt64, UInt64)])
    func applying(thousandths: UInt64, amount: UInt64, result: UInt64) {
        #expect(Ratio(thousandths: thousandths).applied(to: amount) == result)
    }
}
