import HostModel
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    @Test(
        "of messages around the ends of blocks, as sha256sum has them",
        arguments: [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (3, "6ab0dba1f4f1dfbb37b4f9eeb092c09fca4900ad32bdcd147d8dde35d6c87c35"),
            (55, "e7313d333c272e639f790978283f9eb392e843d0f29b7016828bb1daa4aac70b"),
            (56, "4324d65f3c103567f5589c710bc08f8523f929a9272e3af36fc968e52abc6c27"),
            (57, "35df609437dcfea3279283ab79fd554e2bf78f8f7ae2de532d8ee300b09e8f73"),
            (63, "81c80242132f230c3bd41b3e63bbcff16107339549214a99614ff26664625055"),
            (64, "39e3d7b6b5d075d37d053ad89b24b41bef4f3c29760c84447cab3f3be1882241"),
            (65, "aacca6ff74fdbb296d165a45cecfa04e5127bc008770fbbdd48006f2d2fae95e"),
            (119, "9ce7368e4daf32341631b492e80359dc9f594b48453cd0dd5bf0b19279cc177e"),
            (120, "7836b787757e95e58b3ca5aec90b1b004e8deba1e50e9675af9cabf1a13a04b5"),
            (128, "d2742f1f4ac6bb7ca2b239ee18402ba8b3f9f8e652d2a72973c2b9ba11c08cf6"),
            (1000, "1e9bc38cbf860b9ec31918b065f9b52476c549a782e0e7990bed8ce3868d2371"),
        ])
    func sums(length: Int, sum: String) {
        let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
        #expect(SHA256(of: message).description == sum)
    }

    @Test("of a text is that of its UTF-8")
    func text() {
        #expect(
            SHA256(of: "abc").description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256(of: "ä") == SHA256(of: [0xc3, 0xa4]))
    }

    @Test("is read in upper and lower case, and nothing else is")
    func parsing() {
        let sum = SHA256(of: "abc")
        #expect(SHA256(parsing: sum.description.uppercased()) == sum)
        for text in [
            "", "abc", String(sum.description.dropLast()), sum.description + "0", "g" + sum.description.dropFirst(),
        ] {
            #expect(SHA256(parsing: text) == nil, "\(text)")
        }
    }
}
