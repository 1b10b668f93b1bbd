/// What running domains run with, each read once: a guest with many vCPUs has many pins in one document.
struct LiveDefinitions {
    private let run: Run
    private var read: [String: Definition?] = [:]

    /// Reads from that run's host.
    init(_ run: Run) { self.run = run }

    /// What the domain runs with; nil when it does not run.
    mutating func definition(of name: String) throws(StepFailure) -> Definition? {
        if let known = read[name] { return known }
        let definition = try run.liveDefinition(of: name)
        read[name] = .some(definition)
        return definition
    }
}
