internal import CLibvirt
public import HostModel
public import Planning

extension Connection {
    /// Pins one thread of a running domain, in the running domain only; the definition stays as it is.
    ///
    /// - Parameter cpus: Host CPUs, at least one.
    /// - Throws: ``LibvirtError``, of kind `wrongState` when the domain does not run.
    public func pin(_ thread: DomainThread, of name: String, to cpus: CPUSet) throws(LibvirtError) {
        let domain = try domain(name)
        var map = cpus.map
        let length = Int32(map.count)
        let live = VIR_DOMAIN_AFFECT_LIVE.rawValue
        switch thread {
        case .vcpu(let vcpu):
            // The call without flags is for running domains only, and the one that every driver has.
            try domain.call("virDomainPinVcpu") { virDomainPinVcpu($0, UInt32(vcpu.rawValue), &map, length) }
        case .emulator:
            try domain.call("virDomainPinEmulator") { virDomainPinEmulator($0, &map, length, live) }
        case .ioThread(let number):
            try domain.call("virDomainPinIOThread") { virDomainPinIOThread($0, UInt32(number), &map, length, live) }
        }
    }

    /// Has the balloon of a running domain leave it that much memory, in the running domain only; the definition stays as it is.
    ///
    /// libvirt has answered as soon as QEMU has the wish; the guest follows in its own time.
    /// - Throws: ``LibvirtError``, of kind `wrongState` when the domain does not run, `timedOut` when QEMU does not answer.
    public func setMemory(
        of name: String, to amount: KiB, patience: MonitorPatience = MonitorPatience()
    ) throws(LibvirtError) {
        try askQEMU(of: name, "virDomainSetMemoryFlags", patience) {
            virDomainSetMemoryFlags($0, UInt(amount.count), VIR_DOMAIN_AFFECT_LIVE.rawValue)
        }
    }
}

extension Connection {
    /// Replaces what a running domain has of a namespace in its `<metadata>`, in the running domain only; nil removes it.
    ///
    /// - Throws: ``LibvirtError``, of kind `wrongState` when the domain does not run.
    public func setLiveMetadata(
        of name: String, to element: String?, prefix: String, namespace: String
    ) throws(LibvirtError) {
        let domain = try domain(name)
        try domain.call("virDomainSetMetadata") {
            virDomainSetMetadata(
                $0, Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue), element, prefix, namespace,
                VIR_DOMAIN_AFFECT_LIVE.rawValue)
        }
    }

    /// Plugs vCPUs into a running domain, or asks its guest to give some up, in the running domain only; the definition stays as it is.
    ///
    /// libvirt plugs those with the lowest numbers and takes out those with the highest, and waits some seconds for each that the guest is
    /// to give up. Where one is kept, those that were given up before it stay out: the live definition says how many there are.
    /// - Parameter count: At least 1, at most as many as the running domain can have.
    /// - Throws: ``LibvirtError``, of kind `wrongState` when the domain does not run, `timedOut` when the guest keeps a vCPU or QEMU does
    ///   not answer.
    public func setVCPUs(
        of name: String, to count: Int, patience: MonitorPatience = MonitorPatience()
    ) throws(LibvirtError) {
        try askQEMU(of: name, "virDomainSetVcpusFlags", patience) {
            virDomainSetVcpusFlags($0, UInt32(clamping: count), VIR_DOMAIN_AFFECT_LIVE.rawValue)
        }
    }
}

extension CPUSet {
    /// libvirt's map: one bit a CPU, the lowest CPU in the lowest bit of the first byte, no byte more than needed.
    fileprivate var map: [UInt8] {
        var map = [UInt8](repeating: 0, count: (last?.rawValue ?? 0) / 8 + 1)
        for cpu in self { map[cpu.rawValue / 8] |= 1 << (cpu.rawValue % 8) }
        return map
    }
}
