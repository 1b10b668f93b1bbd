public import Diagnostics
internal import HostModel

extension GuestResidence {
    /// What is to be said of the guest: what is elsewhere, with a command that helps, and what could not be told.
    ///
    /// What a restart settles is a note; all else is a warning.
    public var findings: [Diagnostic] {
        threads.filter(\.deviates).map(finding) + memory.flatMap(findings)
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
            severity: .warning,
            hint: group.role.pinCommand(guest, wanted))
    }

    private func findings(_ piece: Memory) -> [Diagnostic] {
        let severity: Diagnostic.Severity = isRestartPending ? .note : .warning
        let subject = piece.cell.map { "\(guest): guest cell \($0)" } ?? guest
        var findings: [Diagnostic] = []
        if piece.isRemote, let home = piece.wantedCell {
            let elsewhere = CellSet(piece.pages.values.flatMap(\.keys)).subtracting([home])
            findings.append(
                Diagnostic(
                    .memoryElsewhere,
                    "\(subject) has \(amount(piece.remote)) of \(amount(piece.resident)) on host cell"
                        + "\(elsewhere.count == 1 ? "" : "s") \(elsewhere), not on the planned cell \(home)",
                    severity: severity,
                    hint: isRestartPending
                        ? "its next start brings it there"
                        : process.map { "migratepages \($0) \(elsewhere) \(home), or restart the guest" }))
        }
        if piece.isInOtherPages, let page = piece.wantedPage {
            let sizes = piece.pages.keys.filter { $0 != page }.sorted().map { "\($0)" }.joined(separator: ", ")
            findings.append(
                Diagnostic(
                    .memoryInOtherPages,
                    "\(subject) has \(amount(piece.inOtherPages)) in pages of \(sizes), not of the planned "
                        + "\(page)", severity: severity, hint: "its next start brings the planned pages"))
        }
        return findings
    }
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

    /// The command that pins the thread as planned. The domain's name is the operator's own word, quoted for a shell.
    fileprivate func pinCommand(_ guest: String, _ cpus: CPUSet) -> String {
        let name =
            guest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            ? guest : "'\(guest.replacingQuotes)'"
        return switch self {
        case .vcpu(let vcpu): "virsh vcpupin \(name) \(vcpu) \(cpus) --live"
        case .ioThread(let number): "virsh iothreadpin \(name) \(number) \(cpus) --live"
        case .emulator: "virsh emulatorpin \(name) \(cpus) --live"
        }
    }
}

extension String {
    fileprivate var replacingQuotes: String {
        split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    }
}
