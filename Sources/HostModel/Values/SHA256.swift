/// The checksum SHA-256 of FIPS 180-4, as 64 lower-case hexadecimal digits: what `sha256sum` prints.
///
/// The message is padded with one bit, zeros and its own length to blocks of 64 bytes. Each block is stretched to 64 words, which
/// are mixed into eight words of state; the state after the last block is the sum.
public struct SHA256: Hashable, Sendable, CustomStringConvertible {
    /// The 64 digits.
    public let description: String

    /// The sum of these bytes.
    public init(of bytes: some Collection<UInt8>) {
        var state = SHA256.start
        var block: [UInt8] = []
        block.reserveCapacity(64)
        for byte in bytes {
            block.append(byte)
            guard block.count == 64 else { continue }
            state.mix(block)
            block.removeAll(keepingCapacity: true)
        }
        block.append(0x80)
        if block.count > 56 {
            state.mix(block + Array(repeating: 0, count: 64 - block.count))
            block = []
        }
        let length = UInt64(bytes.count) * 8
        let tail = (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * UInt64($0))) }
        state.mix(block + Array(repeating: 0, count: 56 - block.count) + tail)
        description = state.map { $0.padded(to: 8, radix: 16) }.joined()
    }

    /// The sum of a text's UTF-8 bytes.
    public init(of text: String) { self.init(of: Array(text.utf8)) }

    /// A sum that somebody wrote down; nil unless it is 64 hexadecimal digits, in upper or lower case.
    public init?(parsing text: String) {
        let digits = text.lowercased()
        guard digits.utf8.count == 64, digits.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
        else { return nil }
        description = digits
    }
}

extension SHA256: Codable {
    /// Reads the digits.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let sum = SHA256(parsing: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not 64 hexadecimal digits")
        }
        self = sum
    }

    /// Writes the digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension SHA256 {
    /// The first 32 bits of the fractions of the square roots of the first 8 primes.
    fileprivate static let start: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
    fileprivate static let rounds: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}

extension [UInt32] {
    /// Mixes one block of 64 bytes into the eight words of state.
    fileprivate mutating func mix(_ block: [UInt8]) {
        var words = stride(from: 0, to: 64, by: 4).map { index in
            block[index..<index + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (early, late) = (words[index - 15], words[index - 2])
            let first = early.rotated(by: 7) ^ early.rotated(by: 18) ^ (early >> 3)
            let second = late.rotated(by: 17) ^ late.rotated(by: 19) ^ (late >> 10)
            words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
        }
        var mixed = self
        for index in 0..<64 {
            let turn = mixed[4].rotated(by: 6) ^ mixed[4].rotated(by: 11) ^ mixed[4].rotated(by: 25)
            let choice = (mixed[4] & mixed[5]) ^ (~mixed[4] & mixed[6])
            let first = mixed[7] &+ turn &+ choice &+ SHA256.rounds[index] &+ words[index]
            let other = mixed[0].rotated(by: 2) ^ mixed[0].rotated(by: 13) ^ mixed[0].rotated(by: 22)
            let majority = (mixed[0] & mixed[1]) ^ (mixed[0] & mixed[2]) ^ (mixed[1] & mixed[2])
            mixed = [first &+ other &+ majority] + mixed[0..<3] + [mixed[3] &+ first] + mixed[4..<7]
        }
        self = zip(self, mixed).map { $0 &+ $1 }
    }
}

extension UInt32 {
    /// The word with its bits turned to the right.
    fileprivate func rotated(by count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
