internal import HostModel
internal import Placement
internal import Planning
internal import LivePlacement

/// Metrics in Prometheus' text format; what is not known has no series.
public struct MetricsText {
    private let metrics: HostMetrics

    /// Takes the values.
    package init(_ metrics: HostMetrics) { self.metrics = metrics }

    /// The text, families in a fixed order, series ascending.
    public var text: String { families.filter { !$0.series.isEmpty }.map(\.text).joined() }

    private var families: [MetricFamily] {
        let plan = metrics.verification.plan
        let place = [("host", plan.host), ("site", plan.site)]
        return [
            MetricFamily(
                "info", "The program's version and the SHA-256 of the site file.",
                [
                    (place + [("version", metrics.version), ("site_sha", metrics.siteSum)], 1)
                ]),
            MetricFamily(
                "in_sync", "Whether pools and definitions match the site file.",
                [
                    (place, metrics.isInSync ? 1 : 0)
                ]),
            MetricFamily(
                "fits", "Whether all guests of the site fit the host.",
                [
                    (place, plan.placement.verdict == .placed ? 1 : 0)
                ]),
            MetricFamily("changes", "How many changes apply would make, by what it would do.", changes),
            MetricFamily(
                "restart_pending", "Whether settings of a running guest wait for its next start.",
                plan.placement.guests.map { guest in
                    ([("guest", guest.name)], metrics.verification.pending.contains(guest.name) ? 1 : 0)
                }),
            MetricFamily(
                "pending_settings", "How many settings of a running guest wait for its next start.",
                plan.placement.guests.map { ([("guest", $0.name)], Int64(plan.pending[$0.name]?.count ?? 0)) }),
            MetricFamily(
                "pending_since_timestamp_seconds",
                "When the oldest setting was written that still waits for a guest's next start.",
                plan.placement.guests.compactMap { guest in
                    plan.pending[guest.name]?.compactMap(\.since).min().map { ([("guest", guest.name)], $0.seconds) }
                }),
            MetricFamily(
                "reboot_pending", "Whether wanted pages of 1 GiB or more most likely need a reboot.",
                [
                    ([], metrics.isRebootPending ? 1 : 0)
                ]),
            MetricFamily("pool_pages", "Huge pages of a cell, by kind.", pools),
            MetricFamily(
                "guest_startable", "Whether a guest runs, or could be started with what is free now.",
                metrics.startable.map { ([("guest", $0.guest)], $0.isStartable ? 1 : 0) }),
            MetricFamily("guest_remote_bytes", "Memory of a guest cell on other host cells than planned.", remote),
            MetricFamily(
                "guest_deviates", "Whether threads or memory of a running guest are elsewhere than planned.",
                (metrics.verification.residences ?? []).map { ([("guest", $0.guest)], $0.deviates ? 1 : 0) }),
            MetricFamily(
                "dedicated_cpu_others",
                "Threads and interrupts of others seen on the CPUs dedicated to a guest, by whether they belong there.",
                disturbed.flatMap { guest in
                    [(guest.others.filter(\.isBound), "true"), (guest.movable, "false")].map { others, bound in
                        ([("guest", guest.name), ("bound", bound)], Int64(others.count))
                    }
                }),
            MetricFamily(
                "dedicated_cpu_others_microseconds",
                "How long threads of others ran on the CPUs dedicated to a guest within the window.",
                disturbed.map { guest in
                    ([("guest", guest.name)], Int64(clamping: guest.others.reduce(0) { $0 + ($1.ran ?? 0) } / 1_000))
                }),
            MetricFamily(
                "dedicated_cpu_interrupts", "Interrupts of devices on the CPUs dedicated to a guest within the window.",
                disturbed.map { guest in
                    let interrupts = guest.movable.filter { $0.ran == nil }
                    return ([("guest", guest.name)], Int64(clamping: interrupts.reduce(0) { $0 + $1.count }))
                }),
            MetricFamily(
                "dedicated_cpu_wait_microseconds",
                "How long a guest's vCPUs were ready and waited within the window.",
                disturbed.map { ([("guest", $0.name)], Int64(clamping: $0.waited / 1_000)) }),
            MetricFamily(
                "dedicated_cpu_window_milliseconds", "How long the window was in which dedicated CPUs were watched.",
                (metrics.verification.interference?.milliseconds).map { [([], Int64(clamping: $0))] } ?? []),
            MetricFamily(
                "last_apply_timestamp_seconds", "When the newest transaction began.",
                metrics.lastApply.map { [([], $0.time)] } ?? []),
            MetricFamily(
                "last_apply_succeeded", "Whether the newest transaction completed.",
                metrics.lastApply.map { [([], $0.succeeded ? 1 : 0)] } ?? []),
            MetricFamily(
                "txn_open", "How many transactions are unfinished or need manual work.",
                metrics.openTransactions.map { [([], Int64($0))] } ?? []),
        ]
    }

    private var disturbed: [Interference.Guest] { metrics.verification.interference?.guests ?? [] }

    /// Every action has a series, so that an alert sees it fall to 0.
    private var changes: [MetricFamily.Series] {
        Change.Action.allCases.map { action in
            ([("action", action.rawValue)], Int64(metrics.verification.plan.changes.count { $0.action == action }))
        }
    }

    private var pools: [MetricFamily.Series] {
        metrics.pools.flatMap { pool, cell, wanted -> [MetricFamily.Series] in
            var kinds: [(String, PageCount)] = [
                ("free", pool.free), ("persistent", pool.persistent), ("surplus", pool.surplus),
            ]
            if let wanted {
                kinds += [("guests", wanted.guests), ("others", wanted.others), ("wanted", wanted.wanted)]
            }
            return kinds.sorted { $0.0 < $1.0 }.map { kind, pages in
                (
                    [("cell", "\(cell)"), ("page_kib", "\(pool.pageSize.size.count)"), ("kind", kind)],
                    Int64(clamping: pages.count)
                )
            }
        }
    }

    private var remote: [MetricFamily.Series] {
        (metrics.verification.residences ?? []).flatMap { residence in
            residence.memory.filter { $0.wantedCell != nil }.map { piece in
                (
                    [("guest", residence.guest), ("cell", piece.cell.map { "\($0)" } ?? "")],
                    Int64(clamping: piece.remote.count) * 1_024
                )
            }
        }
    }
}

/// One metric with its series: all of them are gauges.
struct MetricFamily {
    typealias Series = (labels: [(String, String)], value: Int64)

    let name: String
    let help: String
    let series: [Series]

    init(_ name: String, _ help: String, _ series: [Series]) {
        self.name = "numactl_plan_" + name
        self.help = help
        self.series = series
    }

    var text: String {
        "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
            + series.map { series in
                let labels = series.labels.map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",")
                return "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(series.value)\n"
            }.joined()
    }

    /// Backslashes, quotes and line breaks as the format wants them.
    private func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
