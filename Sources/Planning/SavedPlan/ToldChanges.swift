internal import DomainXML
public import HostModel

/// The changes that steps come to, told from nothing but the steps and what they find.
public struct ToldChanges {
    let steps: [Step]
    let preconditions: Preconditions
    let defaultHugePage: PageSize?

    /// Takes the steps and what they find.
    ///
    /// - Parameter defaultHugePage: What `<hugepages/>` alone means on the host; nil when not known.
    public init(steps: [Step], preconditions: Preconditions, defaultHugePage: PageSize?) {
        self.steps = steps
        self.preconditions = preconditions
        self.defaultHugePage = defaultHugePage
    }

    /// One change a pool and one a guest, ascending by address.
    public var changes: [Change] { (pools + guests).sorted { $0.address < $1.address } }

    /// Running guests that go on with older settings, ascending.
    public var restartPending: [String] {
        guests.filter { $0.disruption < .guest && $0.parts.contains { $0.when == .nextStart } }.compactMap { change in
            if case .guest(let name) = change.subject { name } else { nil }
        }.sorted()
    }

    private var pools: [Change] {
        steps.compactMap { step in
            guard case .setPool(let pool, let prior, let target) = step else { return nil }
            let part = ChangedPart(.pages, now: .number(prior.count), want: .number(target.count), when: .live)
            return Change(
                subject: .pool(pool), action: target < prior ? .shrink : .grow, disruption: .live, parts: [part],
                consents: target < prior ? [.shrink] : [])
        }
    }

    private var guests: [Change] {
        let domains = Dictionary(preconditions.guests.map { ($0.name, $0.domain) }, uniquingKeysWith: { $1 })
        return Dictionary(grouping: steps.filter { $0.guest != nil }) { $0.guest ?? "" }.map { name, steps in
            let domain = domains[name] ?? nil
            let told = GuestSteps(
                steps: steps, mark: domain?.ownershipMark, isRunning: domain?.isRunning ?? false,
                defaultHugePage: defaultHugePage)
            return Change(
                subject: .guest(name), action: told.action, disruption: told.disruption,
                parts: told.parts(present: domain?.devices ?? [:]), consents: told.consents)
        }
    }
}

extension GuestSteps {
    /// The settings that the steps change: those of the definition, its devices, those of the running domain, and its state.
    ///
    /// - Parameter present: The devices' settings of the domain that the steps find.
    func parts(present: [String: ChangedPart.Value]) -> [ChangedPart] {
        var parts = created ?? defined + devices.map { part(of: $0) } + anew(present)
        if releases || action == .stamp {
            let now = mark.map { ChangedPart.Value.text($0.site) }
            let want = redefinition.map { ChangedPart.Value.text($0.mark.site) }
            parts.append(ChangedPart(.metadata, now: releases ? now : nil, want: want, when: .define))
        }
        for pin in pins where !parts.contains(where: { $0.key == .setting(pin.thread.pin) }) {
            parts.append(
                ChangedPart(
                    .setting(pin.thread.pin), now: .text("\(pin.prior)"), want: .text("\(pin.target)"),
                    when: .live, drift: redefinition == nil ? .live : nil))
        }
        if let autostart {
            let now: ChangedPart.Value? = created == nil ? .flag(autostart.prior) : nil
            parts.append(ChangedPart(.autostart, now: now, want: .flag(autostart.target), when: .define))
        }
        if let state { parts.append(state) }
        return parts
    }

    private var created: [ChangedPart]? {
        for case .create(_, _, let wanted, _) in steps {
            return wanted.settings.map {
                ChangedPart(.setting($0.key), now: nil, want: ChangedPart.Value($0.value), when: .define)
            }
        }
        return nil
    }

    private var defined: [ChangedPart] {
        let live = Set(pins.map(\.thread.pin))
        return differences.map { part in
            let isLive = live.contains(part.key) || (FloatingPins.isAttribute(part.key) && !live.isEmpty)
            return ChangedPart(
                part, when: !isRunning ? .define : isLive ? .live : .nextStart, drift: isDrift ? .definition : nil)
        }
    }

    private func part(of device: DeviceChange) -> ChangedPart {
        device.part(
            when: isRunning ? .nextStart : .define,
            drift: isDrift && mark?.machine == redefinition?.mark.machine ? .definition : nil)
    }

    /// What a definition made anew changes of the base and the devices.
    private func anew(_ present: [String: ChangedPart.Value]) -> [ChangedPart] {
        for case .rebase(_, _, let definition, _, let new) in steps {
            let pairs = present.compactMap { path, value in MachineKey(path: path).map { ($0, value) } }
            var now = Dictionary(pairs) { first, _ in first }
            now[.base] = mark?.machine?.base.map(ChangedPart.Value.text)
            return DeviceChange.between(now, DeviceChange.settings(of: definition, new.machine)).map {
                $0.part(when: isRunning ? .nextStart : .define)
            }
        }
        return []
    }

    private var state: ChangedPart? {
        let present = isRunning || stop != nil ? "running" : "shutoff"
        let wanted: ChangedPart.Value? =
            removes ? nil : stop == nil ? .text("running") : .text(starts ? "restarted" : "shutoff")
        guard removes || starts || stop != nil else { return nil }
        return ChangedPart(
            .state, now: created == nil ? .text(present) : nil, want: wanted,
            when: stop == nil ? .define : .live)
    }
}

extension GuestPrecondition.Domain {
    /// Our mark, read; nil for none.
    var ownershipMark: OwnershipMark? { mark.flatMap(OwnershipMark.init(line:)) }
}
