import HostModel
import Planning
import XMLTree

extension Run {
    /// Writes to the host. A call that libvirt refuses counts as no write; pools and a shutdown that took too long do.
    mutating func perform(_ action: HostAction) throws(StepFailure) {
        switch action {
        case .setPools(let changes):
            report.writes += changes.count
            guard case .granted = try host.pools.setPools(changes) else { throw .notTaken(action) }
            return
        case .define(let name, let document, let present):
            if let message = try host.domains.define(document, replacing: present) {
                report.notes.append(Note(guest: name, message: message))
            }
        case .undefine(let name):
            // Undefining a domain that runs would leave it running without a definition.
            if let status = try host.domains.status(of: name), status.isActive { throw .running(name) }
            try host.domains.undefine(name)
        case .rename(let name, let from, let uuid): try rename(from, to: name, uuid)
        case .pin(let name, .emulator, let cpus): try pinEmulator(of: name, to: cpus)
        case .pin(let name, let thread, let cpus): try host.domains.pin(thread, of: name, to: cpus)
        case .setAutostart(let name, let autostart): try host.domains.setAutostart(name, autostart)
        case .start(let name): try host.domains.start(name)
        case .stop(let name, let force):
            report.writes += 1
            try host.domains.stop(name, force: force)
            return
        case .replaceFile(let change): try host.files.make(change)
        }
        report.writes += 1
    }

    /// Whether the host is as the action leaves it, as far as we manage it.
    func holds(_ action: HostAction) throws(StepFailure) -> Bool {
        switch action {
        case .setPools(let changes):
            let sizes = try host.pools.persistentSizes(of: changes.map(\.pool))
            // A pool that is gone with its cell has no pages.
            return changes.allSatisfy { sizes[$0.pool] ?? .zero == $0.target }
        case .define(let name, let document, _):
            guard let present = try definition(of: name) else { return false }
            return present.isEquivalent(to: try Definition(reading: document, of: name))
        case .undefine(let name): return try host.domains.status(of: name) == nil
        case .rename(let name, let from, let uuid): return try isRenamed(from, to: name, uuid)
        case .pin(let name, let thread, let cpus):
            // A thread that is gone needs no pin.
            guard let live = try liveDefinition(of: name) else { return true }
            guard live.pin(of: thread) == cpus else { return false }
            // One that has part of the CPUs is not where it should not be; the verification demands all of them.
            return thread != .emulator
                || settableStrays(of: name, from: cpus).allSatisfy { $0.allowed.isSubset(of: cpus) }
        case .setAutostart(let name, let autostart):
            return try host.domains.status(of: name)?.autostarts == autostart
        case .start(let name): return try host.domains.status(of: name)?.isActive == true
        case .stop(let name, _): return try host.domains.status(of: name)?.isActive != true
        case .replaceFile(let change): return try host.files.text(of: change.path) == change.after
        }
    }

    /// The inactive definition, read.
    func definition(of name: String) throws(StepFailure) -> Definition? {
        guard let document = try host.domains.definition(of: name) else { return nil }
        return try Definition(reading: document, of: name)
    }

    /// What the domain runs with, read; nil when it does not run.
    func liveDefinition(of name: String) throws(StepFailure) -> Definition? {
        guard let document = try host.domains.liveDefinition(of: name) else { return nil }
        return try Definition(reading: document, of: name)
    }
}
