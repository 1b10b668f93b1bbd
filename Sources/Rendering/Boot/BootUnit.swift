public import HostModel

/// The units that reserve huge pages at boot, as they are installed; `examples/systemd` has the same texts.
public struct BootUnit: Hashable, Sendable {
    /// The file's name below the folder of units; a drop-in's has its folder.
    public var name: String
    /// The file's text.
    public var text: String
}

extension BootUnit {
    /// All that a host needs whose pools hold pages of these sizes: the service, the target, mounts of sizes that systemd does not
    /// mount by itself, drop-ins that let libvirt wait.
    ///
    /// - Parameters:
    ///   - program: The path of the program, without blanks.
    ///   - sizes: The sizes of huge pages that are wanted.
    ///   - standard: The kernel's default size, which systemd mounts; nil when not known.
    public static func all(program: String, sizes: [PageSize], standard: PageSize?) -> [BootUnit] {
        [service(program: program), target] + Set(sizes).filter { $0 != standard }.sorted().map(mount)
            + ["libvirtd", "virtqemud"].map(dropIn)
    }

    static func service(program: String) -> BootUnit {
        BootUnit(
            name: "numactl-plan-hugepages.service",
            text: """
                # Reserves huge pages on each NUMA cell early at boot, before memory gets fragmented.
                # It needs /etc/numactl-plan/boot.json, which `numactl-plan apply` writes, and nothing else.
                #
                #   systemctl enable numactl-plan-hugepages.service
                #
                # numactl-plan=off on the kernel's command line turns it off, numactl-plan=report makes it only report what it would do.

                [Unit]
                Description=Reserve huge pages on each NUMA cell
                Documentation=man:numactl-plan-boot(8)
                DefaultDependencies=no
                ConditionPathExists=/etc/numactl-plan/boot.json
                ConditionPathIsReadWrite=/sys
                ConditionKernelCommandLine=!numactl-plan=off
                ConditionVirtualization=!container
                RequiresMountsFor=/etc/numactl-plan
                # vm.nr_hugepages in a sysctl file would override what is reserved here.
                After=systemd-remount-fs.service systemd-modules-load.service systemd-sysctl.service
                Before=sysinit.target numactl-plan-ready.target shutdown.target
                Before=libvirtd.service libvirtd.socket virtqemud.service virtqemud.socket libvirt-guests.service
                Conflicts=shutdown.target

                [Service]
                Type=oneshot
                RemainAfterExit=yes
                ExecStart=\(program) boot
                TimeoutStartSec=180
                SyslogIdentifier=numactl-plan
                # It writes only below these folders, as their owner, which takes no capability. Where the site isolates CPUs in full it moves
                # threads of all users off them.
                CapabilityBoundingSet=CAP_SYS_NICE
                NoNewPrivileges=yes
                ProtectSystem=strict
                ProtectKernelTunables=yes
                ReadWritePaths=/sys/devices /proc/irq
                RuntimeDirectory=numactl-plan
                RuntimeDirectoryMode=0755
                RuntimeDirectoryPreserve=yes
                ProtectHome=yes
                ProtectClock=yes
                ProtectControlGroups=yes
                ProtectHostname=yes
                ProtectKernelLogs=yes
                ProtectKernelModules=yes
                PrivateDevices=yes
                PrivateIPC=yes
                PrivateNetwork=yes
                IPAddressDeny=any
                RestrictAddressFamilies=none
                RestrictNamespaces=yes
                RestrictRealtime=yes
                RestrictSUIDSGID=yes
                LockPersonality=yes
                MemoryDenyWriteExecute=yes
                SystemCallArchitectures=native
                SystemCallFilter=@system-service
                SystemCallFilter=~@privileged @resources
                SystemCallFilter=sched_setaffinity
                SystemCallErrorNumber=EPERM
                KeyringMode=private
                UMask=0077

                [Install]
                # Wanted, not required: the unit fails when the kernel grants less than asked (exit status 11, what was granted is kept), and
                # the machine boots nevertheless. A service that must not start then needs Requires= and After= for this unit.
                WantedBy=sysinit.target numactl-plan-ready.target

                """)
    }

    static let target = BootUnit(
        name: "numactl-plan-ready.target",
        text: """
            # Reached when the reservation of huge pages is over, whether or not the kernel granted all of them.
            #
            # Services that use huge pages need Wants= and After= for this target; one that must not start with fewer pages needs
            # Requires= and After= for numactl-plan-hugepages.service. The target does not start units that are not enabled.

            [Unit]
            Description=Huge pages are reserved
            Documentation=man:numactl-plan-boot(8)
            After=numactl-plan-hugepages.service dev-hugepages.mount dev-hugepages1G.mount

            """)

    static func mount(_ size: PageSize) -> BootUnit {
        let (name, words) = (size.kernelName, size.words)
        return BootUnit(
            name: "dev-hugepages\(name).mount",
            text: """
                # A hugetlbfs for \(words) pages: systemd's own /dev/hugepages serves only the kernel's default size.
                # libvirt looks for mounts only when it starts: restart it once after the first mount; guests keep running.
                #
                #   systemctl enable --now dev-hugepages\(name).mount

                [Unit]
                Description=Huge pages of \(words) as files
                Documentation=man:numactl-plan-boot(8)
                DefaultDependencies=no
                ConditionPathExists=/sys/kernel/mm/hugepages/\(size.folderName)
                ConditionCapability=CAP_SYS_ADMIN
                ConditionVirtualization=!private-users
                Before=sysinit.target numactl-plan-ready.target umount.target
                Before=libvirtd.service libvirtd.socket virtqemud.service virtqemud.socket
                Conflicts=umount.target

                [Mount]
                What=hugetlbfs
                Where=/dev/hugepages\(name)
                Type=hugetlbfs
                Options=pagesize=\(name),mode=0755,nosuid,nodev

                [Install]
                WantedBy=sysinit.target numactl-plan-ready.target

                """)
    }

    static func dropIn(_ daemon: String) -> BootUnit {
        BootUnit(
            name: "\(daemon).service.d/10-numactl-plan.conf",
            text: """
                # \(daemon) waits for the reservation, so that guests with autostart find their huge pages.
                #
                #   install -D -m 0644 10-numactl-plan.conf /etc/systemd/system/\(daemon).service.d/10-numactl-plan.conf
                #   systemctl daemon-reload

                [Unit]
                Wants=numactl-plan-ready.target
                After=numactl-plan-ready.target

                """)
    }
}

extension PageSize {
    /// `1 GiB`, `2 MiB`: with a blank, as people write it.
    fileprivate var words: String {
        let number = description.prefix { $0.isNumber }
        return "\(number) \(description.dropFirst(number.count))"
    }
}
