internal import Diagnostics
internal import Execution
internal import HostModel
internal import Placement
internal import Planning
internal import Rendering

extension PlanApproval {
    /// Refuses steps that this program does not save.
    func demandRules(_ facts: HostFacts, based: Set<String>) throws {
        let rules = SavedPlanRules(
            steps: file.steps, preconditions: file.preconditions, site: file.site.name, host: facts,
            basedGuests: based)
        let problems =
            rules.problems
            + rules.bootProblems(pools: file.boot.pools.map { ($0.pool, $0.pages) }, keepFree: file.boot.keepFree)
        guard problems.isEmpty else { throw file.failure(problems) }
    }

    /// The plan that the steps come to. What the file shows of it must be the same: somebody may have agreed to that.
    func plan(on facts: HostFacts) throws -> Plan {
        let told = ToldChanges(
            steps: file.steps, preconditions: file.preconditions, defaultHugePage: facts.defaultHugePage)
        let changes = told.changes
        let shown = file.shown.sorted { $0.address < $1.address }
        guard changes.map(ShownChange.init) == shown else {
            throw file.failure(
                [PlanProblem(member: "changes", "the listed changes do not match the steps")], .planShowsOther)
        }
        return Plan(
            host: facts.host.name ?? file.host.name, site: file.site.name,
            verdict: file.steps.isEmpty ? .noChanges : .changes,
            placement: Placement(verdict: .placed, guests: [], cells: []), changes: changes,
            restartPending: told.restartPending)
    }

    /// The libvirt of the plan. It must be this machine's, as the pools are; other transports run programs and hold paths to them.
    func localURI() throws -> String {
        let uri = file.connect
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let (place, query) = (parts[0], parts.count > 1 ? parts[1] : "")
        let isLocal = ["qemu", "qemu+unix", "test", "test+unix"].contains { place.hasPrefix("\($0):///") }
        let names = query.split(separator: "&").map { $0.prefix { $0 != "=" } }
        guard isLocal, names.allSatisfy({ ["socket", "mode", "root"].contains($0) }),
            uri.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f })
        else {
            throw file.failure([
                PlanProblem(
                    member: "connect",
                    "a saved plan is applied to its own machine's libvirt; --connect names another one")
            ])
        }
        return uri
    }
}
