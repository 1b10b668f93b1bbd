internal import HostModel

/// Which interface of a domain is which of the site.
///
/// An interface with a hardware address is found by it. One without is found by what the site said of it when the mark was written,
/// and what it said then by what the domain has: so an interface that the site changes keeps its address, and one that the mark does
/// not know is somebody else's. Only among interfaces that are alike the order decides. Of a domain that was there before the site
/// one that it names without an address is the one that is like it, or a new one.
struct InterfacePairing {
    /// An interface as a domain has it.
    struct Present {
        let mac: String?
        let type: String?
        let name: String?
        let model: String?

        func isLike(_ other: GuestInterface) -> Bool {
            (type, name, model) == (other.place.type, other.place.name, other.model)
        }
        func resembles(_ other: GuestInterface) -> Bool {
            model == other.model || (type, name) == (other.place.type, other.place.name)
        }
    }

    /// For each interface that is wanted the number of the present one that it is; nil for a new one.
    private(set) var places: [Int?]
    /// The present interfaces that the site no longer has, ascending.
    private(set) var removed: [Int] = []

    private let present: [Present]
    private var free: Set<Int>

    init(
        _ wanted: [GuestInterface], prior: [GuestInterface]?, present: [Present],
        isPartial: Bool
    ) {
        self.present = present
        free = Set(present.indices)
        places = wanted.map { _ in nil }
        for (index, interface) in wanted.enumerated() where interface.mac != nil {
            claim(present.firstIndex { $0.mac == interface.mac?.lowercased() }, for: index)
        }
        if let prior { pair(wanted, prior) } else { pairUnrecorded(wanted, isPartial) }
    }

    private mutating func claim(_ place: Int?, for index: Int) {
        guard places[index] == nil, let place, free.remove(place) != nil else { return }
        places[index] = place
    }

    private mutating func pair(
        _ wanted: [GuestInterface], _ prior: [GuestInterface]
    ) {
        let held = held(prior)
        var unpaired = prior.indices.filter { held[$0].map(free.contains) ?? false }
        func next(_ isMeant: (GuestInterface) -> Bool) -> Int? {
            guard let place = unpaired.firstIndex(where: { isMeant(prior[$0]) }) else { return nil }
            return unpaired.remove(at: place)
        }
        for (index, interface) in wanted.enumerated() where places[index] == nil && interface.mac == nil {
            claim(next { $0 == interface }.flatMap { held[$0] }, for: index)
        }
        for (index, interface) in wanted.enumerated() where places[index] == nil {
            let same = next { $0.place == interface.place } ?? next { _ in true }
            claim(same.flatMap { held[$0] }, for: index)
        }
        removed = unpaired.compactMap { held[$0] }.sorted()
    }

    /// For each interface of the record the present one that it is.
    private func held(_ prior: [GuestInterface]) -> [Int?] {
        let named = Set(prior.compactMap { $0.mac?.lowercased() })
        var rest = present.indices.filter { !(present[$0].mac.map(named.contains) ?? false) }
        var held: [Int?] = prior.map { interface in
            guard let mac = interface.mac?.lowercased() else { return nil }
            return present.firstIndex { $0.mac == mac }
        }
        for isMeant in [Present.isLike, Present.resembles] {
            for (index, interface) in prior.enumerated() where interface.mac == nil && held[index] == nil {
                guard let place = rest.firstIndex(where: { isMeant(present[$0])(interface) }) else { continue }
                held[index] = rest.remove(at: place)
            }
        }
        return held
    }

    /// A mark of an older version says nothing of interfaces. Where the domain has as many as the site, they are the site's.
    private mutating func pairUnrecorded(_ wanted: [GuestInterface], _ isPartial: Bool) {
        for (index, interface) in wanted.enumerated() where interface.mac == nil {
            claim(free.sorted().first { present[$0].isLike(interface) }, for: index)
        }
        let open = wanted.indices.filter { places[$0] == nil }
        guard !isPartial, open.count == free.count else { return }
        for (index, place) in zip(open, free.sorted()) { claim(place, for: index) }
    }
}
