internal import Diagnostics
package import HostModel
internal import Placement
package import Planning

/// A plan as the document `numactl-plan/plan`, for programs.
public struct PlanJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/plan"

    private let plan: Plan
    private let exit: ExitReport
    private let factsTime: UTCTime?

    /// Takes the plan, the code that the process ends with, and when the host was looked at if the plan is made from a file.
    package init(_ plan: Plan, exit: ExitReport, factsTime: UTCTime? = nil) {
        self.plan = plan
        self.exit = exit
        self.factsTime = factsTime
    }

    /// Writes the document; what is absent is null.
    public func encode(to encoder: any Encoder) throws { try document.encode(to: encoder) }

    /// The document as a value.
    public var document: JSONValue {
        var members: [String: JSONValue] = [
            "kind": .text(PlanJSON.kind),
            "format_version": documentVersion,
            "site": ["name": .text(plan.site)],
            "host": ["name": .text(plan.host), "facts_time": .optional(factsTime?.description)],
            "verdict": .text(plan.verdict.rawValue),
            "empty": .flag(plan.isEmpty),
            "disruption": .text(plan.disruption.rawValue),
            "placement": placement,
            "unplaced": .list(plan.placement.unplaced.map(unplacedJSON)),
            "changes": .list(plan.changes.map(changeJSON)),
            "moves": .list(plan.moves.map(\.json)),
            "unchanged": .texts(plan.unchanged),
            "restart_pending": .texts(plan.restartPending),
            "differing": .texts(plan.differing),
            "summary": summary,
            "diagnostics": .list(plan.diagnostics.map(diagnosticJSON)),
            "exit": exit.json,
        ]
        if let only = plan.only { members["only"] = .texts(only) }
        return .object(members)
    }

    private var placement: JSONValue {
        var members: [String: JSONValue] = [
            "guests": .list(plan.placement.guests.map { .object(guestJSON($0)) }),
            "cells": .list(plan.placement.cells.map(cellJSON)),
            "moved": .texts(plan.placement.moved),
            "conflict": .texts(plan.placement.conflict),
        ]
        if let bound = plan.placement.moveBound {
            members["moves_bound"] = [
                "guests": .text(bound.word), "at_least": .number(bound.atLeast), "found": .number(bound.found),
            ]
        }
        return .object(members)
    }

    private var summary: JSONValue {
        let summary = PlanSummary(plan)
        var counts: [String: JSONValue] = [:]
        for action in [
            Change.Action.create, .update, .adopt, .rename, .stamp, .start, .stop, .restart, .release, .remove,
        ] {
            counts[action.rawValue] = .number(summary.guests(action))
        }
        counts["unchanged"] = .number(plan.unchanged.count)
        counts["pools"] = .list(
            summary.poolDeltas.map { ["page_kib": .number($0.size.size.count), "pages_delta": .number($0.pages)] })
        return .object(counts)
    }
}

extension Placement.MoveBound {
    /// The guests that it is about, in documents.
    fileprivate var word: String { isOfRunning ? "running" : "shut_off" }
}

private func cellJSON(_ cell: CellUsage) -> JSONValue {
    [
        "id": .number(cell.id.rawValue),
        "dedicated_used": .text(cell.dedicatedCPUs.description),
        "shared_cpus": .text(cell.sharedCPUs.description),
        "shared_vcpus": .number(cell.sharedVCPUs),
        "memory_used_kib": .number(cell.memoryUsed.count),
        "overhead_kib": .number(cell.overhead.count),
        "pools": .list(cell.pools.map(poolJSON)),
    ]
}

private func poolJSON(_ pool: CellUsage.PoolUsage) -> JSONValue {
    [
        "page_kib": .number(pool.pageSize.size.count), "wanted": .number(pool.wanted.count),
        "guests": .number(pool.guests.count), "others": .number(pool.others.count),
    ]
}

private func unplacedJSON(_ guest: UnplacedGuest) -> JSONValue {
    [
        "guest": .text(guest.name), "code": .text(guest.code.rawValue),
        "reasons": .list(guest.reasons.map(shortageJSON)),
        "remedies": .list(guest.remedies.map(\.json)),
    ]
}

/// `page_kib` is there for shortages of pages and of page sizes only; `host_cell` is null for the host as a whole.
func shortageJSON(_ shortage: Shortage) -> JSONValue {
    let (name, size) = shortage.resource.document
    var members: [String: JSONValue] = [
        "host_cell": shortage.hostCell.map { .number($0.rawValue) } ?? .null,
        "resource": .text(name),
        "needed": .number(shortage.needed),
        "free": .number(shortage.free),
        "held_by": .texts(shortage.heldBy),
    ]
    if let size { members["page_kib"] = .number(size.size.count) }
    if case .device(let address) = shortage.resource { members["device"] = .text(address.description) }
    return .object(members)
}

extension Shortage.Resource {
    /// The resource's name in documents, and the page size it is about.
    fileprivate var document: (name: String, size: PageSize?) {
        switch self {
        case .dedicatedCPUs: ("dedicated_cpus", nil)
        case .wholeCores: ("whole_cores", nil)
        case .siblingPairs: ("sibling_pairs", nil)
        case .sharedVCPUs: ("shared_vcpus", nil)
        case .sharedCPUs: ("shared_cpus", nil)
        case .memory: ("memory_kib", nil)
        case .pages(let size): ("pages", size)
        case .pageSize(let size): ("page_size", size)
        case .cells: ("cells", nil)
        case .device: ("host_device", nil)
        }
    }
}

private func changeJSON(_ change: Change) -> JSONValue {
    var members: [String: JSONValue] = [
        "address": .text(change.address),
        "action": .text(change.action.rawValue),
        "disruption": .text(change.disruption.rawValue),
        "parts": .list(change.parts.map(partJSON)),
        "consent": .optional(change.consentLine),
        "consents": .list(
            zip(change.consents, change.consentSentences).map { ["kind": .text($0.kind), "text": .text($1)] }),
        "source": sourceJSON(change.source),
    ]
    if change.action == .remove { members["kept"] = .texts(change.kept) }
    return .object(members)
}

/// `live` is there for running domains whose settings are known, and `drift` where nobody asked for the difference.
func partJSON(_ part: ChangedPart) -> JSONValue {
    var members: [String: JSONValue] = [
        "path": .text(part.path), "now": valueJSON(part.now), "want": valueJSON(part.want),
        "when": .text(part.when.rawValue),
    ]
    switch part.live {
    case nil: break
    case .absent: members["live"] = .null
    case .value(let value): members["live"] = valueJSON(value)
    }
    if let since = part.since { members["since"] = .text(since.description) }
    if let drift = part.drift { members["drift"] = .text(drift.rawValue) }
    return .object(members)
}

/// A setting's value, or null.
func valueJSON(_ value: ChangedPart.PartValue?) -> JSONValue {
    switch value {
    case .text(let text): .text(text)
    case .number(let number): .number(number)
    case .flag(let flag): .flag(flag)
    case nil: .null
    }
}
