import HostModel
import Planning
import XMLTree

/// The host's domains under the names that they will have once a plan has renamed them: for looking beforehand.
///
/// A domain that has its new name already is found under that.
struct RenamedDomains: DomainHost {
    private let domains: any DomainHost
    /// The present name by the new one.
    private let sources: [String: String]

    init(_ domains: any DomainHost, _ steps: [Step]) {
        self.domains = domains
        let pairs = steps.compactMap { step -> (String, String)? in
            if case .rename(let step) = step { (step.guest, step.from) } else { nil }
        }
        sources = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    func definition(of name: String) throws(StepFailure) -> XMLElement? { try domains.definition(of: present(name)) }

    func liveDefinition(of name: String) throws(StepFailure) -> XMLElement? {
        try domains.liveDefinition(of: present(name))
    }

    func status(of name: String) throws(StepFailure) -> DomainStatus? { try domains.status(of: present(name)) }

    func define(_ document: XMLElement, replacing present: XMLElement?) throws(StepFailure) -> String? {
        try domains.define(document, replacing: present)
    }

    func undefine(_ name: String) throws(StepFailure) { try domains.undefine(name) }

    func rename(_ name: String, to new: String) throws(StepFailure) { try domains.rename(name, to: new) }

    func pin(_ thread: DomainThread, of name: String, to cpus: CPUSet) throws(StepFailure) {
        try domains.pin(thread, of: name, to: cpus)
    }

    func setMemory(of name: String, to amount: KiB) throws(StepFailure) {
        try domains.setMemory(of: name, to: amount)
    }

    func attach(_ device: XMLElement, to name: String) throws(StepFailure) { try domains.attach(device, to: name) }

    func detach(_ device: XMLElement, from name: String) throws(StepFailure) { try domains.detach(device, from: name) }

    func setAutostart(_ name: String, _ autostart: Bool) throws(StepFailure) {
        try domains.setAutostart(name, autostart)
    }

    func start(_ name: String) throws(StepFailure) { try domains.start(name) }

    func stop(_ name: String, force: Bool) throws(StepFailure) { try domains.stop(name, force: force) }

    private func present(_ name: String) throws(StepFailure) -> String {
        guard let old = sources[name], try domains.status(of: name) == nil else { return name }
        return old
    }
}
