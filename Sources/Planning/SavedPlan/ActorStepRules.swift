internal import HostModel

extension SavedPlanRules {
    /// Steps of actors and of isolation that are no such as this program writes: they would record, or have systemd read, what no site can ask for.
    var actorProblems: [PlanProblem] {
        steps.enumerated().compactMap { index, step in
            problem(of: step).map { PlanProblem([.member("steps"), .index(index)], $0) }
        }
    }

    private func problem(of step: Step) -> String? {
        switch step {
        case .setActor(let step):
            let records = [step.prior, step.target].compactMap(\.self)
            if records.isEmpty { return "it changes nothing" }
            if records.contains(where: { $0.name != step.actor || $0.site != step.site }) {
                return "it records another actor than it names"
            }
            return problem(of: step.actor, step.site, step.target?.cpus)
                ?? step.target?.unit.flatMap { UnitDropIn.isService($0) ? nil : "'\($0)' is no service of systemd" }
        case .setUnit(let step):
            guard step.actor == nil ? UnitDropIn.isolating.contains(step.unit) : UnitDropIn.isService(step.unit) else {
                return "'\(step.unit)' is no service of systemd"
            }
            let missing = (step.target?.cells ?? []).subtracting(host.cellIDs)
            if !missing.isEmpty { return "this host has no cell \(missing)" }
            return problem(of: step.actor, step.site, step.target?.cpus)
        case .setPartition(let step):
            if let problem = PlanName.problem(of: step.name) { return problem }
            let missing = step.cpus.subtracting(host.onlineCPUs)
            return missing.isEmpty ? nil : "CPU \(missing) is not online on this host"
        default: return nil
        }
    }

    private func problem(of actor: String?, _ site: String, _ cpus: CPUSet?) -> String? {
        if let problem = actor.flatMap(PlanName.problem(of:)) { return problem }
        if site != self.site { return "it is of the site '\(site)'" }
        guard let cpus else { return nil }
        if cpus.isEmpty { return "it names no CPU" }
        let missing = cpus.subtracting(host.onlineCPUs)
        return missing.isEmpty ? nil : "CPU \(missing) is not online on this host"
    }
}
