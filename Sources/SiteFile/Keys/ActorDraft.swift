internal import Diagnostics
internal import HostModel
internal import YAMLTree

/// An entry of `actors` as it is written.
struct ActorDraft: Sendable {
    var cpus: Located<ActorSpec.CPUChoice>?
    var device: Located<PCIAddress>?
    var cell: Located<Int>?
    var threadPolicy: Located<GuestDemand.ThreadPolicy>?
    var pages: Located<ActorPages>?
    var memory: Located<KiB>?
    var unit: Located<String>?

    static let table = KeyTable<Self>(
        .actor,
        [
            Key(
                "cpus", \.cpus, .cpuChoice, required: true,
                "How many CPUs the actor has, or which: a number, or a list as text"),
            Key("near", \.device, .pciAddress, "The PCI device whose cell the CPUs are on"),
            Key("cell", \.cell, .integer(0...maximumListNumber), "The host cell that the CPUs are on"),
            Key(
                "cpu_thread_policy", \.threadPolicy, .choice, defaultValue: "prefer",
                "How the CPUs use the hardware threads of a core"),
            Key("pages", \.pages, .actorPages, "Huge pages on the cell of the CPUs, by page size"),
            Key("memory", \.memory, .size(), "Ordinary memory on the cell of the CPUs"),
            Key("unit", \.unit, .text(.unit), "The systemd unit that apply confines to the CPUs"),
        ])
}

extension ValueReader where Value == ActorSpec.CPUChoice {
    /// A plain number is so many CPUs, everything else a list: `4` are four CPUs, `"4"` and `4-4` the CPU 4.
    static var cpuChoice: ValueReader {
        let range = 1...maximumListNumber
        let kind = ValueKind.countOrList(range)
        return ValueReader(kind) { entry, report in
            guard let scalar = entry.scalar(kind, &report) else { return nil }
            if scalar.meaning == .integer {
                return ValueReader<Int>.integer(range).read(entry, &report).map { .count($0) }
            }
            return ValueReader<CPUSet>.list().read(entry, &report).map { .list($0) }
        }
    }
}

extension ValueReader where Value == ActorPages {
    /// A number of pages by their size, of one size.
    static var actorPages: ValueReader {
        let count = ValueReader<Int>.integer(1...1_000_000_000)
        let kind = ValueKind.dictionary(.pageSize, count.kind)
        return ValueReader(kind, isCollection: true) { entry, report in
            guard let pairs = entry.pairs(kind, &report) else { return nil }
            guard let pair = pairs.first, pairs.count == 1 else {
                report.error(
                    .wrongType, "'\(entry.name)' needs exactly one page size",
                    at: pairs.dropFirst().first?.mark ?? entry.mark,
                    hint: "write a number of pages of one size, such as {1GiB: 2}")
                return nil
            }
            guard let size = readSize(pair.name, entry.name, at: pair.mark, &report),
                let pageSize = possiblePage(size, at: pair.mark, &report),
                let pages = count.read(Entry(pair), &report)
            else { return nil }
            guard UInt64(pages) <= Size.maximum.count / pageSize.size.count else {
                report.error(
                    .badNumber, "\(pages) pages of \(pageSize) are more than any host has", at: pair.value.mark)
                return nil
            }
            return ActorPages(size: pageSize, count: PageCount(UInt64(pages)))
        }
    }
}
