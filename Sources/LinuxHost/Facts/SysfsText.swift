internal import HostModel

/// The formats in which the kernel writes numbers and sets.
enum SysfsText {
    /// The text without what surrounds it: blank lines before, the line break and NUL bytes after.
    static func trimmed(_ text: String) -> Substring {
        text.trimmed { $0.isWhitespace || $0 == "\0" }
    }

    /// A list such as `0-3,8`; nil when it is none. Some kernels print `(null)` for an empty one.
    static func list<Element>(_ text: String) -> IDSet<Element>? {
        let text = trimmed(text)
        return text == "(null)" ? [] : try? IDSet(parsing: text)
    }

    /// A mask: groups of 32 bits in hexadecimal, the highest first, parted by commas; nil when it is none.
    static func mask(_ text: String) -> CPUSet? {
        var cpus = CPUSet()
        let groups = trimmed(text).split(separator: ",", omittingEmptySubsequences: false)
        for (index, group) in groups.reversed().enumerated() {
            let isHexadecimal = group.utf8.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
            guard isHexadecimal, (1...8).contains(group.count), var bits = UInt32(group, radix: 16) else { return nil }
            guard (index + 1) * 32 <= maximumListNumber + 1 || bits == 0 else { return nil }
            while bits != 0 {
                cpus.insert(CPU(index * 32 + bits.trailingZeroBitCount))
                bits &= bits - 1
            }
        }
        return cpus
    }

    /// The mask of a set as the kernel takes it.
    static func maskText(_ cpus: CPUSet) -> String {
        var groups = [UInt32](repeating: 0, count: (cpus.last?.rawValue ?? 0) / 32 + 1)
        for cpu in cpus { groups[cpu.rawValue / 32] |= 1 << UInt32(cpu.rawValue % 32) }
        return groups.reversed().map { group in
            let digits = String(group, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined(separator: ",")
    }

    /// A plain decimal number; nil when it is none.
    static func number(_ text: some StringProtocol) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt64(text)
    }

    /// The number in a name such as `node12` or `cpu3`; nil when the name has another form or the number is too high.
    static func number(in name: String, after prefix: String) -> Int? {
        guard name.hasPrefix(prefix), let number = number(name.dropFirst(prefix.count)),
            number <= UInt64(maximumListNumber)
        else { return nil }
        return Int(number)
    }

    /// The numbers of a meminfo file by name: `MemTotal: 4096 kB`, before which a node's file has `Node 0`.
    static func meminfo(_ text: String) -> [String: UInt64] {
        var numbers: [String: UInt64] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let name = words.firstIndex(where: { $0.last == ":" }), name + 1 < words.count,
                let value = number(words[name + 1])
            else { continue }
            numbers[String(words[name].dropLast())] = value
        }
        return numbers
    }

    /// The beginning of a text, for a message.
    static func excerpt(_ text: String) -> String {
        let clean = trimmed(text)
        return clean.count > 40 ? clean.prefix(40) + "…" : String(clean)
    }
}
