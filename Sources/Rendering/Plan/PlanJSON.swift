internal import Diagnostics
package import HostModel
internal import Placement
package import Planning

/// A plan as the document `numactl-plan/plan`, for programs.
public struct PlanJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/plan"

    fileprivate let plan: Plan
    fileprivate let exit: ExitReport
    fileprivate let factsTime: UTCTime?

    /// Takes the plan, the code that the process ends with, and when the host was looked at if the plan is made from a file.
    package init(_ plan: Plan, exit: ExitReport, factsTime: UTCTime? = nil) {
        self.plan = plan
        self.exit = exit
        self.factsTime = factsTime
    }

    /// Writes the document; what is absent is null.
    public func encode(to encoder: any Encoder) throws { try document.encode(to: encoder) }

    /// The document as a value.
    public var document: JSONValue { PlanJSON.part.json(self) }

    /// The document as JSON Schema, draft-07.
    public static var schema: JSONValue {
        Schema.document("plan", "Plan of numactl-plan", page: "numactl-plan-plan(5)", part.schema, definitions)
    }

    /// The objects that the document refers to.
    static var definitions: [String: JSONValue] {
        [
            "diagnostic": .object(diagnosticPart.schema), "source": .object(sourcePart.schema),
            "exit": .object(ExitReport.part.schema), "change": .object(changePart.schema),
            "consent": .object(consentPart.schema), "part": .object(changedPartPart.schema),
            "unplaced": .object(unplacedPart.schema), "reason": .object(shortagePart.schema),
            "guest": .object(guestPart.schema), "guest_cell": .object(guestCellPart.schema),
            "cell_memory": .object(cellMemoryPart.schema), "cell": .object(cellPart.schema),
            "cell_pool": .object(poolPart.schema),
        ]
    }

    static let part = DocumentPart<PlanJSON>([
        .init("kind", ["const": .text(kind)]) { _ in .text(kind) },
        .init("format_version", Schema.version) { _ in documentVersion },
        .init("site", namedSchema) { ["name": .text($0.plan.site)] },
        .init("host", .object(hostPart.schema), hostPart, one: \.self),
        .init("verdict", Schema.word(of: Plan.PlanVerdict.self)) { .text($0.plan.verdict.rawValue) },
        .init("empty", Schema.flag) { .flag($0.plan.isEmpty) },
        .init("disruption", Schema.word(of: Disruption.self)) { .text($0.plan.disruption.rawValue) },
        .init("placement", .object(placementPart.schema), placementPart, one: \.plan.placement),
        .init("unplaced", Schema.list(of: Schema.reference("unplaced"))) {
            unplacedPart.list($0.plan.placement.unplaced)
        },
        .init("changes", Schema.list(of: Schema.reference("change")), changePart, all: \.plan.changes),
        .init("moves", Schema.list(of: ["type": "object"])) { .list($0.plan.moves.map(\.json)) },
        .init("unchanged", Schema.texts) { .texts($0.plan.unchanged) },
        .init("restart_pending", Schema.texts) { .texts($0.plan.restartPending) },
        .init("differing", Schema.texts) { .texts($0.plan.differing) },
        .init("summary", .object(summaryPart.schema)) { summaryPart.json(PlanSummary($0.plan)) },
        .init("diagnostics", Schema.list(of: Schema.reference("diagnostic")), diagnosticPart, all: \.plan.diagnostics),
        .init("exit", Schema.reference("exit")) { $0.exit.json },
        .init(optional: "only", Schema.texts) { $0.plan.only.map { .texts($0) } },
        .init(optional: "make_room", .object(RoomForGuest.part.schema)) { $0.plan.room.map(RoomForGuest.part.json) },
    ])

    private static let hostPart = DocumentPart<PlanJSON>([
        .init("name", Schema.text) { .text($0.plan.host) },
        .init("facts_time", Schema.orNull(Schema.utcTime)) { .optional($0.factsTime?.description) },
    ])
}

/// An object that has a name and nothing else.
let namedSchema: JSONValue = .object(Schema.object(["name": Schema.text]))

private let placementPart = DocumentPart<Placement>([
    .init("guests", Schema.list(of: Schema.reference("guest")), guestPart, all: \.guests),
    .init("cells", Schema.list(of: Schema.reference("cell")), cellPart, all: \.cells),
    .init("moved", Schema.texts) { .texts($0.moved) },
    .init("conflict", Schema.texts) { .texts($0.conflict) },
    .init(optional: "actors", Schema.list(of: .object(ActorPlacement.part.schema))) { placement in
        placement.actors.isEmpty ? nil : ActorPlacement.part.list(placement.actors)
    },
    .init(optional: "moves_bound", .object(Placement.MoveBound.part.schema)) {
        $0.moveBound.map(Placement.MoveBound.part.json)
    },
])

/// How many guests each action concerns, and what becomes of the pools.
private let summaryPart = DocumentPart<PlanSummary>(
    [Change.Action.create, .update, .adopt, .rename, .stamp, .start, .stop, .restart, .release, .remove].map { action in
        .init(action.rawValue, Schema.count) { .number($0.guests(action)) }
    } + [
        .init("unchanged", Schema.count) { .number($0.plan.unchanged.count) },
        .init("pools", Schema.list(of: .object(PoolDelta.part.schema))) {
            PoolDelta.part.list($0.poolDeltas)
        },
    ])

private let cellPart = DocumentPart<CellUsage>([
    .init("id", Schema.count) { .number($0.id.rawValue) },
    .init("dedicated_used", Schema.list()) { .text($0.dedicatedCPUs.description) },
    .init("shared_cpus", Schema.list()) { .text($0.sharedCPUs.description) },
    .init("shared_vcpus", Schema.count) { .number($0.sharedVCPUs) },
    .init("memory_used_kib", Schema.count) { .number($0.memoryUsed.count) },
    .init("overhead_kib", Schema.count) { .number($0.overhead.count) },
    .init("pools", Schema.list(of: Schema.reference("cell_pool")), poolPart, all: \.pools),
])

private let poolPart = DocumentPart<CellUsage.PoolUsage>([
    .init("page_kib", Schema.count) { .number($0.pageSize.size.count) },
    .init("wanted", Schema.count) { .number($0.wanted.count) },
    .init("guests", Schema.count) { .number($0.guests.count) },
    .init("others", Schema.count) { .number($0.others.count) },
])

private let unplacedPart = DocumentPart<UnplacedGuest>([
    .init("guest", Schema.text) { .text($0.name) },
    .init("code", Schema.text) { .text($0.code.rawValue) },
    .init("reasons", Schema.list(of: Schema.reference("reason"))) { shortagePart.list($0.reasons) },
    .init("remedies", Schema.list(of: [:])) { .list($0.remedies.map(\.json)) },
    .init(optional: "actor", Schema.flag) { $0.isActor ? .flag(true) : nil },
])

/// `page_kib` is there for shortages of pages and of page sizes only; `host_cell` is null for the host as a whole.
let shortagePart = DocumentPart<Shortage>([
    .init("host_cell", Schema.orNull(Schema.count)) { $0.hostCell.map { .number($0.rawValue) } ?? .null },
    .init("resource", Schema.text) { .text($0.resource.document.name) },
    .init("needed", Schema.count) { .number($0.needed) },
    .init("free", Schema.count) { .number($0.free) },
    .init("held_by", Schema.texts) { .texts($0.heldBy) },
    .init(optional: "page_kib", Schema.count) { $0.resource.document.size.map { .number($0.size.count) } },
    .init(optional: "device", Schema.text) { shortage in
        switch shortage.resource {
        case .device(let address): .text(address.description)
        case .devices(let wish): .text(wish.words)
        default: nil
        }
    },
])

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
        case .devices: ("host_devices", nil)
        }
    }
}

private let changePart = DocumentPart<Change>([
    .init("address", ["type": "string", "pattern": "^(?:(?:guest|pool|device|actor)/|isolation$)"]) {
        .text($0.address)
    },
    .init("action", Schema.word(of: Change.Action.self)) { .text($0.action.rawValue) },
    .init("disruption", Schema.word(of: Disruption.self)) { .text($0.disruption.rawValue) },
    .init("parts", Schema.list(of: Schema.reference("part")), changedPartPart, all: \.parts),
    .init("consent", Schema.orNull(Schema.text)) { .optional($0.consentLine) },
    .init("consents", Schema.list(of: Schema.reference("consent")), consentPart) { change in
        zip(change.consents, change.consentSentences).map { (kind: $0.kind, text: $1) }
    },
    .init("source", Schema.orNull(Schema.reference("source")), sourcePart, one: \.source),
    .init(optional: "kept", Schema.texts) { $0.action == .remove ? .texts($0.kept) : nil },
])

private let consentPart = DocumentPart<(kind: String, text: String)>([
    .init("kind", ["enum": .texts(Consent.kinds)]) { .text($0.kind) },
    .init("text", Schema.text) { .text($0.text) },
])

/// `live` is there for running domains whose settings are known, and `drift` where nobody asked for the difference.
let changedPartPart = DocumentPart<ChangedPart>([
    .init("path", Schema.text) { .text($0.path) },
    .init("now", valueSchema) { valueJSON($0.now) },
    .init("want", valueSchema) { valueJSON($0.want) },
    .init("when", Schema.word(of: ChangedPart.When.self)) { .text($0.when.rawValue) },
    .init(optional: "live", valueSchema) { part in
        switch part.live {
        case nil: nil
        case .absent: .null
        case .value(let value): valueJSON(value)
        }
    },
    .init(optional: "since", Schema.utcTime) { ($0.since?.description).map { .text($0) } },
    .init(optional: "drift", Schema.text) { ($0.drift?.rawValue).map { .text($0) } },
])

private let valueSchema: JSONValue = ["type": ["string", "integer", "boolean", "null"]]

/// A setting's value, or null.
private func valueJSON(_ value: ChangedPart.PartValue?) -> JSONValue {
    switch value {
    case .text(let text): .text(text)
    case .number(let number): .number(number)
    case .flag(let flag): .flag(flag)
    case nil: .null
    }
}
