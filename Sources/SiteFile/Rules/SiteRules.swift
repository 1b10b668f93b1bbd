internal import Diagnostics
internal import HostModel

/// Resolves a site file: names looked up, flavors merged, entries with `count` expanded.
struct SiteRules {
    private let draft: SiteDraft
    private let start: SourceMark
    private let flavors: [String: FlavorChoice?]
    private let flavorNames: [String]
    private var hostNames: Set<String> = []
    private var usedFlavors: Set<String> = []
    /// What guests need of which the flavor says all: by flavor.
    private var demands: [String: Checked<GuestDemand>] = [:]
    private(set) var report = Findings()

    /// The most guests of a file after expanding `count`: enough for a fleet of a thousand hosts and more.
    private static let maximumGuests = 100_000
    /// The most guests of one host.
    private static let maximumOfHost = 10_000

    /// Takes the file as it is written.
    ///
    /// - Parameter start: The start of the file: the place of findings about what it lacks.
    init(_ draft: SiteDraft, start: SourceMark) {
        self.draft = draft
        self.start = start
        var report = Findings()
        var flavors: [String: FlavorChoice?] = [:]
        for flavor in draft.flavors?.value ?? [] {
            flavors[flavor.name.value] = .some(flavor.value.map { FlavorChoice($0, &report) })
        }
        self.flavors = flavors
        flavorNames = flavors.keys.sorted()
        self.report = report
    }

    /// The site.
    ///
    /// - Parameter only: The host whose guests are wanted: of other hosts' guests those may be left out of which nothing is said.
    mutating func site(only: String? = nil) -> Site {
        let hosts = hosts()
        hostNames = Set(hosts.map(\.name.value))
        let guests = only.flatMap { self.guests(on: hosts, only: $0) } ?? self.guests(on: hosts)
        let flavors = flavorSpecs()
        report.append(DeviceRules(guests).diagnostics)
        report.append(FormerNames(guests).diagnostics)
        report.append(ActorRules.names(hosts, guests))
        var site = Site(
            name: draft.name ?? Located("default", at: start), hosts: hosts, guests: guests,
            namesHosts: !(draft.hosts?.value ?? []).isEmpty)
        site.flavors = flavors
        return site
    }

    /// The hosts of the file, or the one host that a file without hosts means.
    private mutating func hosts() -> [HostPolicy] {
        let named = draft.hosts?.value ?? []
        if named.isEmpty { return [HostPolicy(name: Located("localhost", at: start))] }
        return named.map { host in
            var rules = HostRules(host.name, host.value ?? HostDraft())
            let policy = rules.policy()
            report.append(rules.report.diagnostics)
            return policy
        }
    }

    private mutating func guests(on hosts: [HostPolicy]) -> [GuestSpec] {
        var none = OtherGuests(thanOf: nil)
        return guests(on: hosts, leaving: &none)
    }

    private mutating func guests(on hosts: [HostPolicy], leaving left: inout OtherGuests) -> [GuestSpec] {
        var result: [GuestSpec] = []
        var places: [String: SourceMark] = [:]
        var counts: [String?: Int] = [:]
        var addresses: [String?: [String: String]] = [:]
        var writers = DiskWriters()
        for entry in draft.guests?.value ?? [] {
            guard let guest = entry.value else { continue }
            let spec = spec(entry.name, guest, hosts)
            if left.takes(entry.name.value, guest) {
                var rules = CountRules(guest, addresses: [:])
                _ = rules.check([])
                report.append(rules.report.diagnostics)
                continue
            }
            let names = names(entry.name, count: guest.count)
            var rules = CountRules(guest, addresses: addresses)
            addresses = rules.check(names)
            report.append(rules.report.diagnostics)
            let varies = Placeholders.vary(spec.machine)
            for (number, name) in names.enumerated() {
                counts[spec.host?.value, default: 0] += 1
                let isCrowded = counts[spec.host?.value, default: 0] > Self.maximumOfHost
                guard result.count < Self.maximumGuests, !isCrowded else {
                    let limit = isCrowded ? "\(Self.maximumOfHost) guests on one host" : "\(Self.maximumGuests) guests"
                    report.error(
                        .badNumber, "the site has more than \(limit)", at: name.mark,
                        hint: "split the site into several files")
                    return result
                }
                if let first = places[name.value] {
                    report.error(
                        .duplicateGuest, "duplicate guest '\(name.value)'", at: name.mark,
                        label:
                            "the other is at \(first.file == name.mark.file ? "" : first.file + ", ")line \(first.line)",
                        hint: "rename one of the two")
                }
                places[name.value] = name.mark
                var copy = spec
                copy.name = name
                if varies {
                    copy.machine = Placeholders(guest: name.value, number: guest.count == nil ? nil : number + 1)
                        .filled(spec.machine)
                }
                report.append(writers.add(copy, entry: entry.name.mark))
                result.append(copy)
            }
        }
        return result
    }

    /// The guests of one host, and such of others as rules hold against other entries; nil, and nothing found, where something is to
    /// be said that takes all guests to say.
    private mutating func guests(on hosts: [HostPolicy], only host: String) -> [GuestSpec]? {
        guard !(draft.guests?.value ?? []).contains(where: { $0.value?.was != nil }) else { return nil }
        let whole = self
        var left = OtherGuests(thanOf: host)
        let guests = self.guests(on: hosts, leaving: &left)
        guard
            left.isUnclear(beside: guests, mostOfHost: Self.maximumOfHost, most: Self.maximumGuests)
                || report.diagnostics.contains(where: { $0.severity == .error })
        else { return guests }
        self = whole
        return nil
    }

    /// The domain names of an entry: its own, or with `count` its own and a number from 1.
    private mutating func names(_ name: Located<String>, count: Located<Int>?) -> [Located<String>] {
        guard let count else { return [name] }
        let names = (1...count.value).map { number in name.map { "\($0)-\(number)" } }
        let form = ValueKind.TextForm.name
        if form.problem(of: name.value) == nil, let last = names.last, let problem = form.problem(of: last.value) {
            report.error(.badName, "the name '\(last.value)' \(problem.what)", at: name.mark, hint: problem.hint)
        }
        return names
    }

    private mutating func spec(_ name: Located<String>, _ guest: GuestDraft, _ hosts: [HostPolicy]) -> GuestSpec {
        checkHost(name, guest, hosts)
        var (demand, adoption) = (GuestDemand(vcpus: 0, memory: .zero), Adoption?.none)
        if guest.state?.value != .absent, let choice = choice(guest) {
            if guest.adopts?.value == true {
                let wish = Adoption(choice, placement: guest.placement, entry: name.mark)
                demand = wish.demand(&report)
                adoption = wish
            } else {
                demand = wholeDemand(name, guest, choice)
            }
            let devices = DeviceWishRules(guest)
            (demand.devices, demand.deviceWishes) = (devices.devices, devices.wishes)
            report.append(devices.report.diagnostics)
        }
        var machine = MachineRules(guest)
        let spec = GuestSpec(
            name: name, flavor: guest.flavorName, host: guest.host, state: guest.state, autostart: guest.autostart,
            was: guest.was, demand: demand, machine: machine.machine(), adoption: adoption)
        report.append(machine.report.diagnostics)
        return spec
    }

    private mutating func checkHost(_ name: Located<String>, _ guest: GuestDraft, _ hosts: [HostPolicy]) {
        guard let host = guest.host else {
            if hosts.count > 1, !guest.overrides.broken.contains("host") {
                report.error(
                    .hostNotNamed, "the guest '\(name.value)' names no host, and the site has \(hosts.count)",
                    at: name.mark, hint: "add host: \(hosts.first?.name.value ?? "NAME")")
            }
            return
        }
        guard !hostNames.contains(host.value), !wasUnreadable("hosts") else { return }
        let hint =
            (draft.hosts?.value ?? []).isEmpty
            ? "add the host: hosts: {\(host.value): {}}"
            : suggestionOrList(for: host.value, among: hosts.prefix(500).map(\.name.value), "hosts")
        report.error(.unknownHost, "there is no host '\(host.value)'", at: host.mark, hint: hint)
    }

    /// The keys of the guest merged with its flavor's; nil if the flavor is unknown or unreadable.
    private mutating func choice(_ guest: GuestDraft) -> FlavorChoice? {
        var choice = FlavorChoice(guest.overrides, &report)
        guard !choice.broken.contains("flavor") else { return nil }
        if let flavor = guest.flavorName {
            usedFlavors.insert(flavor.value)
            switch flavors[flavor.value] {
            case .some(.some(let known)): choice = choice.over(known)
            case .some(.none): return nil
            case .none:
                if !wasUnreadable("flavors") { unknown(flavor) }
                return nil
            }
        }
        if choice.image.machineType == nil { choice.image.machineType = guest.machineType }
        return choice
    }

    /// The demand of a guest whose entry is complete.
    private mutating func wholeDemand(
        _ name: Located<String>, _ guest: GuestDraft, _ choice: FlavorChoice
    ) -> GuestDemand {
        checkSize(name, guest, choice)
        let flavor = guest.saysOnlyFlavor ? guest.flavorName?.value : nil
        if let known = flavor.flatMap({ demands[$0] }), let demand = known.value {
            report.append(known.diagnostics)
            return demand
        }
        var rules = DemandRules(choice, placement: guest.placement)
        let demand = rules.demand()
        report.append(rules.report.diagnostics)
        if let flavor { demands[flavor] = Checked(demand, rules.report.diagnostics) }
        return demand
    }

    private mutating func unknown(_ flavor: Located<String>) {
        report.error(
            .unknownFlavor, "there is no flavor '\(flavor.value)'", at: flavor.mark,
            hint: suggestionOrList(for: flavor.value, among: flavorNames, "flavors"))
    }

    /// Every guest needs vCPUs and memory, of its own or of its flavor.
    private mutating func checkSize(_ name: Located<String>, _ guest: GuestDraft, _ choice: FlavorChoice) {
        let keys = [("vcpus", choice.settings.vcpus == nil), ("ram", choice.settings.ram == nil)]
        let missing = keys.filter { $0.1 && !choice.broken.contains($0.0) }.map { "'\($0.0)'" }
        guard !missing.isEmpty else { return }
        let needed = missing.joined(separator: " and ")
        let message =
            if let flavor = guest.flavorName {
                "the guest '\(name.value)' needs \(needed): its flavor '\(flavor.value)' does not set it"
            } else {
                "the guest '\(name.value)' needs \(needed), or a flavor with them"
            }
        report.error(.missingKey, message, at: name.mark, hint: "add flavor: NAME, or vcpus: 1 and ram: 512MiB")
    }

    /// The flavors that are complete on their own. A flavor that a guest uses was checked there; the others are checked here.
    private mutating func flavorSpecs() -> [FlavorSpec] {
        var settings: [FlavorSpec] = []
        for flavor in draft.flavors?.value ?? [] {
            guard let choice = flavors[flavor.name.value].flatMap({ $0 }), choice.settings.vcpus != nil,
                choice.settings.ram != nil
            else { continue }
            var rules = DemandRules(choice)
            settings.append(FlavorSpec(name: flavor.name, demand: rules.demand()))
            if !usedFlavors.contains(flavor.name.value) { report.append(rules.report.diagnostics) }
        }
        return settings
    }

    private func wasUnreadable(_ section: String) -> Bool { draft.broken.contains(section) }

    private func suggestionOrList(for word: String, among names: [String], _ what: String) -> String {
        if report.isWorthHints, let near = suggestion(for: word, among: names.prefix(500)) {
            return "did you mean '\(near)'?"
        }
        return names.isEmpty ? "the file has no \(what)" : "the \(what) are \(names.prefix(10).joined(separator: ", "))"
    }
}
