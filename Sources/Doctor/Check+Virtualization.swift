internal import Diagnostics
internal import HostModel
internal import SiteFile

extension Check {
    /// What the hardware and the kernel must offer.
    static let virtualization = [
        Check("kvm") { host in
            guard let kvm = host.kvm else { return nil }
            guard !kvm.hasDevice else { return [] }
            let isWanted = host.site.map { !$0.guests(where: { _ in true }).isEmpty } ?? false
            return [
                Diagnostic(
                    found: .noKVM, isWanted ? .error : .warning, "there is no /dev/kvm",
                    why: "without it only guests with accelerator: qemu run, many times slower", help: kvm.remedy)
            ]
        },
        Check("nested_virtualization") { host in
            guard let kvm = host.kvm else { return nil }
            guard kvm.hasDevice else { return [] }
            guard let module = kvm.module else { return host.facts.host.arch == "x86_64" ? nil : [] }
            guard let isNested = kvm.isNested else { return nil }
            guard !isNested else { return [] }
            let users = host.site?.guests { ["host-passthrough", "host-model"].contains($0.cpuMode) } ?? []
            return [
                Diagnostic(
                    found: .nestedOff, users.isEmpty ? .note : .warning, "nested virtualization is off (\(module))",
                    why: users.isEmpty
                        ? "guests cannot run guests of their own with KVM"
                        : "guests with the host's CPU cannot run guests of their own with KVM: \(listed(users))",
                    help: "echo 'options \(module) nested=1' > /etc/modprobe.d/kvm-nested.conf; with no guest running: "
                        + "modprobe -r \(module) && modprobe \(module)")
            ]
        },
        Check("cpuset_controller") { host in
            guard host.hasFiles else { return nil }
            guard host.cgroupControllers?.contains("cpuset") != true else { return [] }
            return [
                Diagnostic(
                    found: .noCpusetController, .warning, "the cgroup controller cpuset is not available",
                    why: "libvirt then only sets affinities, which any process of the guest's user can undo, and "
                        + "numa_policy: restrictive does not work",
                    help: "boot without cgroup_disable=cpuset; under systemd: systemctl set-property machine.slice "
                        + "AllowedCPUs=\(host.facts.onlineCPUs)")
            ]
        },
    ]
}

extension KVM {
    /// What brings `/dev/kvm`.
    fileprivate var remedy: String {
        switch (isInCPUs, module) {
        case (false?, _):
            "turn virtualization (VT-x, SVM) on in the firmware; in a virtual machine, its host must allow nesting"
        case (_, nil): "modprobe kvm_intel || modprobe kvm_amd"
        case (_, let module?): "modprobe -r \(module) && modprobe \(module); dmesg | grep -i kvm says why it failed"
        }
    }
}
