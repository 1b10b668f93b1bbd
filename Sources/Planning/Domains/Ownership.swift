internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile

/// Whose a domain is, when a guest of the site has its name.
enum Ownership: Hashable {
    /// There is no domain of that name.
    case none
    /// We created it or took it over for this site.
    case ours(OwnershipMark.Origin)
    /// It is to be taken over from nobody.
    case adopt
    /// It is to be taken over from that other site.
    case takeOver(from: String)
    /// It may not be touched.
    case refused(Diagnostic)
    /// It is not ours, and the site only wants no such guest of ours: nothing to do, and a word about it.
    case leftAlone(Diagnostic)
}

extension Ownership {
    /// Decides whose the domain of a guest is.
    ///
    /// - Parameter refusal: Why the domain cannot be the guest's, for its name; nil where nothing speaks against it.
    init(_ guest: GuestSpec, record: DomainRecord?, refusal: Diagnostic?, request: PlanRequest) {
        if let refusal {
            guard guest.state?.value == .absent else {
                self = .refused(refusal)
                return
            }
            var warning = refusal
            warning.severity = .warning
            self = .leftAlone(warning)
            return
        }
        let judged = Ownership(judging: guest, record: record, request: request)
        guard guest.state?.value == .absent, case .refused(var diagnostic) = judged else {
            self = judged
            return
        }
        diagnostic.severity = .warning
        diagnostic.hint = "only domains that this site created are removed"
        self = .leftAlone(diagnostic)
    }

    private init(judging guest: GuestSpec, record: DomainRecord?, request: PlanRequest) {
        let name = record?.facts.name ?? guest.name.value
        let isAbsent = guest.state?.value == .absent
        let adopts = guest.machine.adopts?.value == true
        guard let record else {
            self =
                adopts && !isAbsent
                ? .refused(
                    Diagnostic(
                        .adoptMissing, "there is no domain '\(name)' to adopt", at: guest.name.mark,
                        hint: "virsh list --all shows the domains; without 'adopt: true' it is created"))
                : .none
            return
        }
        if let manager = record.manager {
            self = .refused(
                Diagnostic(
                    .otherManager, "domain '\(name)' belongs to \(manager); it is left alone", at: guest.name.mark,
                    hint: "remove the guest from the site file, or the domain from \(manager)"))
        } else if !record.facts.persistent {
            self = .refused(
                Diagnostic(
                    .notOurs, "domain '\(name)' is transient: it has no definition to manage", at: guest.name.mark,
                    hint: "make it persistent first, with virsh define"))
        } else if let mark = record.mark {
            self = Ownership(marked: mark, name, guest, isAbsent: isAbsent, request: request)
        } else if !isAbsent, adopts || request.consent.adopts {
            self = .adopt
        } else {
            self = .refused(
                Diagnostic(
                    .notOurs, "domain '\(name)' exists and was not created by this site", at: guest.name.mark,
                    hint: "write 'adopt: true', or give --adopt, to manage its NUMA, CPU and memory settings"))
        }
    }

    private init(
        marked mark: OwnershipMark, _ name: String, _ guest: GuestSpec, isAbsent: Bool, request: PlanRequest
    ) {
        if mark.site != request.site {
            self =
                request.consent.takesOver && !isAbsent
                ? .takeOver(from: mark.site)
                : .refused(
                    Diagnostic(
                        .notOurs, "domain '\(name)' belongs to the site '\(mark.site)'", at: guest.name.mark,
                        hint: "remove it from that site first, or give --take-over"))
        } else if isAbsent, let host = mark.host, host != request.policy.name.value {
            self = .refused(
                Diagnostic(
                    .notOurs, "domain '\(name)' was created for the host '\(host)' of this site", at: guest.name.mark))
        } else {
            self = .ours(mark.origin)
        }
    }
}
