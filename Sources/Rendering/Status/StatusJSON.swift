internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

/// The status of a host as the document `numactl-plan/status`, for programs.
public struct StatusJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/status"

    private let status: HostStatus
    private let exit: ExitReport

    /// Takes the status and the code that the process ends with.
    package init(_ status: HostStatus, exit: ExitReport) {
        self.status = status
        self.exit = exit
    }

    /// Writes the document; what is absent is null.
    public func encode(to encoder: any Encoder) throws {
        var document: [String: JSONValue] = [
            "kind": .text(StatusJSON.kind),
            "format_version": documentVersion,
            "host": ["name": .optional(status.host)],
            "site": ["name": .optional(status.site)],
            "cells": .list(status.cells.map(cellJSON)),
            "guests": .list(status.guests.map(guestStatusJSON)),
            "diagnostics": diagnosticPart.list(status.diagnostics),
            "exit": exit.json,
        ]
        if !status.actors.isEmpty { document["actors"] = ActorPlacement.part.list(status.actors) }
        try JSONValue.object(document).encode(to: encoder)
    }
}

private func cellJSON(_ status: HostStatus.CellStatus) -> JSONValue {
    [
        "id": .number(status.cell.id.rawValue),
        "cpus": .text(status.cell.cpus.description),
        "dedicated_used": .optional(status.usage?.dedicatedCPUs.description),
        "shared_cpus": .optional(status.usage?.sharedCPUs.description),
        "shared_vcpus": status.usage.map { .number($0.sharedVCPUs) } ?? .null,
        "memory_kib": status.cell.memory.map { .number($0.count) } ?? .null,
        "memory_free_kib": status.cell.memoryFree.map { .number($0.count) } ?? .null,
        "memory_used_kib": status.usage.map { .number($0.memoryUsed.count) } ?? .null,
        "overhead_kib": status.usage.map { .number($0.overhead.count) } ?? .null,
        "pools": .list(PoolStatus.all(of: status).map(poolJSON)),
    ]
}

private func poolJSON(_ pool: PoolStatus) -> JSONValue {
    [
        "page_kib": .number(pool.pageSize.size.count),
        "wanted": pool.wanted.map { .number($0.count) } ?? .null,
        "total": .number(pool.total.count), "free": .number(pool.free.count), "surplus": .number(pool.surplus.count),
    ]
}

private func guestStatusJSON(_ guest: GuestStatus) -> JSONValue {
    var placement = guest.placement.map(guestPart.object)
    placement?["name"] = nil
    return [
        "name": .text(guest.name),
        "state": .optional(guest.state?.rawValue),
        "ownership": .optional(guest.ownership?.rawValue),
        "sync": .text(guest.sync.rawValue),
        "in_sync": .flag(guest.sync == .inSync),
        "drift": .optional(guest.drift?.rawValue),
        "restart_pending": .flag(guest.restartPending),
        "pending": changedPartPart.list(guest.pending),
        "placement": placement.map { .object($0) } ?? .null,
    ]
}
