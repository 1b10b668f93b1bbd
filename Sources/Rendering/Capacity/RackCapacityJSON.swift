internal import Diagnostics
internal import Placement
public import Planning
internal import SiteFile

/// How many more guests fit the hosts of a rack as the document `numactl-plan/rack-capacity`, for programs.
public struct RackCapacityJSON: Encodable {
    /// What the document calls itself.
    public static let kind = "numactl-plan/rack-capacity"

    private let rack: RackCapacity
    private let exit: ExitReport

    /// Takes the answer and the code that the process ends with.
    public init(_ rack: RackCapacity, exit: ExitReport) {
        self.rack = rack
        self.exit = exit
    }

    /// Writes the document; what is absent is null.
    public func encode(to encoder: any Encoder) throws {
        let document: JSONValue = [
            "kind": .text(RackCapacityJSON.kind),
            "format_version": documentVersion,
            "site": ["name": .text(rack.site)],
            "total": .list(
                rack.totals.map { total in
                    [
                        "name": .text(total.wish.name), "guests": total.wish.json, "more": .number(total.count),
                        "exact": .flag(total.isExact),
                    ]
                }),
            "hosts": .list(rack.hosts.map(hostJSON)),
            "lost": rack.evacuation.map(lossJSON) ?? .null,
            "exit": exit.json,
        ]
        try document.encode(to: encoder)
    }
}

private func hostJSON(_ host: RackCapacity.Host) -> JSONValue {
    var object: [String: JSONValue] = [
        "name": .text(host.name),
        "diagnostics": diagnosticPart.list(host.failure),
    ]
    for (key, value) in host.capacity?.members ?? [:] { object[key] = value }
    if host.capacity == nil { object["verdict"] = .null }
    return .object(object)
}

private func lossJSON(_ loss: Evacuation) -> JSONValue {
    [
        "hosts": .texts(loss.lost),
        "guests": .number(loss.count),
        "takes": .list(
            loss.shares.map { share in
                var object: [String: JSONValue] = [
                    "host": .text(share.host), "guests": .texts(share.guests), "moved": .texts(share.moved),
                ]
                object["moves_bound"] = share.moveBound.map(Placement.MoveBound.part.json)
                return .object(object)
            }),
        "left": .texts(loss.left),
        "fits_no_host": .texts(loss.leftForGood),
        "unknown": .texts(loss.unknown),
        "exact": .flag(loss.isExact),
    ]
}
