internal import Diagnostics
internal import SiteFile

/// Disks, hardware addresses and devices of the host that a guest would share with another domain.
struct SharedThings {
    private let preflight: Preflight
    private let observation: HostObservation

    /// One domain's hold on a thing.
    private struct Holder {
        var name: String
        /// What the holder calls it: the path or the volume of a disk.
        var label: String
        /// nil for a domain that no step is about.
        var subject: Preflight.CheckedGuest?
        /// Whether both at once cannot be meant: a guest of the site, or a domain that runs.
        var isFirm: Bool
        /// Whether it has the thing now.
        var isRunning = false
        /// Whether it has the thing until its next start only.
        var leaves = false
    }

    init(_ preflight: Preflight, _ observation: HostObservation) {
        self.preflight = preflight
        self.observation = observation
    }

    var findings: [Diagnostic] {
        clashes { use in use.disks.filter(\.isExclusive).map { (identity(of: $0), $0.source) } }.map(disk)
            + clashes { use in use.macs.map { ($0, $0) } }.map(address)
            + clashes { use in use.hostDevices.map { ($0, $0) } }.compactMap(device)
    }

    /// What tells a disk from all others, whatever it is called.
    private func identity(of disk: DomainUse.UsedDisk) -> String {
        var path = disk.source
        if let volume = disk.volume {
            guard case .present(let place)? = observation.volumes[volume] else { return "volume \(path)" }
            path = place
        }
        if case .file(let identity)? = observation.paths[path] { return identity }
        return path
    }

    /// Every subject that shares a thing, with the first other domain that has it; of two subjects only the later one.
    private func clashes(
        _ things: (DomainUse) -> [(key: String, label: String)]
    ) -> [(thing: String, late: Holder, first: Holder)] {
        var holders: [String: Holder] = [:]
        for bystander in preflight.bystanders {
            for (key, label) in things(bystander.use) {
                let holder = Holder(
                    name: bystander.name, label: label, isFirm: bystander.isRunning || bystander.isOurs,
                    isRunning: bystander.isRunning)
                // One that is firmly in the way says more than one that is not.
                if holders[key]?.isFirm != true { holders[key] = holder }
            }
        }
        var leavers: [String: [Holder]] = [:]
        for domain in preflight.unchanged {
            for (key, label) in things(domain.use) {
                leavers[key, default: []].append(
                    Holder(name: domain.name, label: label, isFirm: true, isRunning: true, leaves: true))
            }
        }
        var found: [(thing: String, late: Holder, first: Holder)] = []
        for subject in preflight.subjects {
            var own: Set<String> = []
            for (key, label) in things(subject.use) where own.insert(key).inserted {
                let holder = Holder(name: subject.name, label: label, subject: subject, isFirm: true)
                let leaver = leavers[key]?.first {
                    subject.starts && ![subject.name, subject.formerName].contains($0.name)
                }
                if let first = holders[key] ?? leaver {
                    found.append((key, holder, first))
                } else {
                    holders[key] = holder
                }
            }
        }
        return found
    }

    private func disk(_ clash: (thing: String, late: Holder, first: Holder)) -> Diagnostic {
        let (_, late, first) = clash
        let guest = late.subject?.guest
        return Diagnostic(
            .diskShared, "guest '\(late.name)' would write to \(late.label), the disk of \(words(first))",
            at: guest?.machine.mark(of: late.label) ?? guest?.machine.base?.mark ?? guest?.name.mark,
            severity: first.isFirm ? .error : .warning,
            notes: late.label == first.label ? [] : ["\(late.label) and \(first.label) are the same disk"],
            hint: first.leaves
                ? hint(first)
                : first.subject == nil && late.subject?.isNew == true
                    ? "if '\(first.name)' is this guest's former name, add was: \(first.name); otherwise give it a disk of its own"
                    : "give it a disk of its own, or mark the disk readonly or shareable in both definitions")
    }

    private func address(_ clash: (thing: String, late: Holder, first: Holder)) -> Diagnostic {
        let (thing, late, first) = clash
        return Diagnostic(
            .macTwice, "guest '\(late.name)' would have the MAC address \(thing) of \(words(first))",
            at: late.subject?.guest?.machine.base?.mark ?? late.subject?.guest?.name.mark,
            severity: first.isFirm ? .error : .warning,
            hint: "give it another 'mac', or remove 'mac' and libvirt chooses one")
    }

    /// Two that never run at once may well have one device.
    private func device(_ clash: (thing: String, late: Holder, first: Holder)) -> Diagnostic? {
        let (thing, late, first) = clash
        guard late.subject?.starts == true, first.isRunning || first.subject?.starts == true else { return nil }
        return Diagnostic(
            .hostDeviceInUse, "guest '\(late.name)' would get \(thing), which \(words(first)) uses",
            at: late.subject?.guest?.machine.base?.mark ?? late.subject?.guest?.name.mark,
            hint: first.leaves ? hint(first) : "shut '\(first.name)' down first, or give the guest another device")
    }

    private func hint(_ leaver: Holder) -> String {
        "'\(leaver.name)' keeps it until its next start: power cycle it too, with --restart \(leaver.name)"
    }

    private func words(_ holder: Holder) -> String {
        holder.subject == nil ? "the domain '\(holder.name)'" : "guest '\(holder.name)'"
    }
}
