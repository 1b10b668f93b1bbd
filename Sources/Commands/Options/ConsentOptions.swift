internal import ArgumentParser
internal import Diagnostics
internal import Planning
internal import SiteFile

/// What is asked for or allowed beside the site file.
struct ConsentOptions: ParsableArguments {
    @Flag(help: "Adopt existing domains that have the names of the site's guests.") var adopt = false

    @Flag(help: "Take over domains that belong to another site.") var takeOver = false

    @Flag(
        help:
            "Remove domains of this site that the site file no longer names; disks are kept, adopted domains released.")
    var prune = false

    @Flag(help: "Prune even if that is all of the site's domains, or more than 3 and more than a fifth of them.")
    var pruneAll = false

    @Flag(help: "Shut down running domains that are pruned.") var stopPruned = false

    @Option(
        help: ArgumentHelp(
            "Power-cycle these running guests, one after the other; pending means all that wait for a restart.",
            valueName: "names"), completion: .offering { $0.guestList + ["pending"] })
    var restart: [String] = []

    @Flag(help: "Move the memory of running guests that go to other host cells while they run.") var live = false

    @Option(
        help: ArgumentHelp(
            "Redefine these guests from the site file; UUID, MAC addresses and UEFI variables are kept.",
            valueName: "names"), completion: .offering { $0.guestList })
    var rebase: [String] = []

    @Option(
        help: ArgumentHelp(
            "Plan only these guests and the pools they need; the rest of the site is left as it is and still counts.",
            valueName: "names"), completion: .offering { $0.guestList })
    var only: [String] = []

    @Flag(help: "Power off guests that do not shut down in time.") var forceOff = false

    /// Whether anything was asked for or allowed.
    var isGiven: Bool {
        adopt || takeOver || prune || pruneAll || stopPruned || forceOff || !restart.isEmpty || !rebase.isEmpty
            || !only.isEmpty || live
    }

    func validate() throws {
        if stopPruned, !prune, !pruneAll { throw ValidationError("--stop-pruned needs --prune.") }
        if !only.isEmpty, chosen?.isEmpty != false { throw ValidationError("--only takes names, separated by commas.") }
        if !only.isEmpty, prune || pruneAll { throw ValidationError("--only and --prune exclude each other.") }
        if names.contains("") { throw ValidationError("--restart takes names, separated by commas, or pending.") }
    }

    /// The names that `--restart` was given, `pending` and `none` among them.
    private var names: [String] {
        restart.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    /// The names that `--rebase` was given.
    private var rebased: Set<String> {
        Set(rebase.flatMap { $0.split(separator: ",", omittingEmptySubsequences: true).map(String.init) })
    }

    /// The names that `--only` was given; nil without it.
    private var chosen: Set<String>? {
        only.isEmpty
            ? nil : Set(only.flatMap { $0.split(separator: ",", omittingEmptySubsequences: true).map(String.init) })
    }

    /// The same as the planner wants it.
    ///
    /// - Throws: ``CommandFailure`` with 64 for a name to restart or rebase that no guest has.
    func consent(for guests: [GuestSpec]) throws -> PlanConsent {
        let named = Set(names.filter { !["pending", "none"].contains($0) })
        let known = guests.filter { $0.state?.value != .absent }.map(\.name.value)
        let here = chosen.map { chosen in known.filter(chosen.contains) } ?? known
        let options = [
            ("--only", chosen ?? [], guests.map(\.name.value)), ("--restart", named, here), ("--rebase", rebased, here),
        ]
        for (option, names, known) in options {
            try CommandFailure.demandKnown(names, known, option: option)
        }
        return PlanConsent(
            adopts: adopt, takesOver: takeOver, prune: pruneAll ? .all : prune ? .few : .none, stopsPruned: stopPruned,
            restartsPending: names.contains("pending"), restarts: named, forcesOff: forceOff,
            rebases: rebased, only: chosen, movesLive: live)
    }
}
