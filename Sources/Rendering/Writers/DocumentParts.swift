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

    var json: JSONValue { ExitReport.part.json(self) }

    static let part = DocumentPart<ExitReport>([
        .init("code", ["type": "integer", "minimum": .number(0), "maximum": .number(255)]) { .number($0.code) },
        .init("name", Schema.text) { .text($0.name) },
    ])
}

/// The version of every document that is written here; fields are only added within a major version.
let documentVersion: JSONValue = "1.0"

/// A finding, with null for what it does not have.
let diagnosticPart = DocumentPart<Diagnostic>([
    .init("code", ["type": "string", "pattern": "^NP[0-9]{3}$"]) { .text($0.code.rawValue) },
    .init("severity", ["enum": ["error", "warning", "note"]]) { .text($0.severity.rawValue) },
    .init("message", Schema.text) { .text($0.message) },
    .init("hint", Schema.orNull(Schema.text)) { .optional($0.hint) },
    .init("notes", Schema.texts) { .texts($0.notes) },
    .init("source", Schema.orNull(Schema.reference("source")), sourcePart, one: \.mark),
])

/// A place in a file.
let sourcePart = DocumentPart<SourceMark>([
    .init("file", Schema.text) { .text($0.file) },
    .init("line", Schema.count) { .number($0.line) },
    .init("column", Schema.count) { .number($0.column) },
])

/// Where a guest goes: the shape that the plan and the status share.
let guestPart = DocumentPart<GuestPlacement>([
    .init("name", Schema.text) { .text($0.name) },
    .init("emulator_cpus", Schema.list()) { .text($0.emulatorCPUs.description) },
    .init("floating_cpus", Schema.orNull(Schema.list())) { .optional($0.floatingCPUs?.description) },
    .init("memory_kib", Schema.count) { .number($0.memory.count) },
    .init(optional: "memory_now_kib", Schema.count) { $0.range.map { .number($0.now.count) } },
    .init(optional: "memory_max_kib", Schema.count) { $0.range.map { .number($0.most.count) } },
    .init("overhead_kib", Schema.count) { .number($0.overhead.count) },
    .init("cells", Schema.list(of: Schema.reference("guest_cell")), guestCellPart, all: \.cells),
    .init(optional: "pins", pinsSchema) { $0.pins.isEmpty ? nil : pinsJSON($0.pins) },
    .init(optional: "host_devices", Schema.texts) {
        $0.devices.isEmpty ? nil : .texts($0.devices.map(\.address.description))
    },
])

/// Where one cell of a guest goes.
let guestCellPart = DocumentPart<GuestCellPlacement>([
    .init("id", Schema.count) { .number($0.id.rawValue) },
    .init("host_cell", Schema.count) { .number($0.hostCell.rawValue) },
    .init("vcpus", Schema.list()) { .text($0.vcpus.description) },
    .init("memory_kib", Schema.count) { .number($0.memory.count) },
    .init("page_kib", Schema.count) { .number($0.pageSize.size.count) },
    .init("pins", pinsSchema) { pinsJSON($0.pins) },
    .init("dedicated_vcpus", Schema.list()) { .text($0.dedicatedVCPUs.description) },
    .init(optional: "memory_from", Schema.list(of: Schema.reference("cell_memory"))) { cell in
        guard cell.isSpread else { return nil }
        let parts = cell.memoryByCell.sorted { $0.key < $1.key }.filter { $0.value > .zero }
        return cellMemoryPart.list(parts.map { (cell: $0.key, memory: $0.value) })
    },
])

/// A host cell and the memory that a guest's cell has there.
let cellMemoryPart = DocumentPart<(cell: CellID, memory: KiB)>([
    .init("host_cell", Schema.count) { .number($0.cell.rawValue) },
    .init("memory_kib", Schema.count) { .number($0.memory.count) },
])

private let pinsSchema: JSONValue = ["type": "object", "additionalProperties": Schema.list()]

private func pinsJSON(_ pins: [VCPU: CPUSet]) -> JSONValue {
    .object(
        Dictionary(
            pins.map { ($0.key.description, .text($0.value.description)) }, uniquingKeysWith: { first, _ in first }))
}
