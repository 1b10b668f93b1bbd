/// What the kernel has in `/proc/irq/N`.
enum InterruptFiles {
    private static let own: Set = [
        "affinity_hint", "effective_affinity", "effective_affinity_list", "node", "smp_affinity", "smp_affinity_list",
        "spurious",
    ]

    /// The drivers that have asked for the interrupt, for each of which there is a folder; nil for none.
    static func drivers(in names: [String]) -> String? {
        let drivers = names.filter { !own.contains($0) }
        return drivers.isEmpty ? nil : drivers.joined(separator: ",")
    }
}
