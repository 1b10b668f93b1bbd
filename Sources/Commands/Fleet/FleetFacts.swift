internal import Diagnostics
internal import FoundationEssentials
internal import SiteFile

/// The facts files of a folder, by the host that each is about.
///
/// `NAME.json` is the file of the host NAME. A host without one has the file whose facts name it.
struct FleetFacts {
    /// The path of each host's file.
    private(set) var files: [String: String] = [:]
    /// Why a host has no file, where there is more to say than that.
    private(set) var conflicts: [String: Diagnostic] = [:]
    /// The names of files that are of no host, ascending.
    private(set) var others: [String] = []

    private struct Peek: Decodable {
        struct Host: Decodable { var name: String? }
        var host: Host?
    }

    /// Looks through a folder.
    ///
    /// - Throws: ``CommandFailure`` with 66 when it cannot be read.
    init(folder: String, hosts: [String], world: World) throws {
        guard let names = world.list(folder) else {
            throw CommandFailure(
                .inputMissing,
                [
                    Diagnostic(
                        .inputUnreadable, "cannot read the folder \(folder)",
                        hint: "with --all-hosts, --facts takes a folder")
                ])
        }
        let found = names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted()
        let present = Set(found)
        for host in hosts where present.contains("\(host).json") {
            files[host] = FleetFacts.path(folder, "\(host).json")
        }
        let named = Set(hosts.map { "\($0).json" })
        let missing = Set(hosts).subtracting(files.keys)
        for name in found where !named.contains(name) {
            guard !missing.isEmpty, let host = FleetFacts.host(of: FleetFacts.path(folder, name), world),
                missing.contains(host)
            else {
                others.append(name)
                continue
            }
            if let first = files[host] {
                conflicts[host] = Diagnostic(
                    .factsInconsistent, "\(first) and \(FleetFacts.path(folder, name)) both hold facts of \(host)",
                    hint: "rename the one to use to \(host).json")
            }
            files[host] = FleetFacts.path(folder, name)
        }
    }

    /// A file of a folder.
    static func path(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// The bytes of a host's file, or why there are none.
    func file(of host: String, in folder: String, _ world: World) -> FleetQuestion.File {
        if let conflict = conflicts[host] { return .failure(CommandFailure(.invalidInput, [conflict])) }
        guard let path = files[host] else {
            let missing = Diagnostic(
                .inputUnreadable, "no facts of \(host) in \(folder)",
                hint: "on the host: numactl-plan facts --format json > \(host).json")
            return .failure(CommandFailure(.inputMissing, [missing]))
        }
        do {
            return .success((path, try FactsInput.bytes(of: path, world: world)))
        } catch let failure as CommandFailure {
            return .failure(failure)
        } catch {
            return .failure(CommandFailure(.unexpected, [Diagnostic(.inputUnreadable, "\(path): \(error)")]))
        }
    }

    /// The host that a file's facts name, or nil.
    private static func host(of path: String, _ world: World) -> String? {
        guard let bytes = try? world.read(path, FactsInput.maximumBytes),
            let peek = try? JSONDecoder().decode(Peek.self, from: Data(bytes))
        else { return nil }
        return peek.host?.name
    }
}

extension SiteInput {
    /// The facts file that `--facts` means: the file itself, or the host's in a folder.
    func factsFile(_ path: String, host: String?, _ world: World) -> String {
        guard world.list(path) != nil, let name = host ?? (site.hosts.count == 1 ? site.hosts[0].name.value : nil)
        else { return path }
        return FleetFacts.path(path, "\(name).json")
    }
}
