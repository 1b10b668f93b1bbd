public import HostModel

/// The texts in which the kernel counts what ran: `schedstat` and `/proc/interrupts`.
public enum ActivityText {
    /// The three counters of `/proc/PID/task/TID/schedstat`; nil when the text is of another form.
    public static func counters(in text: String) -> (ran: UInt64, waited: UInt64, runs: UInt64)? {
        let fields = text.split(whereSeparator: \.isWhitespace).map { UInt64($0) }
        guard fields.count == 3, let ran = fields[0], let waited = fields[1], let runs = fields[2] else { return nil }
        return (ran, waited, runs)
    }

    /// How often a thread was put on each CPU, from `/proc/schedstat`; nil when no line tells.
    public static func runs(in text: String) -> [CPU: UInt64]? {
        var runs: [CPU: UInt64] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("cpu") {
            let fields = line.split(separator: " ")
            // In all versions since 15 (Linux 2.6.30) the last of nine counters.
            guard fields.count == 10, let cpu = number(fields[0].dropFirst(3)), let count = UInt64(fields[9]) else {
                continue
            }
            runs[CPU(cpu)] = count
        }
        return runs.isEmpty ? nil : runs
    }

    /// The interrupts of `/proc/interrupts` by name; nil when the first line does not name CPUs.
    public static func interrupts(in text: String) -> [String: InterruptCounts]? {
        let lines = text.split(separator: "\n")
        let cpus = (lines.first ?? "").split(separator: " ").compactMap { word in
            word.hasPrefix("CPU") ? number(word.dropFirst(3)).map { CPU($0) } : nil
        }
        guard !cpus.isEmpty else { return nil }
        var interrupts: [String: InterruptCounts] = [:]
        for line in lines.dropFirst() {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let head = fields.first, head.last == ":" else { continue }
            let name = String(head.dropLast())
            let counts = fields.dropFirst().prefix(cpus.count).prefix { UInt64($0) != nil }
            // ERR and MIS are one number for the whole machine.
            guard counts.count == cpus.count else { continue }
            let rest = fields.dropFirst(1 + counts.count)
            let number = Int(name)
            interrupts[name] = InterruptCounts(
                number: number, label: label(rest, isDevice: number != nil) ?? name,
                counts: Dictionary(zip(cpus, counts.map { UInt64($0) ?? 0 }), uniquingKeysWith: { $1 }))
        }
        return interrupts
    }

    /// Who wants an interrupt. Before the names of a device's drivers stand the controller, its number there and how it is signalled
    /// (`PCI-MSI 49152-edge nvme0q1`); the kernel's own have words only.
    private static func label(_ words: ArraySlice<Substring>, isDevice: Bool) -> String? {
        guard isDevice else { return words.isEmpty ? nil : words.joined(separator: " ") }
        // The number may have the kind of signal with it (`5-edge`) or after it (`27 Level`).
        let kind = words.firstIndex { word in
            ["edge", "level", "fasteoi"].contains { word.lowercased().hasSuffix($0) }
        }
        let names = words[(kind.map { $0 + 1 } ?? words.startIndex)...]
        return names.isEmpty ? nil : names.joined(separator: " ")
    }

    private static func number(_ digits: Substring) -> Int? {
        guard !digits.isEmpty, let number = Int(digits), (0...maximumListNumber).contains(number) else { return nil }
        return number
    }
}
