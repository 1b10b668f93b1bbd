/// A transient timer of systemd that rolls a transaction back.
public struct SystemdTimer: Hashable, Sendable {
    private let id: TransactionID
    private let seconds: Int64

    /// A timer for that transaction, that many seconds from when it is set.
    package init(_ id: TransactionID, seconds: Int64) {
        self.id = id
        self.seconds = seconds
    }

    /// The name of the timer and of the service that it starts, without their endings.
    public var unit: String { "numactl-plan-revert-\(id)" }

    /// What sets the timer: a program and its arguments. systemd starts `command` as it is, without a shell.
    public func command(_ command: [String]) -> [String] {
        // A dollar sign or a percent sign in a path would be systemd's otherwise.
        let plain = command.map { $0.replacing("%", with: "%%").replacing("$", with: "$$") }
        let options = [
            "quiet", "collect", "unit=\(unit)", "on-active=\(seconds)s", "timer-property=AccuracySec=1s",
            "description=Roll back \(id) unless it is confirmed",
        ]
        return ["/usr/bin/systemd-run"] + options.map { "--\($0)" } + ["--"] + plain
    }
}
