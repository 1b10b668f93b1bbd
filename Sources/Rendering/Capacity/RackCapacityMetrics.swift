internal import Placement
public import Planning
internal import SiteFile

/// How many more guests fit the hosts of a rack, in Prometheus' text format; what is not known has no series.
public struct RackCapacityMetrics {
    private let rack: RackCapacity

    /// Takes the answer.
    public init(_ rack: RackCapacity) { self.rack = rack }

    /// The text, families in a fixed order.
    public var text: String { families.filter { !$0.series.isEmpty }.map(\.text).joined() }

    private var families: [MetricFamily] {
        let loss = rack.evacuation
        return [
            MetricFamily(
                "fits_more", "How many more guests of a flavor fit in addition to those of the site.",
                fits { Int64($0.found) }),
            MetricFamily(
                "fits_more_exact", "Whether one more guest was proven not to fit.", fits { $0.isExact ? 1 : 0 }),
            MetricFamily(
                "rack_fits_more", "How many more guests of a flavor fit on all hosts together.",
                totals.map { ([("flavor", $0.wish.name)], Int64($0.count)) }),
            MetricFamily(
                "rack_fits_more_exact", "Whether the number of every host is exact.",
                totals.map { ([("flavor", $0.wish.name)], $0.isExact ? 1 : 0) }),
            MetricFamily(
                "rack_lost_guests", "How many guests are on the hosts assumed lost.",
                loss.map { [([], Int64($0.count))] } ?? []),
            MetricFamily(
                "rack_lost_guests_without_place", "How many of these fit on no other host.",
                loss.map { [([], Int64($0.left.count + $0.unknown.count))] } ?? []),
        ]
    }

    private var totals: [RackCapacity.Total] { rack.totals.filter { !$0.wish.isMix } }

    private func fits(_ value: (Headroom.Count) -> Int64) -> [MetricFamily.Series] {
        rack.hosts.flatMap { host in
            (host.capacity?.fits ?? []).filter { !$0.wish.isMix }.map {
                ([("host", host.name), ("flavor", $0.wish.name)], value($0.count))
            }
        }
    }
}
