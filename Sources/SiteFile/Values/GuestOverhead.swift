internal import Diagnostics
public import HostModel

/// Ordinary memory of the host that a guest's QEMU needs beside the guest's own memory.
public enum GuestOverhead: Hashable, Sendable {
    /// By the formula of ``amount(vcpus:ordinary:)``.
    case automatic
    /// None is set aside.
    case none
    /// So much for every guest.
    case fixed(KiB)

    /// What QEMU itself takes, with the usual devices of a guest and a Linux that has booted: measured with QEMU 7.2 under KVM, 20 to
    /// 31 MiB of memory that no other process shares.
    private static let process = KiB(32 * 1_024)
    /// What one vCPU's thread takes: measured, 0.1 MiB; its stack in the kernel and an arena of malloc besides.
    private static let vcpu = KiB(256)
    /// Page tables: 8 bytes for each ordinary page of 4 KiB, once in the host's tables (measured: VmPTE) and once in KVM's.
    public static let pageTableShare = 256

    private static func pageTables(of ordinary: KiB) -> KiB {
        let share = UInt64(pageTableShare)
        return KiB(ordinary.count / share + (ordinary.count % share == 0 ? 0 : 1))
    }

    /// The overhead of one guest: 32 MiB, 256 KiB for each vCPU, and a 256th of its memory in ordinary pages.
    ///
    /// Without KVM the buffers of translated code come on top, up to 1 GiB a guest: a site of such guests says so by a size.
    /// - Parameter ordinary: The guest's memory that is not in huge pages.
    public func amount(vcpus: Int, ordinary: KiB) -> KiB {
        switch self {
        case .none: .zero
        case .fixed(let amount): amount
        case .automatic:
            KiB(
                GuestOverhead.process.count + UInt64(vcpus) * GuestOverhead.vcpu.count
                    + GuestOverhead.pageTables(of: ordinary).count)
        }
    }
}

extension GuestDemand {
    /// What the guest's QEMU needs of the host's ordinary memory. A guest that is bound to no host cell because it has a virtual
    /// topology only (`numa_policy: none`) sets nothing aside: it may use the host's reserve, and so may its QEMU.
    ///
    /// - Parameter basePage: The size of the host's ordinary pages.
    public func overhead(by rule: GuestOverhead, basePage: PageSize) -> KiB {
        if let fixedOverhead { return fixedOverhead }
        guard isBound || cells.isEmpty else { return .zero }
        return rule.amount(vcpus: vcpus, ordinary: hasOrdinaryPages(of: basePage) ? memory : .zero)
    }

    /// Whether the memory is, or may come to be, in ordinary pages.
    private func hasOrdinaryPages(of basePage: PageSize) -> Bool {
        switch pageSize?.value {
        case nil, .small, .any: true
        case .large: false
        case .exactly(let size): size <= basePage
        }
    }
}
