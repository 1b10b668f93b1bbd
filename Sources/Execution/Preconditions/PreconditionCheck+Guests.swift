import DomainXML
import HostModel
import Planning
import XMLTree

extension PreconditionCheck {
    /// What has moved of one guest's domain.
    func moved(of name: String) throws(StepFailure) -> [Moved] {
        guard let planned = preconditions.guests.first(where: { $0.name == name }) else { return [] }
        let subject = Change.Subject.guest(name)
        guard let document = try domains.definition(of: name), let status = try domains.status(of: name) else {
            guard planned.domain != nil, !steps.contains(.undefine(name: name)) else { return [] }
            return [Moved(subject, "domain", planned: "defined", found: "gone")]
        }
        let present = try Definition(reading: document, of: name)
        let own = steps.filter { $0.guest == name }.map(\.execution)
        // Whether the definition is as the plan wants it.
        let isThere = own.contains { $0.isReached(by: present, defaultHugePage: defaultHugePage) }
        guard let domain = planned.domain else {
            return isThere ? [] : [Moved(subject, "domain", planned: "not defined", found: "defined")]
        }
        let now = GuestPrecondition.Domain(
            parts: present.parts, mark: present.mark, uuid: document.element(named: "uuid")?.text,
            isRunning: status.isActive, autostarts: status.autostarts, hasManagedSave: status.hasManagedSave,
            defaultHugePage: defaultHugePage, devices: domain.devices == nil ? nil : document)
        var moved = identity(of: subject, domain, now, document)
        moved += isThere ? [] : settings(of: subject, domain, now) + marks(of: subject, domain, now)
        let brought = own.map { $0.brings(status) }
        moved += states(
            of: subject, domain, now, (brought.contains(where: \.state), brought.contains(where: \.autostart)))
        guard own.contains(where: \.changesRunning), let document = try domains.liveDefinition(of: name) else {
            return moved
        }
        let live = try Definition(reading: document, of: name)
        return moved + own.compactMap { $0.moved(in: live, beside: steps) }
    }

    /// A domain of the same name may be another one, or have another owner now.
    private func identity(
        of subject: Change.Subject, _ planned: GuestPrecondition.Domain, _ now: GuestPrecondition.Domain,
        _ document: XMLElement
    ) -> [Moved] {
        var moved: [Moved] = []
        if let before = planned.uuid, before != now.uuid {
            moved.append(Moved(subject, "uuid", planned: before, found: now.uuid ?? "absent"))
        }
        if let manager = ForeignManager.detect(in: document) {
            moved.append(Moved(subject, "manager", planned: "absent", found: manager))
        }
        return moved
    }

    private func settings(
        of subject: Change.Subject, _ planned: GuestPrecondition.Domain, _ now: GuestPrecondition.Domain
    ) -> [Moved] {
        let planned = planned.settings.merging(planned.devices ?? [:]) { first, _ in first }
        let now = now.settings.merging(now.devices ?? [:]) { first, _ in first }
        let paths = Set(planned.keys).union(now.keys)
        return paths.sorted(by: comesBefore).compactMap { path in
            let (before, after) = (planned[path], now[path])
            return before == after
                ? nil : Moved(subject, path, planned: words(before, path), found: words(after, path))
        }
    }

    private func marks(
        of subject: Change.Subject, _ planned: GuestPrecondition.Domain, _ now: GuestPrecondition.Domain
    ) -> [Moved] {
        guard planned.mark != now.mark else { return [] }
        return [Moved(subject, "ownership mark", planned: planned.mark ?? "absent", found: now.mark ?? "absent")]
    }

    /// - Parameter isBrought: Whether a step of the plan brings state and autostart to what they are now.
    private func states(
        of subject: Change.Subject, _ planned: GuestPrecondition.Domain, _ now: GuestPrecondition.Domain,
        _ isBrought: (state: Bool, autostart: Bool)
    ) -> [Moved] {
        var moved: [Moved] = []
        if planned.isRunning != now.isRunning, !isBrought.state {
            moved.append(Moved(subject, "state", planned: state(planned.isRunning), found: state(now.isRunning)))
        }
        if planned.autostarts != now.autostarts, !isBrought.autostart {
            moved.append(
                Moved(subject, "autostart", planned: onOrOff(planned.autostarts), found: onOrOff(now.autostarts)))
        }
        if now.hasManagedSave, !planned.hasManagedSave {
            moved.append(Moved(subject, "managed save image", planned: "absent", found: "there"))
        }
        return moved
    }

    private func state(_ isRunning: Bool) -> String { isRunning ? "running" : "shut off" }

    private func onOrOff(_ flag: Bool) -> String { flag ? "on" : "off" }

    private func words(_ value: ChangedPart.PartValue?, _ path: String) -> String {
        switch value {
        case nil: "absent"
        case .text(let text): text
        case .number(let number): SettingKey.isAmount(path) ? "\(KiB(number))" : "\(number)"
        case .flag(let flag): onOrOff(flag)
        }
    }

    /// Orders `vcpupin[2]` before `vcpupin[10]`.
    private func comesBefore(_ left: String, _ right: String) -> Bool {
        let (first, second) = (left.split(separator: "["), right.split(separator: "["))
        guard first.count > 1, second.count > 1, first[0] == second[0],
            let one = Int(first[1].prefix { $0.isNumber }), let other = Int(second[1].prefix { $0.isNumber }),
            one != other
        else { return left < right }
        return one < other
    }
}
