import Foundation
import FullHosts
import HostModel
import Placement
import Planning
import SiteFile

/// Prints what the planner takes, in tables. The first argument is the program to measure as a process; without it that table is
/// left out. Nothing is asserted: numbers depend on the machine.

func verdict(_ placement: Placement) -> String { placement.verdict.rawValue }

func row(_ workload: Workload, _ names: [String], explains: Bool = false) -> [String] {
    let request = workload.request(explains: explains)
    var answer = ""
    let measure = Measure { answer = verdict(Planner.plan(request).plan.placement) }
    progress(names.joined(separator: ", "))
    return names + ["\(workload.guests.count)", answer, measure.text, "\(measure.peak) MiB"]
}

/// Says on standard error what was measured: tables come when they are whole.
func progress(_ text: String) { FileHandle.standardError.write(Data("measured \(text)\n".utf8)) }

func sizes() {
    var rows: [[String]] = []
    for (cells, cpus, guests) in [(8, 256, 100), (16, 1_024, 1_000)] {
        let size = "\(cells) cells, \(cpus) CPUs"
        for load in Workload.Load.allCases {
            let workload = Workload(cells: cells, cpus: cpus, guests: guests, load: load)
            rows.append(row(workload, [size, load.name]))
            if load == .oneTooMany, guests <= PlanRequest.explainedGuests {
                rows.append(row(workload, [size, load.name + ", explained"], explains: true))
            }
        }
    }
    printTable(
        "A whole plan, in process (median of 7)", ["host", "load", "guests", "verdict", "time", "peak RSS"], rows)
}

func growth() {
    let headings = ["grows", "cells", "CPUs", "guests", "verdict", "time", "peak RSS"]
    func line(_ what: String, _ cells: Int, _ cpus: Int, _ guests: Int) -> [String] {
        row(
            Workload(cells: cells, cpus: cpus, guests: guests, load: .nearlyFull),
            [what, "\(cells)", "\(cpus)"])
    }
    let rows =
        [2, 4, 8, 16].map { line("cells", $0, 32 * $0, 12 * $0) }
        + [128, 256, 512, 1_024].map { line("CPUs", 8, $0, 100) }
        + [125, 250, 500, 1_000].map { line("guests", 16, 1_024, $0) }
    printTable("Growth at 97 % (median of 7)", headings, rows)
}

/// 16 cells of 16 CPUs. Eight are full; the others have exactly four CPUs free, but `missing` of them have three. A guest of
/// eight cells with four vCPUs each is added.
func eightCellGuest(missing: Int) -> (PlacementRequest, GuestDemand) {
    let host = Workload.host(cells: 16, perCell: 16)
    func filler(_ cell: Int, _ vcpus: Int) -> PlacementGuest {
        var demand = Workload.dedicated([Workload.Piece(vcpus: vcpus, memory: 2_048)])
        demand.forcedCells = [0: located(CellID(cell))]
        return PlacementGuest(name: Workload.name(cell), demand: demand)
    }
    let wide = Workload.dedicated((0..<8).map { _ in Workload.Piece(vcpus: 4, memory: 2_048) })
    let fillers = (0..<16).map { filler($0, $0 < 8 ? 16 : $0 < 8 + missing ? 13 : 12) }
    let request = PlacementRequest(
        host: host, policy: HostPolicy(name: located("bench"), reserved: 0, guestOverhead: .none),
        guests: fillers + [PlacementGuest(name: "wide", demand: wide)])
    return (request, wide)
}

func wideGuests() {
    let limit = 2_000_000
    let rows = [0, 1].map { missing in
        let (request, wide) = eightCellGuest(missing: missing)
        var answer = ""
        let measure = Measure { answer = verdict(Placer.place(request)) }
        var walk = FirstFit(request.host)
        _ = walk.placeAll(Array(request.guests.dropLast()))
        let clock = ContinuousClock()
        var result: (tried: Int, fits: Bool?) = (0, nil)
        let time = clock.measure { result = walk.permutations(for: wide, limit: limit) }
        let found = result.fits.map { $0 ? "fits" : "does not fit" } ?? "gave up"
        return [
            missing == 0 ? "exactly 8 cells have room" : "7 cells have room", answer, measure.text, found,
            "\(result.tried)", time.text,
        ]
    }
    printTable(
        "A guest of 8 cells on 16 cells that are full but for it; all of 518,918,400 permutations end after \(limit) here",
        ["host", "planner", "time (median of 7)", "permutations", "tried", "time"], rows)
}

func fullHosts(count: Int) {
    var rows: [[String]] = []
    var (allPlanner, allWalk, all) = (0, 0, 0)
    for fill in [75, 90, 100] {
        for cells in [2, 4, 8, 16] {
            var (planner, walk, undecided) = (0, 0, 0)
            let clock = ContinuousClock()
            var slowest = Duration.zero
            for seed in 0..<count {
                let request = FullHost(cells: cells, fill: fill, seed: seed).request
                var placement: Placement?
                slowest = max(slowest, clock.measure { placement = Placer.place(request) })
                if placement?.verdict == .placed { planner += 1 }
                if placement?.verdict == .undecided { undecided += 1 }
                var first = FirstFit(request.host)
                if first.placeAll(request.guests) { walk += 1 }
            }
            rows.append([
                "\(cells) cells, \(fill) %", percent(planner, count), percent(walk, count), "\(undecided)",
                slowest.text,
            ])
            (allPlanner, allWalk, all) = (allPlanner + planner, allWalk + walk, all + count)
        }
    }
    let ratio = allWalk == 0 ? "-" : "\(allPlanner * 100 / allWalk) %"
    rows.append(["all, ratio \(ratio)", percent(allPlanner, all), percent(allWalk, all), "", ""])
    printTable(
        "Sets of guests cut from full hosts, placed whole (\(count) each)",
        ["host", "planner", "first fit", "undecided", "slowest plan"], rows)
}

/// What hard kinds of questions take, and how many of them have no answer; and refusals once more, explained.
func families(seeds: Int) {
    let named = environment["NUMACTL_PLAN_FAMILY"]
    let size = environment["NUMACTL_PLAN_CELLS"].flatMap { Int($0) }
    let rows = Family.all.filter { $0.name == named ?? $0.name }.flatMap { family in
        family.sizes.filter { $0.cells == size ?? $0.cells }.map { cells, guests -> [String] in
            let clock = ContinuousClock()
            var verdicts: [Placement.SearchVerdict: Int] = [:]
            var times: [Duration] = []
            var explained: Duration?
            for seed in 0..<seeds {
                var request = family.request(cells: cells, guests: guests, seed: seed)
                var answer = Placement.SearchVerdict.undecided
                times.append(clock.measure { answer = Placer.place(request).verdict })
                verdicts[answer, default: 0] += 1
                guard answer == .infeasible else { continue }
                request.explains = true
                explained = max(explained ?? .zero, clock.measure { _ = Placer.place(request) })
            }
            times.sort()
            progress("\(family.name), \(cells) cells: \(times[times.count - 1].text)")
            return [
                family.name, "\(cells)", "\(guests)", "\(verdicts[.placed, default: 0])",
                "\(verdicts[.infeasible, default: 0])", "\(verdicts[.undecided, default: 0])",
                times[times.count / 2].text, times[times.count * 9 / 10].text, times[times.count - 1].text,
                explained?.text ?? "-",
            ]
        }
    }
    printTable(
        "Hard kinds of questions (\(seeds) of each)",
        ["family", "cells", "guests", "placed", "infeasible", "undecided", "p50", "p90", "max", "explained, max"], rows)
}

func percent(_ part: Int, _ whole: Int) -> String { "\(part * 100 / max(1, whole)) %" }

func processes(_ program: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "planner-bench-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var rows: [[String]] = []
    for (cells, cpus, guests) in [(8, 256, 100), (16, 1_024, 1_000)] {
        let arguments = try Workload(cells: cells, cpus: cpus, guests: guests, load: .full)
            .write(to: folder.appending(path: "\(guests)"))
        let runs = (0..<7).map { _ in Child([program] + arguments) }.sorted { $0.time < $1.time }
        let status = runs[3].status.map { "\($0)" } ?? "did not run"
        rows.append(["\(cells) cells, \(cpus) CPUs", "\(guests)", status, runs[3].time.text, "\(runs[3].peak) MiB"])
    }
    printTable(
        "numactl-plan plan as a process at 100 % (median of 7)", ["host", "guests", "exit", "time", "peak RSS"], rows)
}

let programs = CommandLine.arguments.dropFirst()
let environment = ProcessInfo.processInfo.environment
let count = Int(environment["NUMACTL_PLAN_FULL_HOSTS"] ?? "") ?? 20
let tables = environment["NUMACTL_PLAN_TABLES"]?.split(separator: ",").map(String.init)
func isWanted(_ table: String) -> Bool { tables?.contains(table) ?? true }
if isWanted("sizes") { sizes() }
if isWanted("growth") { growth() }
if isWanted("wide") { wideGuests() }
if isWanted("families") { families(seeds: count) }
if isWanted("full") { fullHosts(count: count) }
if isWanted("process"), let program = programs.first { try processes(program) }
