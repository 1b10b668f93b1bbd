internal import Diagnostics
internal import HostModel
internal import Placement
internal import SiteFile

extension Restarts {
    /// A guest is to be started and does not find its room; nil when it does.
    func noRoom(_ name: String, _ lacks: [RoomLedger.MissingRoom], to what: String = "started") -> Diagnostic? {
        guard !lacks.isEmpty else { return nil }
        let holders = Set(lacks.flatMap { holding($0.resource, besides: name) }).sorted()
        return Diagnostic(
            .restartImpossible,
            "guest '\(name)' cannot be \(what): \(subject(holders)) the \(things(lacks)) that it needs",
            at: mark(of: name), notes: lacks.map { note($0, besides: name) }, hint: hint(holders))
    }

    /// CPUs that a guest is given are in use until another one's restart; nil when they are not.
    func blocked(_ name: String, to what: String) -> Diagnostic? {
        guard let planned = occupancy.planned[name] else { return nil }
        let holders = occupancy.holders(own: planned.own, shared: planned.shared, besides: name)
        guard !holders.isEmpty else { return nil }
        return Diagnostic(
            .restartImpossible, "guest '\(name)' cannot be \(what): \(subject(holders)) the CPUs that it needs",
            at: mark(of: name), hint: hint(holders))
    }

    /// Guests that are to be power cycled are in each other's way, or one is in the way of a guest that is not.
    func noOrder(_ stuck: [RestartOrder.WaitingGuest], _ ledger: RoomLedger) -> Diagnostic {
        var afterAll = ledger
        for guest in stuck { afterAll.leave(guest.live, planned: guest.planned) }
        for guest in stuck {
            if let finding = noRoom(guest.name, afterAll.lacks(guest.planned), to: "power cycled") { return finding }
        }
        let ring = ring(stuck, ledger)
        let names = list(ring.map(\.name))
        return Diagnostic(
            .restartImpossible,
            "guests \(names) cannot be power cycled one after the other: each needs what the next one holds",
            at: ring.first.flatMap { mark(of: $0.name) },
            notes: ring.flatMap { guest in
                missing(guest, ledger).map { "'\(guest.name)': \(note($0, besides: guest.name, all: true))" }
            },
            hint:
                "shut one of them down and apply again: 'state: shutoff', or virsh shutdown \(ring.first?.name ?? "NAME")"
        )
    }

    /// The search for an order gave up.
    func undecided(_ stuck: [RestartOrder.WaitingGuest], _ ledger: RoomLedger) -> Diagnostic {
        Diagnostic(
            .restartImpossible,
            "no order was found in which guests \(list(stuck.map(\.name))) can be power cycled; not all were tried",
            at: stuck.first.flatMap { mark(of: $0.name) },
            notes: stuck.prefix(1).flatMap { guest in
                missing(guest, ledger).map { "'\(guest.name)': \(note($0, besides: guest.name, all: true))" }
            }, hint: "power cycle fewer of them at a time, with --restart")
    }

    /// Guests that do not run and are not started, and could not be: that is said before somebody tries. Of a guest that this plan
    /// only defines it is said by the next one, unless it starts with the host.
    func waiting(_ outcomes: [GuestOutcome], _ ledger: RoomLedger) -> [Diagnostic] {
        guard !occupancy.running.isEmpty else { return [] }
        let idle = Set(outcomes.filter { !$0.starts }.map(\.name))
        return occupancy.planned.keys.sorted().compactMap { name in
            guard let planned = occupancy.planned[name], occupancy.running[name] == nil, idle.contains(name)
            else { return nil }
            let lacks = ledger.lacks(planned)
            let holders = Set(
                lacks.flatMap { holding($0.resource, besides: name) }
                    + occupancy.holders(own: planned.own, shared: planned.shared, besides: name)
            ).sorted()
            guard !holders.isEmpty else { return nil }
            let autostarts = request.guests.first { $0.name.value == name }?.autostart?.value == true
            guard autostarts || records[name] != nil else { return nil }
            return Diagnostic(
                .heldUntilRestart,
                "guest '\(name)' cannot be started yet: \(subject(holders)) room that it needs", at: mark(of: name),
                severity: autostarts ? .warning : .note, notes: lacks.map { note($0, besides: name) },
                hint: hint(holders))
        }
    }

    // MARK: Words

    /// Running guests that have something now which they leave at their next start.
    ///
    /// - Parameter all: Whether those count that are power cycled, or go, in this plan.
    private func holding(_ resource: RoomLedger.MissingRoom.Room, besides name: String, all: Bool = false) -> [String] {
        occupancy.running.filter { other, guest in
            guard other != name, all || !guest.leaves else { return false }
            return switch resource {
            case .pages(let pool): guest.live.excess(over: guest.planned, in: pool) > 0
            case .memory(let cell): guest.live.excess(over: guest.planned, on: cell) > 0
            }
        }.map(\.key).sorted()
    }

    /// `'a' still holds`, `other guests still hold`.
    private func subject(_ holders: [String]) -> String {
        holders.isEmpty ? "other guests still hold" : "\(list(holders)) still \(holders.count == 1 ? "holds" : "hold")"
    }

    private func things(_ lacks: [RoomLedger.MissingRoom]) -> String {
        let kinds = lacks.map { if case .pages = $0.resource { "pages" } else { "memory" } }
        return Set(kinds).count > 1 ? "pages and memory" : kinds.first ?? "room"
    }

    private func note(_ lack: RoomLedger.MissingRoom, besides name: String, all: Bool = false) -> String {
        let holders = holding(lack.resource, besides: name, all: all)
        let held =
            holders.isEmpty ? "" : "; \(list(holders)) \(holders.count == 1 ? "has" : "have") some until restarted"
        return switch lack.resource {
        case .pages(let pool):
            "the \(pool.pageSize) pool of cell \(pool.cell): \(lack.needed) needed, \(lack.free) free\(held)"
        case .memory(let cell):
            "memory of cell \(cell): \(KiB(UInt64(lack.needed))) needed, \(KiB(UInt64(lack.free))) free\(held)"
        }
    }

    private func hint(_ holders: [String]) -> String {
        guard !holders.isEmpty else {
            return "power cycle a guest that no longer needs them, with --restart, or shut one down"
        }
        return "power cycle \(holders.count == 1 ? "it" : "them") in this plan, with "
            + holders.map { "--restart \($0)" }.joined(separator: " ")
    }

    private func list(_ names: [String]) -> String {
        let quoted = names.prefix(5).map { "'\($0)'" }
        if names.count > 5 { return quoted.joined(separator: ", ") + " and \(names.count - 5) more" }
        guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " and " + last
    }

    // MARK: Rings

    private func missing(_ guest: RestartOrder.WaitingGuest, _ ledger: RoomLedger) -> [RoomLedger.MissingRoom] {
        var ledger = ledger
        ledger.leave(guest.live, planned: guest.planned)
        return ledger.lacks(guest.planned)
    }

    /// Guests each of which needs what the next one holds, and the last one what the first holds; at least one guest.
    private func ring(_ stuck: [RestartOrder.WaitingGuest], _ ledger: RoomLedger) -> [RestartOrder.WaitingGuest] {
        var path: [RestartOrder.WaitingGuest] = []
        var current = stuck.first
        while let guest = current {
            if let start = path.firstIndex(where: { $0.name == guest.name }) { return Array(path[start...]) }
            path.append(guest)
            let resources = missing(guest, ledger).map(\.resource)
            current = stuck.first { other in
                other.name != guest.name && resources.contains { has(other, $0) }
            }
        }
        return path
    }

    private func has(_ guest: RestartOrder.WaitingGuest, _ resource: RoomLedger.MissingRoom.Room) -> Bool {
        switch resource {
        case .pages(let pool): guest.live.excess(over: guest.planned, in: pool) > 0
        case .memory(let cell): guest.live.excess(over: guest.planned, on: cell) > 0
        }
    }
}
