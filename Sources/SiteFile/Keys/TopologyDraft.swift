internal import Diagnostics

/// `cpu_topology` as it is written.
struct TopologyDraft: Sendable, Hashable {
    var sockets: Located<Int>?
    var cores: Located<Int>?
    var threads: Located<Int>?
    /// Whether it is the word for the CPUs as they are pinned, in place of numbers.
    var isMirror = false

    /// What ``mirrorWord`` means.
    static let mirror = TopologyDraft(isMirror: true)
    static let mirrorWord = "mirror"

    static let table = KeyTable<Self>(
        .cpuTopology,
        [
            Key("sockets", \.sockets, .integer(1...4_096), "Sockets"),
            Key("cores", \.cores, .integer(1...4_096), "Cores per socket"),
            Key("threads", \.threads, .integer(1...4_096), "Threads per core"),
        ])
}
