internal import Diagnostics
internal import HostModel
internal import SiteFile

extension Check {
    /// What keeps guests of the site from starting or changing, and what brings old definitions back.
    static let shutdown = [
        Check("guests") { host in host.guestProblems },
        Check("managed_save") { host in
            host.managedSaves?.map { name in
                let isManaged = host.site?.guests.contains { $0.name.value == name } ?? false
                return Diagnostic(
                    found: .managedSave, isManaged ? .warning : .note, "\(name) has a managed-save image",
                    why:
                        "its next start resumes the image with the definition saved in it, not the present one",
                    help:
                        "discard the saved state: virsh managedsave-remove \(name); or start the guest and shut it down"
                )
            }
        },
        Check("libvirt_guests") { host in
            guard host.hasFiles else { return nil }
            guard host.guestsAtShutdown == "suspend" else { return [] }
            return [
                Diagnostic(
                    found: .guestsSuspendAtShutdown, .note, "libvirt-guests saves guests when the host shuts down",
                    why:
                        "they resume with the old definition: changes that wait for a guest's next start stay pending",
                    help: "echo ON_SHUTDOWN=shutdown >> /etc/default/libvirt-guests (or /etc/sysconfig/libvirt-guests)")
            ]
        },
    ]
}
