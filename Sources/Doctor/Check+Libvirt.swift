internal import Diagnostics
internal import HostModel
internal import SiteFile

extension Check {
    /// libvirt and QEMU: new enough, and seeing the mounts.
    static let libvirt = [
        Check("libvirt_version") { host in
            guard let text = host.facts.libvirt?.version, let version = Version(in: text) else { return nil }
            return Need.libvirt.compactMap { need in
                let users = need.isGeneral ? [] : host.site?.guests(where: need.applies) ?? []
                guard version < need.since, need.isGeneral || !users.isEmpty else { return nil }
                return Diagnostic(
                    found: .libvirtTooOld, .error, "libvirt \(version) is older than \(need.since)",
                    why: "\(need.what) came with \(need.since)"
                        + (users.isEmpty ? "" : "; asked for by \(listed(users))"),
                    help: "install libvirt \(need.since) or newer" + (need.instead.map { ", or \($0)" } ?? ""))
            }
        },
        Check("qemu_version") { host in
            guard let text = host.facts.libvirt?.hypervisor, text.contains("QEMU"), let version = Version(in: text)
            else {
                return nil
            }
            let oldest = Version(2, 1, 2)
            guard version < oldest else { return [] }
            return [
                Diagnostic(
                    found: .qemuTooOld, .error, "QEMU \(version) is older than \(oldest)",
                    why: "older versions cannot bind memory of guest cells to host cells", help: "install a newer QEMU")
            ]
        },
        Check("hugetlbfs_mounts") { host in
            guard let libvirt = host.facts.libvirt else { return nil }
            return host.wantedHugePages.compactMap { size in
                guard let mount = libvirt.hugetlbfs.first(where: { $0.pageSize == size }) else {
                    let folder = "/dev/hugepages\(size.kernelName)"
                    return Diagnostic(
                        found: .mountMissing, .error, "no hugetlbfs is mounted for \(size) pages",
                        why: "libvirt refuses to start guests with such pages",
                        help: size.kernelName == "1G"
                            ? "systemctl enable --now dev-hugepages1G.mount && systemctl try-restart libvirtd virtqemud"
                            : "mkdir -p \(folder) && mount -t hugetlbfs -o pagesize=\(size.kernelName) hugetlbfs \(folder)"
                                + " && systemctl try-restart libvirtd virtqemud")
                }
                guard mount.isKnownToLibvirt == false else { return nil }
                return Diagnostic(
                    found: .libvirtMissesMount, .error,
                    "libvirt has not seen the mount \(mount.path) for \(size) pages",
                    why: "it reads mounts only when it starts; until then guests with such pages do not start",
                    help: "systemctl try-restart libvirtd virtqemud (guests keep running)")
            }
        },
        Check("hugetlbfs_policy") { host in
            guard host.hasFiles, let libvirt = host.facts.libvirt else { return nil }
            let guardian = host.enforcesSELinux ? "SELinux" : host.hasAppArmor ? "AppArmor" : nil
            guard let guardian else { return [] }
            return libvirt.hugetlbfs.filter {
                !$0.path.hasPrefix("/dev/hugepages") && !$0.path.hasPrefix("/run/hugepages")
            }
            .map { mount in
                Diagnostic(
                    found: .mountNotInPolicy, .warning,
                    "\(guardian)'s rules for libvirt do not cover \(mount.path)",
                    why: "QEMU may be denied the guest's memory: 'unable to map backing store for guest RAM'",
                    help: "mount it below /dev/hugepages\(mount.pageSize.kernelName)"
                        + (host.enforcesSELinux
                            ? ", or: semanage fcontext -a -t hugetlbfs_t '\(mount.path)(/.*)?'"
                            : ", or name it in /etc/apparmor.d/local/abstractions/libvirt-qemu"))
            }
        },
    ]
}

extension Observations {
    /// The sizes of huge pages that somebody wants: guests of the site, its pools, the boot file; ascending.
    var wantedHugePages: [PageSize] {
        var sizes = Set((bootTargets ?? [:]).filter { $0.value > .zero }.keys.map(\.pageSize))
        for pool in site?.policy.pools ?? [] where pool.pages > .zero { sizes.insert(pool.pool.value.pageSize) }
        for guest in site?.guests ?? [] {
            switch guest.demand.pageSize?.value {
            case .exactly(let size): sizes.insert(size)
            // Which of them it will be the placement decides; the smallest is always possible where it is there.
            case .large, .any: if let smallest = facts.hugePageSizes.first { sizes.insert(smallest) }
            case .small, nil: break
            }
        }
        return sizes.filter { $0 > facts.host.basePage }.sorted()
    }
}

/// Something that only newer versions can do.
private struct Need: Sendable {
    let since: Version
    let what: String
    /// What to do without the newer version.
    var instead: String?
    /// Whether every site needs it.
    var isGeneral = false
    var applies: @Sendable (GuestDemand) -> Bool = { _ in true }

    static let libvirt = [
        Need(since: Version(1, 2, 9), what: "binding guest cells (memnode) to huge pages", isGeneral: true),
        Need(
            since: Version(1, 2, 13), what: "vcpusched", instead: "leave cpu_realtime out",
            applies: { !$0.realtimeVCPUs.isEmpty }),
        Need(
            since: Version(7, 3), what: "numatune's mode restrictive", instead: "choose another numa_policy",
            applies: { $0.memoryPolicy == .restrictive }),
        Need(
            since: Version(8, 7), what: "maxphysaddr", instead: "leave cpu_maxphysaddr_mode out",
            applies: { $0.physicalAddress != nil }),
    ]
}
