internal import Diagnostics
internal import HostModel
internal import Placement
package import Planning
internal import SiteFile

/// How many more guests fit, in Prometheus' text format; what is not known has no series.
public struct CapacityMetrics {
    private let capacity: Capacity

    /// Takes the answer.
    package init(_ capacity: Capacity) { self.capacity = capacity }

    /// The text, families in a fixed order.
    public var text: String { families.filter { !$0.series.isEmpty }.map(\.text).joined() }

    private var families: [MetricFamily] {
        [
            MetricFamily(
                "fits_more", "How many more guests of a flavor fit in addition to those of the site.",
                flavors.map { ([("flavor", $0.wish.name)], Int64($0.count.found)) }),
            MetricFamily(
                "fits_more_exact", "Whether one more guest was proven not to fit.",
                flavors.map { ([("flavor", $0.wish.name)], $0.count.isExact ? 1 : 0) }),
            MetricFamily(
                "cell_free_cpus", "CPUs of a cell available to dedicated vCPUs.",
                capacity.cells.map { ([("cell", "\($0.id)")], Int64($0.cpus.count)) }),
            MetricFamily(
                "cell_free_whole_cores", "Cores of a cell with all threads free.",
                capacity.cells.map { ([("cell", "\($0.id)")], Int64($0.wholeCores)) }),
            MetricFamily(
                "cell_free_memory_bytes", "Ordinary memory of a cell that is free and not reserved.",
                capacity.cells.map { ([("cell", "\($0.id)")], Int64(clamping: $0.memory.count) * 1_024) }),
        ]
    }

    private var flavors: [Capacity.Fit] { capacity.fits.filter { !$0.wish.isMix } }
}
