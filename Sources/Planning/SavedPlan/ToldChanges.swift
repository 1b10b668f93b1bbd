internal import DomainXML
package import HostModel

/// The changes that steps come to, told from nothing but the steps and what they find.
public struct ToldChanges {
    let steps: [Step]
    let preconditions: Preconditions
    let defaultHugePage: PageSize?

    /// Takes the steps and what they find.
    ///
    /// - Parameter defaultHugePage: What `<hugepages/>` alone means on the host; nil when not known.
    package init(steps: [Step], preconditions: Preconditions, defaultHugePage: PageSize?) {
        self.steps = steps
        self.preconditions = preconditions
        self.defaultHugePage = defaultHugePage
    }

    /// One change a pool, one for isolation, one a device, one an actor, and one a guest, ascending by address.
    public var changes: [Change] {
        (pools + isolation + devices + ActorChanges.changes(steps) + guests).sorted { $0.address < $1.address }
    }

    /// Running guests that go on with older settings, ascending.
    public var restartPending: [String] {
        guests.filter { $0.disruption < .guest && $0.parts.contains { $0.when == .nextStart } }.compactMap { change in
            if case .guest(let name) = change.subject { name } else { nil }
        }.sorted()
    }

    private var pools: [Change] {
        steps.compactMap { step in
            guard case .setPool(let step) = step else { return nil }
            let part = ChangedPart(
                .pages, now: .number(step.prior.count), want: .number(step.target.count), when: .live)
            let shrinks = step.target < step.prior
            return Change(
                subject: step.subject, action: shrinks ? .shrink : .grow, disruption: .live, parts: [part],
                consents: shrinks ? [.shrink] : [])
        }
    }

    private var isolation: [Change] { [PlannedIsolation.change(steps)].compactMap(\.self) }

    private var devices: [Change] {
        steps.compactMap { if case .setVFs(let step) = $0 { VirtualFunctions.change(step) } else { nil } }
    }

    private var guests: [Change] {
        let domains = Dictionary(preconditions.guests.map { ($0.name, $0.domain) }, uniquingKeysWith: { $1 })
        return Dictionary(grouping: steps.filter { $0.guest != nil }) { $0.guest ?? "" }.map { name, steps in
            let domain = domains[name] ?? nil
            let told = GuestSteps(
                steps: steps, mark: domain?.ownershipMark, isRunning: domain?.isRunning ?? false,
                defaultHugePage: defaultHugePage, present: domain?.devices ?? [:])
            return Change(
                subject: .guest(name), action: told.action, disruption: told.disruption,
                parts: told.parts, consents: told.consents)
        }
    }
}

extension GuestSteps {
    /// The settings that the steps change: those of the definition, its devices, those of the running domain, and its state.
    var parts: [ChangedPart] { steps.flatMap { $0.kind.parts(self) } + [state].compactMap(\.self) }

    /// The settings that the definition changes, and when that takes effect.
    var defined: [ChangedPart] {
        let live = Set(steps.compactMap(\.kind.liveSetting))
        let isMovedNow = steps.contains { $0.word == .moveMemory }
        return differences.map { part in
            let isFloating = FloatingPins.isAttribute(part.key) && live.contains { DomainThread(pinnedBy: $0) != nil }
            return ChangedPart(
                part,
                when: !isRunning
                    ? .define
                    : isFloating || live.contains(part.key) || (isMovedNow && part.key.belongs(to: NUMATune.self))
                        ? .live : .nextStart,
                drift: isDrift ? .definition : nil)
        }
    }

    /// A device that the definition changes.
    func part(of device: DeviceChange) -> ChangedPart {
        device.part(
            when: !isRunning
                ? .define : DomainDevice(of: device.key).map(liveDevices.contains) == true ? .live : .nextStart,
            drift: isDrift && mark?.machine == redefinition?.wanted.mark.machine ? .definition : nil)
    }

    /// A setting that the running domain gets at once; nothing where the definition tells of it already.
    func live(_ key: SettingKey, now: ChangedPart.PartValue?, want: ChangedPart.PartValue?) -> [ChangedPart] {
        guard !differences.contains(where: { $0.key == key }) else { return [] }
        return [ChangedPart(.setting(key), now: now, want: want, when: .live, drift: redefinition == nil ? .live : nil)]
    }

    private var state: ChangedPart? {
        let present = isRunning || stop != nil ? "running" : "shutoff"
        let wanted: ChangedPart.PartValue? =
            removes ? nil : stop == nil ? .text("running") : .text(starts ? "restarted" : "shutoff")
        guard removes || starts || stop != nil else { return nil }
        return ChangedPart(
            .state, now: creates ? nil : .text(present), want: wanted,
            when: stop == nil ? .define : .live)
    }
}

extension GuestPrecondition.Domain {
    /// Our mark, read; nil for none.
    var ownershipMark: OwnershipMark? { mark.flatMap(OwnershipMark.init(line:)) }
}
