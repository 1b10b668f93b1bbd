internal import HostModel
internal import Planning
internal import LivePlacement

/// A verification as the document `numactl-plan/verify`, for programs.
public struct VerificationJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/verify"

    private let verification: Verification
    private let exit: ExitReport

    /// Takes the verification and the code that the process ends with.
    package init(_ verification: Verification, exit: ExitReport) {
        self.verification = verification
        self.exit = exit
    }

    /// Writes the document; what is absent is null. `guests` is null when nobody looked where they are,
    /// `interference` when nobody looked who else ran on their CPUs.
    public func encode(to encoder: any Encoder) throws {
        let document: JSONValue = [
            "kind": .text(VerificationJSON.kind),
            "format_version": documentVersion,
            "host": ["name": .text(verification.host)],
            "site": ["name": .text(verification.site)],
            "verdict": .text(verification.plan.verdict.rawValue),
            "differences": .list(verification.plan.changes.flatMap(differences)),
            "in_sync": .texts(verification.plan.unchanged),
            "restart_pending": .texts(verification.pending),
            "guests": verification.residences.map { .list($0.map(residenceJSON)) } ?? .null,
            "interference": verification.interference.map(interferenceJSON) ?? .null,
            "diagnostics": diagnosticPart.list(verification.diagnostics),
            "exit": exit.json,
        ]
        try document.encode(to: encoder)
    }

    /// One entry a setting, as the plan has it; a change without settings has one with null for the path.
    private func differences(_ change: Change) -> [JSONValue] {
        let entry: [String: JSONValue] = [
            "address": .text(change.address), "action": .text(change.action.rawValue),
        ]
        guard !change.parts.isEmpty else { return [.object(entry.merging(["path": .null]) { $1 })] }
        return change.parts.map { .object(entry.merging(changedPartPart.object($0)) { $1 }) }
    }
}

private func residenceJSON(_ residence: GuestResidence) -> JSONValue {
    [
        "name": .text(residence.guest),
        "process": residence.process.map { .number($0) } ?? .null,
        "deviates": .flag(residence.deviates),
        "restart_pending": .flag(residence.isRestartPending),
        "threads": .list(residence.threads.map(threadsJSON)),
        "memory": .list(residence.memory.map(memoryJSON)),
        "unknown": .texts(residence.unknown.map(\.what)),
    ]
}

private func threadsJSON(_ group: GuestResidence.Threads) -> JSONValue {
    var (role, number): (String, Int?) = ("emulator", nil)
    switch group.role {
    case .vcpu(let vcpu): (role, number) = ("vcpu", vcpu.rawValue)
    case .ioThread(let thread): (role, number) = ("iothread", thread)
    case .emulator: break
    }
    return [
        "role": .text(role), "id": number.map { .number($0) } ?? .null, "threads": .numbers(group.ids),
        "allowed": .text(group.allowed.description), "wanted": .optional(group.wanted?.description),
        "deviates": .flag(group.deviates), "at_next_start": .flag(group.isElsewhere && group.staysWithMemory),
    ]
}

private func memoryJSON(_ piece: GuestResidence.ResidentMemory) -> JSONValue {
    let pages = piece.pages.sorted { $0.key < $1.key }.flatMap { size, counts in
        counts.sorted { $0.key < $1.key }.map { cell, count -> JSONValue in
            ["page_kib": .number(size.size.count), "host_cell": .number(cell.rawValue), "pages": .number(count.count)]
        }
    }
    return [
        "cell": piece.cell.map { .number($0.rawValue) } ?? .null,
        "memory_kib": .number(piece.size.count),
        "resident_kib": .number(piece.resident.count),
        "wanted_host_cell": piece.wantedCell.map { .number($0.rawValue) } ?? .null,
        "wanted_page_kib": piece.wantedPage.map { .number($0.size.count) } ?? .null,
        "remote_kib": .number(piece.remote.count),
        "remote_permille": .number(piece.remotePermille),
        "vcpu_cells": .optional(piece.vcpuCells?.description),
        "away_kib": piece.away.map { .number($0.count) } ?? .null,
        "other_pages_kib": .number(piece.inOtherPages.count),
        "pages": .list(pages),
        "deviates": .flag(piece.deviates),
    ]
}

private func interferenceJSON(_ interference: Interference) -> JSONValue {
    [
        "window_ms": .number(interference.milliseconds),
        "guests": .list(interference.guests.map(interferenceJSON)),
        "unknown": .texts(interference.unknown.map(\.what)),
    ]
}

private func interferenceJSON(_ guest: Interference.Guest) -> JSONValue {
    [
        "name": .text(guest.name),
        "cpus": .text(guest.cpus.description),
        "waited_us": .number(guest.waited / 1_000),
        "unseen_runs": guest.unseenRuns.map { .number($0) } ?? .null,
        "others": .list(guest.others.map(otherJSON)),
    ]
}

private func otherJSON(_ other: Interference.Other) -> JSONValue {
    var (kind, process, thread, interrupt): (String, JSONValue, JSONValue, JSONValue) = (
        "interrupt", .null, .null, .null
    )
    switch other.kind {
    case .thread(let id, let owner): (kind, process, thread) = ("thread", .number(owner), .number(id))
    case .interrupt(let number): interrupt = .text("\(number)")
    case .kernelInterrupt(let name): interrupt = .text(name)
    }
    return [
        "kind": .text(kind), "name": .text(other.name), "process": process, "thread": thread, "interrupt": interrupt,
        "cpus": .text(other.cpus.description), "count": .number(other.count),
        "ran_us": other.ran.map { .number($0 / 1_000) } ?? .null, "bound": .flag(other.isBound),
    ]
}
