internal import Commands
internal import FoundationEssentials
internal import HostModel
internal import Rendering

/// What a command ended with and said, run in this process on files that exist only for it.
private func run(_ arguments: [String], files: [String: [UInt8]]) -> (status: Int32, output: String, errors: String) {
    final class Streams { var (output, errors) = ("", "") }
    struct Missing: Error {}
    let streams = Streams()
    let world = World(
        say: { streams.output += $0 }, warn: { streams.errors += $0 }, ask: { _ in nil },
        read: { path, _ in
            guard let bytes = files[path] else { throw Missing() }
            return bytes
        },
        hasColor: false, hostName: "hv01", now: { 0 })
    let status = NumactlPlan.run(commandLine: ["numactl-plan"] + arguments, in: world)
    return (status, streams.output, streams.errors)
}

private let site = Array(
    """
    site: lab
    hosts: {h: {pools: {2MiB: {cells: {0: 4}}}}}
    guests:
      a: {vcpus: 2, ram: 64MiB, numa_nodes: 1, cpu_policy: dedicated}
      b: {vcpus: 1, ram: 64MiB, mem_page_size: large}
      c: {adopt: true, vcpus: 1, ram: 64MiB}
    """.utf8)

/// Facts → plan. The plan of any facts is JSON; facts that are refused are refused with a code.
func readFacts(_ bytes: [UInt8]) {
    let ended = run(
        ["plan", "s.yaml", "--facts", "f.json", "--format", "json"], files: ["s.yaml": site, "f.json": bytes])
    switch ended.status {
    case 0, 10, 15, 16:
        let document = try? JSONDecoder().decode(JSONValue.self, from: Data(ended.output.utf8))
        precondition(document != nil, "a plan that is no JSON: \(ended.output)")
    case 65: precondition(ended.errors.contains("NP"), "refused without a code: \(ended.errors)")
    default: preconditionFailure("ended with \(ended.status): \(ended.errors)")
    }
}

/// Who this machine is, as a plan says it; looked at once.
private let identity: JSONValue? = {
    let facts = run(["facts", "--no-libvirt", "--format", "json"], files: [:])
    guard case .object(let document)? = try? JSONDecoder().decode(JSONValue.self, from: Data(facts.output.utf8)),
        case .object(let host)? = document["host"]
    else { return nil }
    return .object(host.filter { ["name", "machine_id_sha256"].contains($0.key) })
}()

/// The CPUs of this machine's cells, as a plan says them.
private let cells: JSONValue? = {
    let facts = run(["facts", "--no-libvirt", "--format", "json"], files: [:])
    guard case .object(let document)? = try? JSONDecoder().decode(JSONValue.self, from: Data(facts.output.utf8)),
        case .list(let cells)? = document["cells"]
    else { return nil }
    var members: [String: JSONValue] = [:]
    for case .object(let cell) in cells {
        if case .integer(let id)? = cell["id"] { members[String(id)] = cell["cpus"] ?? "" }
    }
    return .object(members)
}()

/// The payload of a saved plan, with a checksum that goes with it. It is refused with a code, or shown and looked at.
func readPlan(_ bytes: [UInt8]) {
    guard var payload = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else { return }
    if case .object(var members) = payload, let identity {
        // For this host and time, so that what comes after those checks is reached.
        members["host"] = identity
        if case .object(var boot)? = members["boot"], let cells {
            boot["cells"] = cells
            members["boot"] = .object(boot)
        }
        members["created"] = "1969-12-31T23:59:00Z"
        members["expires"] = "1970-01-01T12:00:00Z"
        payload = .object(members)
    }
    let text = payload.canonicalText
    guard let again = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)), again == payload else {
        preconditionFailure("canonical JSON is read as something else: \(text)")
    }
    let sum = SHA256(of: text)
    let file = #"{"kind": "numactl-plan/plan-file", "format_version": "1.0", "payload": \#(text), "sha256": "\#(sum)"}"#
    let ended = run(
        ["apply", "p.json", "--dry-run", "--connect", "test:///default", "--max-disruption", "host"],
        files: ["p.json": Array(file.utf8)])
    precondition([0, 1, 14, 15, 65, 66].contains(ended.status), "ended with \(ended.status): \(ended.errors)")
    precondition(ended.status == 0 || ended.errors.contains("NP"), "refused without a code: \(ended.errors)")
}
