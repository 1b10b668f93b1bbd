internal import Diagnostics
internal import HostModel
internal import Placement
internal import Planning

/// The code that the process ends with, as the documents name it.
public struct ExitReport: Hashable, Sendable {
    /// The process's exit code, 0 to 255.
    public var code: Int
    /// The code's stable name: `done`, `differences`.
    public var name: String

    package init(code: Int, name: String) {
        self.code = code
        self.name = name
    }

    var json: JSONValue { ["code": .number(code), "name": .text(name)] }
}

/// The version of every document that is written here; fields are only added within a major version.
let documentVersion: JSONValue = "1.0"

/// A finding, with null for what it does not have.
func diagnosticJSON(_ diagnostic: Diagnostic) -> JSONValue {
    [
        "code": .text(diagnostic.code.rawValue),
        "severity": .text(diagnostic.severity.rawValue),
        "message": .text(diagnostic.message),
        "hint": .optional(diagnostic.hint),
        "notes": .texts(diagnostic.notes),
        "source": sourceJSON(diagnostic.mark),
    ]
}

/// A place in a file, or null.
func sourceJSON(_ mark: SourceMark?) -> JSONValue {
    guard let mark else { return .null }
    return ["file": .text(mark.file), "line": .number(mark.line), "column": .number(mark.column)]
}

/// Where a guest goes: the shape that the plan and the status share.
func guestJSON(_ guest: GuestPlacement) -> [String: JSONValue] {
    var object: [String: JSONValue] = [
        "name": .text(guest.name),
        "emulator_cpus": .text(guest.emulatorCPUs.description),
        "floating_cpus": .optional(guest.floatingCPUs?.description),
        "memory_kib": .number(guest.memory.count),
        "overhead_kib": .number(guest.overhead.count),
        "cells": .list(guest.cells.map(guestCellJSON)),
    ]
    if !guest.pins.isEmpty { object["pins"] = pinsJSON(guest.pins) }
    return object
}

private func pinsJSON(_ pins: [VCPU: CPUSet]) -> JSONValue {
    .object(
        Dictionary(
            pins.map { ($0.key.description, .text($0.value.description)) }, uniquingKeysWith: { first, _ in first }))
}

private func guestCellJSON(_ cell: GuestCellPlacement) -> JSONValue {
    var object: [String: JSONValue] = [
        "id": .number(cell.id.rawValue),
        "host_cell": .number(cell.hostCell.rawValue),
        "vcpus": .text(cell.vcpus.description),
        "memory_kib": .number(cell.memory.count),
        "page_kib": .number(cell.pageSize.size.count),
        "pins": pinsJSON(cell.pins),
        "dedicated_vcpus": .text(cell.dedicatedVCPUs.description),
    ]
    if cell.isSpread {
        let parts = cell.memoryByCell.sorted { $0.key < $1.key }.filter { $0.value > .zero }
        object["memory_from"] = .list(
            parts.map { ["host_cell": .number($0.key.rawValue), "memory_kib": .number($0.value.count)] })
    }
    return .object(object)
}
