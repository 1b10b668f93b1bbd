internal import Diagnostics
internal import HostModel
internal import Placement
package import Planning
internal import SiteFile

/// How many more guests fit, for a terminal.
public struct CapacityText {
    private let capacity: Capacity

    /// Takes the answer.
    package init(_ capacity: Capacity) { self.capacity = capacity }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let heading = "host \(displayable(capacity.host))  site \(displayable(capacity.site))"
        let sections = [
            [paint(heading, .heading)], refusal(width), fits(paint), capacity.cellTable.lines(paint), largest(width),
        ]
        return joinedSections(sections)
    }

    private func refusal(_ width: Int) -> [String] {
        capacity.verdict == .placed ? [] : wrapped(capacity.refusal, to: width)
    }

    private func fits(_ paint: Paint) -> [String] {
        let remarks = capacity.remarks { displayable($0) }
        return capacity.fitTable.lines(paint) + remarks.flatMap { wrapped($0, to: paint.width) }
    }

    private func largest(_ width: Int) -> [String] {
        guard capacity.verdict == .placed else { return [] }
        return wrapped("\(capacity.largest).", to: width)
            + wrapped(capacity.fragmentation, to: width)
    }
}

extension Capacity {
    /// One row a flavor or mix: how many more fit.
    var fitTable: Table {
        Table(
            [.name("guests"), .number("more fit"), "then short of"],
            fits.map { [$0.wish.name, $0.number, $0.lack] })
    }

    /// What the numbers rest on, a line each: guests that would move, and what was not proven.
    func remarks(_ quote: (String) -> String) -> [String] {
        let moves = fits.filter { !$0.count.moved.isEmpty }.map { fit in
            let guests = Amount.count(fit.count.moved.count, "guest")
            let names = Words.holders(fit.count.moved, quote: quote)
            let bound = fit.count.moveBound.map { "; \($0.words)" } ?? ""
            return "\(quote(fit.wish.name)): \(guests) of the site would move: \(names)\(bound)"
        }
        return moves + unproven(fits.contains { !$0.count.isExact && $0.count.found < Headroom.most })
    }

    /// One row a cell: what is free.
    var cellTable: Table {
        Table(
            ["cell", "free CPUs", "whole cores", "whole caches", "free memory"].map { .number($0) },
            cells.map { cell in
                ["\(cell.id)", "\(cell.cpus.count)", "\(cell.wholeCores)", "\(cell.caches)", Amount.text(cell.memory)]
            })
    }

    /// Why nothing was counted.
    var refusal: String {
        let names = Words.holders(unplaced) { displayable($0) }
        return verdict == .undecided
            ? "Whether the guests of the site themselves fit is undecided, so nothing was counted; \(longerSearch)."
            : "The guests of the site themselves do not fit"
                + (unplaced.isEmpty
                    ? ", so nothing more does." : ": there is no room for \(names). Nothing more fits.")
    }

    /// The most vCPUs and the most memory of a guest of one cell, as a sentence without a full stop.
    var largest: String {
        let vcpus =
            mostVCPUs.map { "\(Amount.count($0.amount, "dedicated vCPU")) (cell \($0.hostCell))" }
            ?? "no dedicated vCPU"
        let memory = mostMemory.map { "\(Amount.text(KiB($0.amount))) (cell \($0.hostCell))" } ?? "no memory"
        return "Largest guest with one cell: \(vcpus) or \(memory)"
    }

    /// How much of what is free is together.
    var fragmentation: String {
        func share(_ share: Int?) -> String { share.map { "\($0) %" } ?? "none" }
        return "One cell has at most \(share(largestShareOfCPUs)) of the free CPUs and "
            + "\(share(largestShareOfMemory)) of the free memory."
    }
}

/// What "at least" means, where a number is not exact.
func unproven(_ isInexact: Bool) -> [String] {
    isInexact ? ["at least: the search gave up before one more was proven not to fit; \(longerSearch)"] : []
}

extension Capacity.Fit {
    /// The number, as far as it is known.
    var number: String { count.isExact ? "\(count.found)" : "at least \(count.found)" }

    /// What the next one lacks, resource by resource with the cells that lack it.
    var lack: String {
        var cells: [String: [CellID]] = [:]
        var names: [String] = []
        for reason in count.reasons {
            let name = Words.resource(reason.resource)
            if cells[name] == nil { names.append(name) }
            cells[name, default: []] += [reason.hostCell].compactMap(\.self)
        }
        return names.map { name in
            let set = CellSet(cells[name] ?? [])
            return set.isEmpty ? name : "\(name) on \(set.count == 1 ? "cell" : "cells") \(set)"
        }.joined(separator: "; ")
    }
}
