public import Diagnostics
internal import DomainXML
public import HostModel
public import SiteFile
internal import XMLTree

/// Looks at the definitions that a plan's steps define or start for what will certainly fail: images and networks that are not
/// there, two guests that write to one disk. One such guest would have all the others of a run put back with it.
///
/// What several definitions say of each other follows from the facts; what the host must have, from an observation of it.
public struct Preflight {
    /// A guest that a step defines or starts.
    struct CheckedGuest {
        var name: String
        /// The present name of the domain, where it is another one.
        var formerName: String?
        var use: DomainUse
        /// Whether it starts in this plan; else it is only defined.
        var starts: Bool
        var isNew: Bool
        var guest: GuestSpec?
    }

    /// A domain that no step defines or starts.
    struct Bystander {
        var name: String
        var use: DomainUse
        var isRunning: Bool
        /// Whether it is of the same site.
        var isOurs: Bool
    }

    let subjects: [CheckedGuest]
    let bystanders: [Bystander]
    /// Domains that keep running while a step changes their definition: they have what they run with until their next start.
    let unchanged: [Bystander]
    /// Domains that are to be asked to shut down.
    let asked: [AskedGuest]

    /// Looks at the steps of a plan.
    ///
    /// - Parameters:
    ///   - site: The site's name.
    ///   - guests: The site's guests, for the places of findings; without them findings have none.
    public init(steps: [Step], on host: HostFacts, site: String, guests: [GuestSpec] = []) {
        self.init(PreflightSteps(steps), host: host, site: site, guests: guests)
    }

    /// Looks at all guests that a site has on a host, as if all were started now.
    public init(allOf plan: ExecutablePlan, on host: HostFacts, guests: [GuestSpec]) {
        var steps = PreflightSteps([])
        for definition in plan.definitions { steps.machines[definition.name] = definition.machine }
        steps.started = Set(plan.definitions.map(\.name))
        steps.isWholeSite = true
        self.init(steps, host: host, site: plan.plan.site, guests: guests)
    }

    private init(_ steps: PreflightSteps, host: HostFacts, site: String, guests: [GuestSpec]) {
        let specs = guests.keyed(by: \.name.value)
        let present = host.domains.keyed(by: \.name)
        let names = Set(steps.machines.keys).union(steps.redefined.keys).union(steps.started)
        subjects = names.sorted().compactMap { name in
            let former = steps.formerNames[name]
            guard let document = steps.definition(of: name, present[former ?? name]) else { return nil }
            // One that runs has found all that it needs, unless it is power cycled.
            let isUp = present[former ?? name]?.state.isActive == true && !steps.stopped.contains(name)
            return CheckedGuest(
                name: name, formerName: former, use: DomainUse(document),
                starts: steps.started.contains(name) && (!isUp || steps.isWholeSite),
                isNew: present[former ?? name] == nil, guest: specs[name])
        }
        asked = host.domains.filter { steps.asked.contains($0.name) }.map { AskedGuest($0, guest: specs[$0.name]) }
        guard !subjects.isEmpty else {
            // Domains are read for what they share with a guest that is looked at.
            (bystanders, unchanged) = ([], [])
            return
        }
        let touched = names.union(subjects.compactMap(\.formerName)).union(steps.removed)
        let stays = host.domains.filter { !touched.contains($0.name) }
        let runsOn = host.domains.filter {
            touched.contains($0.name) && $0.state.isActive && !steps.isWholeSite
                && !steps.stopped.union(steps.removed).contains($0.name)
        }
        bystanders = stays.compactMap { Preflight.bystander($0, site) }
        unchanged = runsOn.compactMap { Preflight.bystander($0, site) }
    }

    private static func bystander(_ domain: DomainFacts, _ site: String) -> Bystander? {
        guard let document = try? domain.present.read() else { return nil }
        return Bystander(
            name: domain.name, use: DomainUse(document), isRunning: domain.state.isActive,
            isOurs: OwnershipMark(reading: document)?.site == site)
    }

    /// What is worth looking at on the host.
    public var needs: HostNeeds {
        var needs = HostNeeds()
        for subject in subjects {
            needs.paths.formUnion(subject.use.files.map(\.path))
            needs.networks.formUnion(subject.use.networks)
            needs.links.formUnion(subject.use.links.map(\.name))
            needs.volumes.formUnion(subject.use.volumes)
            if subject.isNew || subject.starts { needs.machines.insert(subject.use.machine) }
        }
        guard !subjects.isEmpty else { return needs }
        // Two names may lead to one disk.
        for disk in (bystanders + unchanged).flatMap(\.use.disks) {
            if let volume = disk.volume { needs.volumes.insert(volume) } else { needs.paths.insert(disk.source) }
        }
        return needs
    }

    /// Everything that was found, guest by guest.
    ///
    /// - Parameter observation: What the host has; where it says nothing, neither do the findings, but for what it
    ///   could not look at.
    public func findings(_ observation: HostObservation = HostObservation()) -> [Diagnostic] {
        asked.compactMap(\.finding) + subjects.flatMap { HostLacks(subject: $0, observation: observation).findings }
            + SharedThings(self, observation).findings + [unseen(observation)].compactMap(\.self)
    }

    /// One finding for all that could not be looked at; nil when there is nothing of the kind.
    private func unseen(_ observation: HostObservation) -> Diagnostic? {
        guard !observation.unseen.isEmpty else { return nil }
        return Diagnostic(
            .lookFailed, "not everything the guests need could be checked; starting them may still fail",
            severity: .warning, notes: observation.unseen)
    }
}

/// What a plan's steps come to for the definitions on the host.
struct PreflightSteps {
    /// Definitions of guests that are defined, as far as their machines go, by name.
    var machines: [String: XMLElement] = [:]
    /// The new marks of domains whose devices change, by name.
    var redefined: [String: OwnershipMark] = [:]
    /// Guests that start.
    var started: Set<String> = []
    /// Guests that are shut down.
    var stopped: Set<String> = []
    /// Those of them that are not powered off where asking them does not help.
    var asked: Set<String> = []
    /// Whether these are all guests of a site and not what a plan changes.
    var isWholeSite = false
    /// Present names by the new ones.
    var formerNames: [String: String] = [:]
    /// Domains that go.
    var removed: Set<String> = []

    init(_ steps: [Step]) {
        for step in steps { step.kind.add(to: &self) }
    }

    /// The definition that a guest will have, as far as its machine goes; nil where there is none that can be read.
    func definition(of name: String, _ present: DomainFacts?) -> XMLElement? {
        if let machine = machines[name] { return machine }
        guard let document = try? present?.definition.read() else { return nil }
        guard let mark = redefined[name] else { return document }
        return MachineMerge(becoming: mark, from: OwnershipMark(reading: document), in: document).document
    }
}
