internal import Diagnostics
internal import DomainXML
internal import HostModel
internal import SiteFile
internal import XMLTree

/// A domain that is asked to shut down and not powered off, and why asking would not end it.
struct AskedGuest {
    private let name: String
    private let guest: GuestSpec?
    private let state: DomainFacts.DomainState
    /// What libvirt does when the guest powers off: `destroy` unless the running definition says otherwise.
    private let onPowerOff: String?

    init(_ domain: DomainFacts, guest: GuestSpec?) {
        (name, state, self.guest) = (domain.name, domain.state, guest)
        // A definition that cannot be read has a finding of its own.
        let running = try? domain.present.read()
        onPowerOff = running?.element(named: "on_poweroff")?.text
    }

    /// An error for a guest that cannot hear the request, or comes up again after it; nil for all others.
    var finding: Diagnostic? {
        if state == .paused { return finding("it is paused", remedy: "virsh resume \(shellWord(name))") }
        guard let onPowerOff, ["restart", "preserve"].contains(onPowerOff) else { return nil }
        return finding(
            "on_poweroff is '\(onPowerOff)', so it does not end when its system powers off",
            remedy: "virsh set-lifecycle-action \(shellWord(name)) poweroff destroy --live --config")
    }

    private func finding(_ reason: String, remedy: String) -> Diagnostic {
        Diagnostic(
            .shutdownImpossible, "guest '\(name)' cannot be shut down: \(reason)", at: guest?.name.mark,
            hint: "\(remedy), or power it off with --force-off")
    }
}
