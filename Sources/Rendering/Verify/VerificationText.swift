internal import Diagnostics
internal import HostModel
internal import Planning
internal import LivePlacement

/// A verification for a terminal: one line a difference, then where guests are, then the findings.
public struct VerificationText {
    private let verification: Verification

    /// Takes the verification.
    package init(_ verification: Verification) {
        self.verification = verification
    }

    /// The text, each line ended. With `color` the terminal's colours are added; they carry no meaning of their own.
    public func text(color: Bool = false, width: Int = standardWidth) -> String {
        let paint = Paint(isOn: color, width: width)
        let heading = "host \(displayable(verification.host))  site \(displayable(verification.site))"
        return joinedSections([
            [paint(heading, .heading)], differences(paint), threads.lines(paint), memory.lines(paint),
            others.lines(paint),
            [paint(summary, .heading)],
        ])
    }

    /// `guest/web01 cputune.vcpupin[0]: wanted 4, found 0-3`; what is missing as a whole has one line.
    private func differences(_ paint: Paint) -> [String] {
        verification.plan.changes.flatMap { change -> [String] in
            let address = displayable(change.address)
            if change.subject == .isolation {
                return IsolationGroup.all(of: change).flatMap {
                    attention("\($0.which): wanted \($0.finding)", paint)
                }
            }
            guard change.action != .create, !change.parts.isEmpty else {
                return attention("\(address): \(change.action.finding)", paint)
            }
            return change.parts.flatMap { part in
                let now = part.now.map { Words.value($0, of: part) } ?? "none"
                let want = part.want.map { Words.value($0, of: part) } ?? "none"
                let drift = part.drift.map { ", \($0.words)" } ?? ""
                return attention(
                    "\(address) \(displayable(Words.path(part))): wanted \(want), found \(now)\(drift)", paint)
            }
        }
    }

    private func attention(_ text: String, _ paint: Paint) -> [String] {
        wrapped(text, to: paint.width - 4).enumerated().map { paint(($0 == 0 ? "" : "    ") + $1, .attention) }
    }

    private var threads: Table {
        Table(
            [.name("guest"), .number("process"), "threads", "may run on", "plan", ""],
            (verification.residences ?? []).flatMap { residence in
                residence.threads.map { group in
                    let remark = group.deviates ? "differs" : group.isElsewhere ? "at next start" : ""
                    return Table.Row(
                        cells: [
                            residence.guest, residence.process.map { "\($0)" } ?? "-", group.words,
                            group.allowed.text(empty: "none"), group.wanted?.text(empty: "none") ?? "any", remark,
                        ], isBad: group.deviates)
                }
            }, isGrouped: true)
    }

    private var memory: Table {
        // Whether memory is where its vCPUs run is a column of its own: a guest may be off the plan and yet local, or the reverse.
        let isLocalityKnown = (verification.residences ?? []).contains { $0.memory.contains { $0.vcpuCells != nil } }
        let locality: [Table.Column] = isLocalityKnown ? [.amounts("away from its CPUs")] : []
        return Table(
            [.name("guest"), .name("cell"), "plan", .amounts("in use"), "is on", .amounts("remote")]
                + locality + [""],
            (verification.residences ?? []).flatMap { residence in
                residence.memory.map { piece in
                    let remark = residence.isRestartPending && !piece.isAway ? "at next start" : "differs"
                    return Table.Row(
                        cells: [
                            residence.guest, piece.cell.map { "\($0)" } ?? "all", piece.plan, piece.use,
                            piece.places, piece.share,
                        ] + locality.map { _ in piece.awayShare } + [piece.deviates ? remark : ""],
                        isBad: piece.deviates && remark == "differs")
                }
            }, isGrouped: true)
    }

    /// Who else ran on guests' own CPUs; those that belong to the CPU are named by kind, since every machine has them.
    private var others: Table {
        let interference = verification.interference
        return Table(
            [
                .name("guest"), .list("CPUs"), .quoted("others that used them"), .number("times"), .number("for"),
                "",
            ],
            (interference?.guests ?? []).flatMap { guest -> [Table.Row] in
                let rows = guest.others.map { other in
                    Table.Row(
                        cells: [
                            guest.name, "\(other.cpus)", other.words, "\(other.count)", other.time,
                            other.isBound ? "belongs there" : "",
                        ], isBad: !other.isBound)
                }
                guard let unseen = guest.unseenRuns, unseen > 0 else { return rows }
                return rows + [
                    .init(cells: [guest.name, "\(guest.cpus)", "threads not seen there", "\(unseen)", "-", ""])
                ]
            }, title: interference.map { "On dedicated CPUs, within \(seconds($0.milliseconds))" } ?? "",
            isGrouped: true)
    }

    private var summary: String {
        let differing = verification.plan.changes.count
        var parts = [differing == 0 ? "no differences" : Amount.count(differing, "difference")]
        if !verification.pending.isEmpty {
            parts.append("\(Amount.count(verification.pending.count, "restart")) pending")
        }
        guard let residences = verification.residences else { return "Verify: \(parts.joined(separator: ", "))." }
        let elsewhere = residences.count(where: \.deviates)
        let seen = residences.count { !$0.threads.isEmpty || !$0.memory.isEmpty }
        parts.append(
            residences.isEmpty
                ? "no guest of the site runs, so none was checked"
                : "\(elsewhere) of \(Amount.count(seen, "running guest")) elsewhere than planned")
        if let interference = verification.interference {
            let disturbed = interference.guests.count { !$0.movable.isEmpty }
            parts.append(
                interference.guests.isEmpty
                    ? "no running guest has dedicated CPUs"
                    : "others on the CPUs of \(disturbed) of \(Amount.count(interference.guests.count, "guest"))")
        }
        if !verification.unknown.isEmpty { parts.append("not everything could be checked") }
        return "Verify: \(parts.joined(separator: ", "))."
    }
}

extension Change.Action {
    /// What it means that this change is wanted.
    fileprivate var finding: String {
        switch self {
        case .create: "missing"
        case .remove: "to be removed"
        case .release: "managed, but no longer in the site"
        case .adopt: "to be adopted"
        case .start: "wanted running, is not"
        case .stop: "wanted shut off, is running"
        case .restart: "waits for a restart"
        case .rename: "has its former name"
        case .stamp: "its mark is out of date"
        case .update, .grow, .shrink: "differs"
        }
    }
}

extension ChangedPart.Drift {
    /// How it came to differ.
    fileprivate var words: String {
        switch self {
        case .definition: "changed by hand"
        case .live: "changed by hand in the running guest"
        }
    }
}

extension Interference.Other {
    /// `thread 4711 chronyd`, `interrupt 24 nvme0q1`, `interrupt LOC Local timer interrupts`.
    fileprivate var words: String {
        switch kind {
        case .thread(let id, _): "thread \(id) \(name)"
        case .interrupt(let number): "interrupt \(number) \(name)"
        case .kernelInterrupt(let short): "interrupt \(short) \(name)"
        }
    }

    /// `3.1 ms`; nothing where nobody counts.
    fileprivate var time: String {
        guard let ran else { return "-" }
        return ran < 1_000_000 ? "\(ran / 1_000) us" : "\(ran / 1_000_000).\(ran / 100_000 % 10) ms"
    }
}

/// `10 s`, `0.5 s`.
private func seconds(_ milliseconds: UInt64) -> String {
    let tenths = milliseconds / 100 % 10
    return "\(milliseconds / 1_000)" + (tenths == 0 ? "" : ".\(tenths)") + " s"
}

extension GuestResidence.Threads {
    fileprivate var words: String { ids.count == 1 ? "\(role)" : "\(role), \(ids.count)" }
}

extension GuestResidence.ResidentMemory {
    /// `cell 0, 2MiB`.
    fileprivate var plan: String {
        let words = [wantedCell.map { "cell \($0)" }, wantedPage.map { "\($0)" }].compactMap { $0 }
        return words.isEmpty ? "any" : words.joined(separator: ", ")
    }

    /// `all 512 MiB`, `100 MiB of 512 MiB`.
    fileprivate var use: String {
        let all = Amount.text(size)
        return resident == size ? "all \(all)" : "\(Amount.text(resident)) of \(all)"
    }

    /// `cell 0: 512 MiB, cell 1: 4 MiB in 4KiB`: the size of pages is said where it is not the planned one.
    fileprivate var places: String {
        let cells = Set(pages.values.flatMap { $0.filter { $0.value > .zero }.keys }).sorted()
        guard !cells.isEmpty else { return "-" }
        return cells.map { cell in
            let amounts = pages.sorted { $0.key > $1.key }.compactMap { size, counts in
                counts[cell].map { Amount.text($0 * size) + (size == wantedPage ? "" : " in \(size)") }
            }
            return "cell \(cell): \(amounts.joined(separator: " and "))"
        }.joined(separator: ", ")
    }

    /// `512 MiB`; `none`; nothing where nobody looked.
    fileprivate var awayShare: String {
        guard let away else { return "-" }
        return away > .zero ? Amount.text(away) : "none"
    }

    /// `12 MiB, 2.4 %`; nothing without a planned cell.
    fileprivate var share: String {
        guard wantedCell != nil else { return "-" }
        guard remote > .zero else { return "none" }
        return "\(Amount.text(remote)), \(remotePermille / 10).\(remotePermille % 10) %"
    }
}
