/// What the kernel's command line says about reserving pages at boot.
public enum BootSwitch: Hashable, Sendable, CaseIterable {
    /// Nothing: pages are reserved.
    case on
    /// `numactl-plan=report`: says what it would do, and does not do it.
    case report
    /// `numactl-plan=off`: does nothing. It wins over `report`, wherever it stands.
    case off

    /// Reads a command line; other values of `numactl-plan=` mean nothing.
    public init(commandLine: String) {
        let words = commandLine.split(whereSeparator: \.isWhitespace)
        if words.contains("numactl-plan=off") {
            self = .off
        } else {
            self = words.contains("numactl-plan=report") ? .report : .on
        }
    }
}
