internal import Diagnostics
internal import HostModel
internal import Planning

/// The documents `numactl-plan/plan` and `numactl-plan/fleet-plan` as JSON Schema, draft-07.
///
/// Every member that is always there is required. Others may be added within a major version, so a member that is not known is no
/// mistake.
public enum PlanJSONSchema: DocumentSchema {
    /// The schema of the plan of one host.
    public static var plan: JSONValue {
        document("plan", "Plan of numactl-plan", page: "numactl-plan-plan(5)", planObject, definitions)
    }

    /// The schema of the plans of all hosts of a site.
    public static var fleet: JSONValue {
        document("fleet-plan", "Plans for all hosts of a site", page: "numactl-plan-plan(5)", fleetObject, definitions)
    }

    private static var planObject: [String: JSONValue] {
        object([
            "kind": ["const": .text(PlanJSON.kind)], "format_version": version, "site": named,
            "host": .object(object(["name": text, "facts_time": orNull(time)])),
            "verdict": ["enum": ["no_changes", "changes", "infeasible", "undecided", "refused"]],
            "empty": flag, "disruption": disruption, "placement": .object(placement),
            "unplaced": list(of: reference("unplaced")), "changes": list(of: reference("change")),
            "moves": list(of: ["type": "object"]), "unchanged": texts, "restart_pending": texts,
            "differing": texts,
            "summary": .object(summary), "diagnostics": list(of: reference("diagnostic")), "exit": reference("exit"),
        ])
    }

    private static var fleetObject: [String: JSONValue] {
        let host = object([
            "host": text, "facts": .object(object(["file": orNull(text), "time": orNull(time)])),
            "diagnostics": list(of: reference("diagnostic")),
            "plan": ["anyOf": [["type": "null"], .object(planObject)]], "exit": reference("exit"),
        ])
        let counts = [
            "hosts", "changed", "in_sync", "infeasible", "undecided", "refused", "without_plan", "changes",
            "restart_pending",
        ]
        var summary = Dictionary(uniqueKeysWithValues: counts.map { ($0, count) })
        summary["disruption"] = disruption
        summary["pools"] = pools
        return object([
            "kind": ["const": .text(FleetJSON.kind)], "format_version": version, "site": named,
            "diagnostics": list(of: reference("diagnostic")), "hosts": list(of: .object(host)),
            "summary": .object(object(summary)), "exit": reference("exit"),
        ])
    }

    private static let byte: JSONValue = ["type": "integer", "minimum": .number(0), "maximum": .number(255)]
    private static let time: JSONValue = [
        "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
    ]
    private static let value: JSONValue = ["type": ["string", "integer", "boolean", "null"]]
    private static let disruption: JSONValue = ["enum": .texts(Disruption.allCases.map(\.rawValue))]
    private static let texts = list(of: text)
    private static let named: JSONValue = .object(object(["name": text]))
    private static let pools: JSONValue = list(
        of: .object(object(["page_kib": count, "pages_delta": ["type": "integer"]])))

    private static var placement: [String: JSONValue] {
        let bound = object(["guests": ["enum": ["running", "shut_off"]], "at_least": count, "found": count])
        return object(
            [
                "guests": list(of: reference("guest")), "cells": list(of: reference("cell")), "moved": texts,
                "conflict": texts,
            ], optional: ["moves_bound": .object(bound)])
    }

    private static var summary: [String: JSONValue] {
        let actions: [Change.Action] = [
            .create, .update, .adopt, .rename, .stamp, .start, .stop, .restart, .release, .remove,
        ]
        var members = Dictionary(uniqueKeysWithValues: actions.map { ($0.rawValue, count) })
        members["unchanged"] = count
        members["pools"] = pools
        return object(members)
    }

    private static var definitions: [String: JSONValue] {
        [
            "diagnostic": .object(
                object([
                    "code": ["type": "string", "pattern": "^NP[0-9]{3}$"],
                    "severity": ["enum": ["error", "warning", "note"]], "message": text, "hint": orNull(text),
                    "notes": texts, "source": orNull(reference("source")),
                ])),
            "source": .object(object(["file": text, "line": count, "column": count])),
            "exit": .object(object(["code": byte, "name": text])),
            "change": .object(
                object(
                    [
                        "address": ["type": "string", "pattern": "^(?:guest|pool)/"],
                        "action": ["enum": .texts(Change.Action.allCases.map(\.rawValue))], "disruption": disruption,
                        "parts": list(of: reference("part")), "consent": orNull(text),
                        "consents": list(of: reference("consent")),
                        "source": orNull(reference("source")),
                    ], optional: ["kept": texts])),
            "consent": .object(object(["kind": ["enum": .texts(Consent.kinds)], "text": text])),
            "part": .object(
                object(
                    [
                        "path": text, "now": value, "want": value,
                        "when": ["enum": .texts(ChangedPart.When.allCases.map(\.rawValue))],
                    ], optional: ["live": value, "drift": text])),
            "unplaced": .object(
                object([
                    "guest": text, "code": text, "reasons": list(of: reference("reason")), "remedies": list(of: [:]),
                ])),
            "reason": .object(
                object(
                    [
                        "host_cell": orNull(count), "resource": text, "needed": count, "free": count, "held_by": texts,
                    ], optional: ["page_kib": count, "device": text])),
            "guest": .object(
                object([
                    "name": text, "emulator_cpus": list(), "floating_cpus": orNull(list()), "memory_kib": count,
                    "overhead_kib": count, "cells": list(of: reference("guest_cell")),
                ])),
            "guest_cell": .object(
                object(
                    [
                        "id": count, "host_cell": count, "vcpus": list(), "memory_kib": count, "page_kib": count,
                        "pins": ["type": "object", "additionalProperties": list()], "dedicated_vcpus": list(),
                    ], optional: ["memory_from": list(of: reference("cell_memory"))])),
            "cell_memory": .object(object(["host_cell": count, "memory_kib": count])),
            "cell": .object(
                object([
                    "id": count, "dedicated_used": list(), "shared_cpus": list(), "shared_vcpus": count,
                    "memory_used_kib": count, "overhead_kib": count, "pools": list(of: reference("cell_pool")),
                ])),
            "cell_pool": .object(object(["page_kib": count, "wanted": count, "guests": count, "others": count])),
        ]
    }
}
