internal import Diagnostics
internal import HostModel
internal import Placement
public import Planning
internal import SiteFile

/// How many more guests fit the hosts of a rack, for a terminal.
public struct RackCapacityText {
    private let rack: RackCapacity

    /// Takes the answer.
    public init(_ rack: RackCapacity) { self.rack = rack }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let heading = "\(Amount.count(rack.hosts.count, "host"))  site \(displayable(rack.site))"
        return joinedSections([
            [paint(heading, .heading)], loss(paint),
            rack.table.lines(paint) + rack.remarks { displayable($0) }.flatMap { wrapped($0, to: width) },
            rack.failures.flatMap { wrapped($0, to: width) },
        ])
    }

    private func loss(_ paint: Paint) -> [String] {
        guard let evacuation = rack.evacuation else { return [] }
        return wrapped(evacuation.sentence { displayable($0) }, to: paint.width)
            + evacuation.table.lines(paint)
            + evacuation.remarks { displayable($0) }.flatMap { wrapped($0, to: paint.width) }
    }
}

extension RackCapacity {
    /// One row a host and one for all: what is free, and how many more fit.
    var table: Table {
        let known = hosts.compactMap(\.capacity)
        let sum = Table.Row(
            cells: ["all hosts"] + RackCapacity.room(known)
                + totals.map { $0.isExact ? "\($0.count)" : "at least \($0.count)" })
        return Table(
            [.name("host"), .number("free CPUs"), .number("whole cores"), .number("free memory")]
                + wishes.map { .number("more \($0.name)") },
            hosts.map(row) + [sum])
    }

    private func row(_ host: Host) -> Table.Row {
        guard let capacity = host.capacity, capacity.verdict == .placed else {
            let word = host.capacity.map { $0.verdict == .undecided ? "undecided" : "0" } ?? Amount.unknown
            let free = [Amount.unknown, Amount.unknown, Amount.unknown]
            return Table.Row(cells: [host.name] + free + wishes.map { _ in word }, isBad: true)
        }
        return Table.Row(cells: [host.name] + RackCapacity.room([capacity]) + capacity.fits.map(\.number))
    }

    /// Free CPUs, whole cores and memory of some hosts together.
    private static func room(_ hosts: [Capacity]) -> [String] {
        let cells = hosts.flatMap(\.cells)
        return [
            "\(cells.reduce(0) { $0 + $1.cpus.count })", "\(cells.reduce(0) { $0 + $1.wholeCores })",
            Amount.text(cells.reduce(KiB.zero) { $0 + $1.memory }),
        ]
    }

    /// What the numbers rest on, a line each: hosts whose guests would move, and what was not proven.
    func remarks(_ quote: (String) -> String) -> [String] {
        func names(_ isMeant: (Headroom.Count) -> Bool) -> [String] {
            hosts.filter { ($0.capacity?.fits ?? []).contains { isMeant($0.count) } }.map(\.name)
        }
        let (moving, bounded) = (names { !$0.moved.isEmpty }, names { $0.moveBound != nil })
        let inexact = names { !$0.isExact && $0.found < Headroom.most }
        var lines: [String] = []
        if !moving.isEmpty {
            lines.append("\(Words.holders(moving, quote: quote)): guests of the site would move; JSON names them")
        }
        if !bounded.isEmpty {
            lines.append(
                "\(Words.holders(bounded, quote: quote)): these moves are not proven fewest; \(longerSearch)")
        }
        return lines + unproven(!inexact.isEmpty)
    }

    /// Why hosts have no numbers, a line each.
    var failures: [String] {
        hosts.flatMap { host in
            if let capacity = host.capacity {
                return capacity.verdict == .placed ? [] : ["\(displayable(host.name)): \(capacity.refusal)"]
            }
            return host.failure.map { "\(displayable(host.name)): \($0.message)" }
        }
    }
}

extension Evacuation {
    /// What the loss comes to.
    func sentence(_ quote: (String) -> String) -> String {
        let hosts = Words.holders(lost, quote: quote)
        let subject = "Without \(hosts)"
        if count == 0 { return "\(subject) no guest has to move." }
        if left.isEmpty { return "\(subject) the other hosts take all \(Amount.count(count, "guest"))." }
        return "\(subject) the other hosts take \(count - left.count) of \(Amount.count(count, "guest"))."
    }

    /// One row a host that takes guests.
    var table: Table {
        let hasMoves = shares.contains { !$0.moved.isEmpty }
        return Table(
            [.name("host"), .number("takes"), .quoted("guests")] + (hasMoves ? [.quoted("would move")] : []),
            shares.map { share in
                [share.host, "\(share.guests.count)", Words.holders(share.guests, quote: \.self)]
                    + (hasMoves ? [Words.holders(share.moved, quote: \.self)] : [])
            })
    }

    /// What is to be said of guests without a place.
    func remarks(_ quote: (String) -> String) -> [String] {
        var lines: [String] = []
        let good = Set(leftForGood)
        let other = left.filter { !good.contains($0) }
        if !good.isEmpty { lines.append("No host has room for \(Words.holders(leftForGood, quote: quote)).") }
        if !other.isEmpty {
            lines.append(
                "No place was found for \(Words.holders(other, quote: quote)): each guest goes to the first host that "
                    + "takes it, and "
                    + (isExact ? "another distribution may hold more." : "some searches gave up; \(longerSearch)."))
        }
        for share in shares {
            if let bound = share.moveBound { lines.append("\(quote(share.host)): \(bound.words)") }
        }
        if !unknown.isEmpty {
            lines.append(
                "What \(Words.holders(unknown, quote: quote)) \(unknown.count == 1 ? "needs" : "need") "
                    + "is not in the site, so no host was tried.")
        }
        return lines
    }
}
