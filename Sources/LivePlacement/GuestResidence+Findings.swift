public import Diagnostics
internal import HostModel

extension GuestResidence {
    /// What is to be said of the guest: what is elsewhere, with a command that helps, and what could not be told.
    ///
    /// What a restart settles is a note; all else is a warning, and so is memory that is away from the CPUs that use it. Threads of a
    /// guest whose memory moves at its next start stay with the memory until then: no command is given that parts them.
    public var findings: [Diagnostic] {
        threads.filter(\.isElsewhere).map(finding) + memory.flatMap(findings)
            + unknown.map { unread in
                Diagnostic(
                    .residenceUnknown, "\(guest): \(unread.what)", severity: .warning,
                    hint: unread.isForbidden ? "run it as root" : nil)
            }
    }

    private func finding(_ group: Threads) -> Diagnostic {
        let wanted = group.wanted ?? CPUSet()
        let isNarrower = group.allowed.isSubset(of: wanted)
        return Diagnostic(
            .threadElsewhere,
            "\(guest): \(group.role) may run on CPUs \(group.allowed.isEmpty ? "(none)" : "\(group.allowed)")"
                + (isNarrower ? ", fewer than the planned \(wanted)" : ", not on the planned \(wanted)"),
            severity: group.staysWithMemory ? .note : .warning,
            hint: group.staysWithMemory ? restartHint : group.role.pinCommand(guest, wanted))
    }

    /// What brings a guest there whose memory moves: threads and memory together.
    private var restartHint: String {
        "at its next start threads and memory move together: numactl-plan apply --restart \(shellWord(guest))"
    }

    private func findings(_ piece: ResidentMemory) -> [Diagnostic] {
        let severity: Diagnostic.Severity = isRestartPending && !piece.isAway ? .note : .warning
        let subject = piece.cell.map { "\(guest): guest cell \($0)" } ?? guest
        var findings: [Diagnostic] = []
        if piece.isRemote, let home = piece.wantedCell {
            let elsewhere = CellSet(piece.pages.values.flatMap(\.keys)).subtracting([home])
            findings.append(
                Diagnostic(
                    .memoryElsewhere,
                    "\(subject) has \(amount(piece.remote)) of \(amount(piece.resident)) on host cell"
                        + "\(elsewhere.count == 1 ? "" : "s") \(elsewhere), not on the planned cell \(home)"
                        + (isRestartPending ? awayWords(piece) : ""),
                    severity: severity,
                    hint: isRestartPending
                        ? (piece.isAway ? restartHint : "it moves there at its next start")
                        : process.map { "migratepages \($0) \(elsewhere) \(home), or restart the guest" }))
        }
        if piece.isInOtherPages, let page = piece.wantedPage {
            let sizes = piece.pages.keys.filter { $0 != page }.sorted().map { "\($0)" }.joined(separator: ", ")
            findings.append(
                Diagnostic(
                    .memoryInOtherPages,
                    "\(subject) has \(amount(piece.inOtherPages)) in pages of \(sizes), not of the planned "
                        + "\(page)", severity: severity, hint: "it gets the planned pages at its next start"))
        }
        if piece.hasOldPolicy, let home = piece.wantedCell {
            findings.append(
                Diagnostic(
                    .oldMemoryPolicy,
                    "\(subject) has its memory on the planned cell \(home); what it touches for the first time still comes from cell "
                        + "\(piece.policyCells)", severity: .note, hint: "that ends with its next start"))
        }
        return findings
    }
}

/// `; its vCPUs run on cell 1, away from 512 MiB of it`; "" where memory is with its vCPUs.
private func awayWords(_ piece: GuestResidence.ResidentMemory) -> String {
    guard piece.isAway, let cells = piece.vcpuCells, let away = piece.away else { return "" }
    return "; its vCPUs run on cell\(cells.count == 1 ? "" : "s") \(cells), away from \(amount(away)) of it"
}

/// `24 MiB`, rounded down; below 1 MiB `400 KiB`.
private func amount(_ memory: KiB) -> String {
    memory.count < 1_024 ? "\(memory.count) KiB" : "\(memory.count / 1_024) MiB"
}

extension GuestThread.Role: CustomStringConvertible {
    /// `vCPU 3`, `iothread 1`, `the emulator`.
    public var description: String {
        switch self {
        case .vcpu(let vcpu): "vCPU \(vcpu)"
        case .ioThread(let number): "iothread \(number)"
        case .emulator: "the emulator"
        }
    }

    /// The command that pins the thread as planned.
    fileprivate func pinCommand(_ guest: String, _ cpus: CPUSet) -> String {
        let name = shellWord(guest)
        return switch self {
        case .vcpu(let vcpu): "virsh vcpupin \(name) \(vcpu) \(cpus) --live"
        case .ioThread(let number): "virsh iothreadpin \(name) \(number) \(cpus) --live"
        case .emulator: "virsh emulatorpin \(name) \(cpus) --live"
        }
    }
}
