import Foundation
import HostModel
import Testing

@Suite("A moment")
struct UTCTimeTests {
    @Test(
        "reads what RFC 3339 allows, and writes it in UTC",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
            ("2026-02-11T09:14:07Z", 1_770_801_247, "2026-02-11T09:14:07Z"),
            ("2026-02-11t10:14:07.987+01:00", 1_770_801_247, "2026-02-11T09:14:07Z"),
            ("2026-02-10 23:14:07-10:00", 1_770_801_247, "2026-02-11T09:14:07Z"),
            ("2000-02-29T23:59:59Z", 951_868_799, "2000-02-29T23:59:59Z"),
            ("1969-12-31T23:59:59Z", -1, "1969-12-31T23:59:59Z"),
            ("2016-12-31T23:59:60Z", 1_483_228_799, "2016-12-31T23:59:59Z"),
            ("0000-01-01T00:00:00Z", -62_167_219_200, "0000-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", 253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(String, Int64, String)])
    func reading(text: String, seconds: Int64, written: String) {
        #expect(UTCTime(text)?.seconds == seconds)
        #expect(UTCTime(seconds: seconds).description == written)
    }

    @Test(
        "takes nothing else",
        arguments: [
            "", "now", "2026-02-11", "2026-02-11T09:14Z", "2026-02-11T09:14:07", "2026-02-30T00:00:00Z",
            "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Z ", "٢026-01-01T00:00:00Z",
            "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-00:01",
        ])
    func refusing(text: String) { #expect(UTCTime(text) == nil) }

    @Test("is what Foundation's calendar says, for moments of all years that can be written")
    func calendar() throws {
        let formatter = ISO8601DateFormatter()
        for step in 0..<2_000 {
            let seconds = -2_208_988_800 + Int64(step) * 126_230_401
            let text = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(UTCTime(seconds: seconds).description == text)
            #expect(UTCTime(text)?.seconds == seconds)
        }
    }

    @Test("beyond what can be written is the nearest that can")
    func bounds() {
        #expect(UTCTime(seconds: .max).description == "9999-12-31T23:59:59Z")
        #expect(UTCTime(seconds: .min).description == "0000-01-01T00:00:00Z")
        #expect(UTCTime(seconds: 1) < UTCTime(seconds: 2))
    }

    @Test("in a facts document is optional, comes back as it was, and is refused where it is no time")
    func facts() throws {
        func facts(_ time: String) throws -> HostFacts {
            let text = #"{\#(time) "cells": [{"id": 0, "cpus": "0", "memory_kib": 1}]}"#
            return try JSONDecoder().decode(HostFacts.self, from: Data(text.utf8))
        }
        #expect(try facts("").time == nil)
        let known = try facts(#""time": "2026-02-11T10:14:07+01:00","#)
        #expect(known.time?.description == "2026-02-11T09:14:07Z")
        let again = try JSONDecoder().decode(HostFacts.self, from: JSONEncoder().encode(known))
        #expect(again == known)
        #expect(throws: DecodingError.self) { try facts(#""time": "yesterday","#) }
    }
}
