internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile
internal import XMLTree

extension PlanRequest {
    /// The request for those guests alone that the operator named, where any were.
    ///
    /// Another guest of the site keeps what its domain is, and counts as that; one that has no domain of this site yet is left out.
    /// Nothing is pruned.
    var part: PlanRequest {
        guard let only = consent.only else { return self }
        let marked = Set(
            host.domains.filter { domain in
                (try? domain.definition.read()).flatMap { OwnershipMark(reading: $0) }?.site == site
            }.map(\.name))
        var request = self
        request.consent.prune = .none
        request.guests = guests.compactMap { guest in
            if only.contains(guest.name.value) { return guest }
            return marked.contains(guest.name.value) ? guest.asItIs : nil
        }
        return request
    }
}

extension GuestSpec {
    /// A guest of which the site says nothing but that its domain is the site's, and that its CPUs are to be left alone: of the host
    /// as a whole, nothing becomes less by what is asked of a part of the site.
    fileprivate var asItIs: GuestSpec {
        var demand = GuestDemand(vcpus: 0, memory: .zero)
        demand.isolation = self.demand.isolation
        return GuestSpec(name: name, host: host, demand: demand, adoption: Adoption(at: name.mark))
    }
}
