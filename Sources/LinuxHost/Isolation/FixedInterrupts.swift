/// The interrupts that the kernel did not let go elsewhere since the machine was started: it manages them itself, and tells nobody
/// but who tries. A line for each, `24 nvme0q1`.
struct FixedInterrupts {
    /// Gone with the next boot, as the numbers are.
    static let path = "run/numactl-plan/fixed-interrupts"

    private(set) var lines: Set<String>

    init(_ text: String) { lines = Set(text.split(separator: "\n").map(String.init)) }

    func contains(_ number: Int, _ name: String) -> Bool { lines.contains("\(number) \(name)") }

    /// The text with one more.
    func text(adding number: Int, _ name: String) -> String {
        lines.union(["\(number) \(name)"]).sorted().map { $0 + "\n" }.joined()
    }
}
