internal import HostModel

/// The document `numactl-plan/facts` as JSON Schema, draft-07: what `--facts` reads, so little is required.
///
/// A member that is null is as one that is not there. What joins several members, such as a CPU in two cells, is left to the reader.
public enum FactsJSONSchema: DocumentSchema {
    /// The schema.
    public static var document: JSONValue {
        let schema = object(
            ["cells": .object(["type": "array", "minItems": .number(1), "items": reference("cell")])],
            optional: [
                "kind": ["const": .text(HostFacts.kind)], "format_version": orNull(version), "time": orNull(time),
                "host": orNull(.object(host)),
                "cpus": orNull(
                    .object(object([:], optional: maybe(["online", "isolated", "efficiency", "parked"], list)))),
                "guest_limits": orNull(
                    .object(
                        object(
                            [:], optional: ["cpus": orNull(list), "memory_cells": orNull(list), "source": orNull(text)])
                    )),
                "isolation": orNull(.object(isolation)), "actors": orNull(list(of: .object(actor))),
                "unit_drop_ins": orNull(list(of: .object(object(["unit": text, "text": text])))),
                "pci": orNull(list(of: reference("device"))), "libvirt": orNull(.object(libvirt)),
                "domains": orNull(list(of: reference("domain"))),
            ])
        return document(
            "facts", "Facts of a host", page: "numactl-plan-facts(1)", schema,
            ["cell": .object(cell), "pool": .object(pool), "device": .object(device), "domain": .object(domain)])
    }

    private static var host: [String: JSONValue] {
        var members = maybe(["name", "arch", "kernel", "boot_id", "cmdline"], text)
        members["base_page_kib"] = orNull(pageSize)
        members["cmdline_left_out"] = orNull(count)
        members["machine_id_sha256"] = orNull(["type": "string", "pattern": "^[0-9a-f]{64}$"])
        return object([:], optional: members)
    }

    private static var isolation: [String: JSONValue] {
        let interrupt = object(
            ["irq": count, "cpus": list],
            optional: ["name": orNull(text), "cell": orNull(count), "fixed": orNull(["type": "boolean"])])
        let threads = object(["cpus": list, "count": count, "names": self.list(of: text)], optional: [:])
        let group = object(
            [:], optional: ["allowed": orNull(list), "now": orNull(list), "placed": orNull(self.list(of: list))])
        return object(
            [:],
            optional: [
                "interrupts": orNull(self.list(of: .object(interrupt))), "new_interrupts": orNull(list),
                "irqbalance": orNull(.object(object(["banned": list], optional: [:]))), "workqueues": orNull(list),
                "offlinable": orNull(list), "partitions": orNull(list),
                "threads": orNull(self.list(of: .object(threads))),
                "systemd": orNull(
                    .object(
                        object(
                            [:],
                            optional: [
                                "affinity": orNull(list),
                                "groups": orNull(["type": "object", "additionalProperties": .object(group)]),
                            ]))),
                "tuned": orNull(.object(object(["profile": text, "isolated": list], optional: [:]))),
            ])
    }

    private static var actor: [String: JSONValue] {
        object(
            ["site": text, "name": text, "cpus": list],
            optional: ["page_kib": orNull(pageSize), "pages": orNull(count), "unit": orNull(text)])
    }

    private static var cell: [String: JSONValue] {
        object(
            ["id": count, "cpus": list, "memory_kib": orNull(count)],
            optional: [
                "memory_free_kib": orNull(count), "memory_available_kib": orNull(count),
                "siblings": orNull(list(of: list)), "llc": orNull(list(of: list)),
                "distances": orNull([
                    "type": "object", "propertyNames": ["pattern": "^[0-9]+$"],
                    "additionalProperties": ["type": "integer"],
                ]), "pools": orNull(list(of: reference("pool"))), "socket": orNull(["type": "integer"]),
            ])
    }

    private static var pool: [String: JSONValue] {
        object(["page_kib": pageSize, "total": count], optional: maybe(["free", "surplus"], count))
    }

    private static var device: [String: JSONValue] {
        let address: JSONValue = [
            "type": "string", "pattern": "^[0-9A-Fa-f]{4,8}:[0-9A-Fa-f]{2}:[01][0-9A-Fa-f]\\.[0-7]$",
        ]
        func digits(_ count: Int) -> JSONValue { ["type": "string", "pattern": .text("^[0-9A-Fa-f]{\(count)}$")] }
        var members = maybe(["root_complex", "driver"], text)
        members.merge(maybe(["upstream", "physical_function"], address)) { first, _ in first }
        members.merge(maybe(["vendor", "device"], digits(4))) { first, _ in first }
        members.merge(maybe(["cell", "iommu_group"], count)) { first, _ in first }
        members.merge(maybe(["net", "nvme"], list(of: text))) { first, _ in first }
        members["class"] = orNull(digits(6))
        members["socket"] = orNull(["type": "integer"])
        members["in_use"] = orNull(flag)
        members["vfs"] = orNull(
            .object(object(["total": count, "now": count], optional: maybe(["offset", "stride"], count))))
        return object(["address": address], optional: members)
    }

    private static var libvirt: [String: JSONValue] {
        var members = maybe(["version", "hypervisor"], text)
        let mount = object(["page_kib": pageSize, "mount": text], optional: ["known_to_libvirt": orNull(flag)])
        members["hugetlbfs"] = orNull(list(of: .object(mount)))
        return object([:], optional: members)
    }

    private static var domain: [String: JSONValue] {
        var members = maybe(["uuid", "state", "job", "live_xml"], text)
        members.merge(maybe(["autostart", "persistent", "managed_save"], flag)) { first, _ in first }
        members.merge(maybe(["snapshots", "checkpoints"], count)) { first, _ in first }
        members["left_out"] = orNull(list(of: text))
        return object(["name": text, "xml": text], optional: members)
    }

    private static func maybe(_ names: [String], _ schema: JSONValue) -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: names.map { ($0, orNull(schema)) })
    }

    private static let pageSize: JSONValue = ["type": "integer", "minimum": .number(1)]
    private static let list: JSONValue = [
        "type": "string", "pattern": .text("^\\s*$|" + SchemaPart.list(excludes: false)),
    ]
    /// RFC 3339, with any offset.
    private static let time: JSONValue = [
        "type": "string",
        "pattern":
            "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$",
    ]
}
