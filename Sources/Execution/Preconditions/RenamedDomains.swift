import HostModel
import Planning
import XMLTree

/// The host's domains under the names that they will have once a plan has renamed them: for looking beforehand.
///
/// A domain that has its new name already is found under that.
struct RenamedDomains: DomainView {
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

    private func present(_ name: String) throws(StepFailure) -> String {
        guard let old = sources[name], try domains.status(of: name) == nil else { return name }
        return old
    }
}
