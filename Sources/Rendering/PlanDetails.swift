/// Of which guests a plan shows every setting that changes.
public enum PlanDetails: Hashable, Sendable {
    /// Of none: a guest is one line.
    case none
    /// Of all.
    case all
    /// Of those with these names.
    case guests(Set<String>)

    /// Whether the settings of this guest are shown.
    func include(_ guest: String) -> Bool {
        switch self {
        case .none: false
        case .all: true
        case .guests(let names): names.contains(guest)
        }
    }
}
