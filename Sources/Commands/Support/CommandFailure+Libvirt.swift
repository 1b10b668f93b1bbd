internal import Diagnostics
internal import LibvirtHost

extension CommandFailure {
    /// libvirt could not be asked: it is not installed, not permitted, or does not answer.
    init(_ error: LibvirtError) {
        switch error.kind {
        case .notInstalled:
            self.init(
                .libvirtUnreachable,
                [
                    Diagnostic(
                        .libvirtMissing, "libvirt's client library is not installed",
                        notes: ["the loader said: \(error.message)"],
                        hint: "apt-get install libvirt0 (Debian, Ubuntu) or dnf install libvirt-libs; "
                            + "to plan for another machine, --facts FILE needs no libvirt")
                ])
        case .notPermitted:
            self.init(
                .notPermitted,
                [
                    .unreachable(
                        error,
                        "run it as root, or as a member of the group libvirt (usermod -aG libvirt USER, then log in again)"
                    )
                ])
        default:
            self.init(
                .libvirtUnreachable,
                [.unreachable(error, "systemctl start libvirtd, or name another connection with --connect")])
        }
    }
}

extension Diagnostic {
    fileprivate static func unreachable(_ error: LibvirtError, _ hint: String) -> Diagnostic {
        Diagnostic(
            .libvirtUnreachable, "libvirt does not answer", notes: ["libvirt said: \(error.message)"], hint: hint)
    }
}
