public import HostModel

/// How the kernel gets options at boot: for each kind of boot loader a text to paste or to put into a file.
public enum BootLoader: String, Hashable, Sendable, CaseIterable {
    /// GRUB with `/etc/default/grub.d`: Debian, Ubuntu.
    case grub
    /// grubby: Fedora, RHEL and what derives from them.
    case grubby
    /// systemd-boot with kernel-install.
    case systemdBoot = "systemd-boot"
    /// Systems whose root is an ostree.
    case ostree

    /// The text for these options, each line ended; a comment alone when there are none.
    public func text(_ arguments: KernelArguments) -> String {
        guard !arguments.text.isEmpty else {
            return "# No pages of 1 GiB or more and no isolation are wanted; the boot unit does the rest.\n"
        }
        let options = arguments.text
        return switch self {
        case .grub:
            """
            # /etc/default/grub.d/60-numactl-plan.cfg
            # What the kernel does itself from the start: huge pages cell by cell (Linux 5.16 and later), interrupts.
            # After a change: update-grub, and reboot.
            GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX \(options)"

            """
        case .grubby:
            """
            # For all installed kernels; grubby --info=ALL shows their arguments. Then reboot.
            grubby --update-kernel=ALL --args="\(options)"

            """
        case .systemdBoot:
            """
            # Append to the line in /etc/kernel/cmdline and reinstall the running kernel's entry. Then reboot.
            sed -i '1s/$/ \(options)/' /etc/kernel/cmdline
            kernel-install add "$(uname -r)" "/lib/modules/$(uname -r)/vmlinuz"

            """
        case .ostree:
            """
            # For the next deployment; rpm-ostree kargs shows the present arguments. Then reboot.
            rpm-ostree kargs \(options.split(separator: " ").map { "--append=\($0)" }.joined(separator: " "))

            """
        }
    }
}

/// The pools' targets as lines for systemd-tmpfiles, for hosts without this program.
public struct TmpfilesText {
    /// The text, each line ended.
    public let text: String

    /// Takes the persistent pages that each pool shall have; pools of no page are left out.
    public init(_ pools: [PoolID: PageCount]) {
        let lines = pools.filter { $0.value > .zero }.sorted { $0.key < $1.key }.map { pool, pages in
            "w /sys/devices/system/node/node\(pool.cell)/hugepages/\(pool.pageSize.folderName)/nr_hugepages - - - - \(pages)\n"
        }
        text = """
            # /etc/tmpfiles.d/numactl-plan-hugepages.conf
            # systemd-tmpfiles does not notice when the kernel grants fewer pages; numactl-plan-hugepages.service does.

            """ + lines.joined()
    }
}
