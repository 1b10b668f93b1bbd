internal import Diagnostics
internal import HostModel
internal import Placement
package import Planning
internal import SiteFile

/// How many more guests fit as the document `numactl-plan/capacity`, for programs.
public struct CapacityJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/capacity"

    private let capacity: Capacity
    private let exit: ExitReport

    /// Takes the answer and the code that the process ends with.
    package init(_ capacity: Capacity, exit: ExitReport) {
        self.capacity = capacity
        self.exit = exit
    }

    /// Writes the document; what is absent is null.
    public func encode(to encoder: any Encoder) throws {
        var document: [String: JSONValue] = [
            "kind": .text(CapacityJSON.kind),
            "format_version": documentVersion,
            "host": ["name": .text(capacity.host)],
            "site": ["name": .text(capacity.site)],
            "exit": exit.json,
        ]
        for (key, value) in capacity.members { document[key] = value }
        try JSONValue.object(document).encode(to: encoder)
    }
}

extension Capacity {
    /// What is said of the host, without its name.
    var members: [String: JSONValue] {
        [
            "verdict": .text(verdict.rawValue),
            "unplaced": .texts(unplaced),
            "fits": .list(fits.map(fitJSON)),
            "cells": .list(cells.map(roomJSON)),
            "largest": [
                "dedicated_vcpus": largestJSON(mostVCPUs, key: "vcpus"),
                "memory": largestJSON(mostMemory, key: "memory_kib"),
            ],
            "largest_share_percent": [
                "free_cpus": largestShareOfCPUs.map { .number($0) } ?? .null,
                "free_memory": largestShareOfMemory.map { .number($0) } ?? .null,
            ],
        ]
    }
}

extension Capacity.Wish {
    /// Its parts, each a flavor and a number.
    var json: JSONValue {
        .list(parts.map { ["flavor": .text($0.flavor.name.value), "count": .number($0.count)] })
    }
}

private func fitJSON(_ fit: Capacity.Fit) -> JSONValue {
    var object: [String: JSONValue] = [
        "name": .text(fit.wish.name),
        "guests": fit.wish.json,
        "more": .number(fit.count.found),
        "exact": .flag(fit.count.isExact),
        "moved": .texts(fit.count.moved),
        "reasons": shortagePart.list(fit.count.reasons),
    ]
    object["moves_bound"] = fit.count.moveBound.map(Placement.MoveBound.part.json)
    return .object(object)
}

private func roomJSON(_ cell: CellRoom) -> JSONValue {
    [
        "id": .number(cell.id.rawValue),
        "cpus_free": .text(cell.cpus.description),
        "whole_cores_free": .number(cell.wholeCores),
        "caches_free": .number(cell.caches),
        "memory_free_kib": .number(cell.memory.count),
    ]
}

private func largestJSON(_ guest: LargestGuest?, key: String) -> JSONValue {
    guard let guest else { return .null }
    return .object([key: .number(guest.amount), "host_cell": .number(guest.hostCell.rawValue)])
}
