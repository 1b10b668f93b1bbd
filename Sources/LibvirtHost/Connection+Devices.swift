internal import CLibvirt

extension Connection {
    /// Puts a device into a running domain, in the running domain only; the definition stays as it is.
    ///
    /// - Parameter device: The device's element as XML.
    /// - Throws: ``LibvirtError``, of kind `wrongState` when the domain does not run, `timedOut` when QEMU does not answer.
    public func attach(
        _ device: String, to name: String, patience: MonitorPatience = MonitorPatience()
    ) throws(LibvirtError) {
        try askQEMU(of: name, "virDomainAttachDeviceFlags", patience) {
            virDomainAttachDeviceFlags($0, device, VIR_DOMAIN_AFFECT_LIVE.rawValue)
        }
    }

    /// Has a device of a running domain, told by its address, be as this one says, in the running domain only.
    ///
    /// - Parameter device: The device's element as XML.
    /// - Throws: ``LibvirtError``, of kind `wrongState` when the domain does not run, `timedOut` when QEMU does not answer.
    public func update(
        _ device: String, of name: String, patience: MonitorPatience = MonitorPatience()
    ) throws(LibvirtError) {
        try askQEMU(of: name, "virDomainUpdateDeviceFlags", patience) {
            virDomainUpdateDeviceFlags($0, device, VIR_DOMAIN_AFFECT_LIVE.rawValue)
        }
    }

    /// Asks the guest of a running domain to let go of a device, in the running domain only, and waits for that a few seconds.
    ///
    /// libvirt gives no error when the guest does not answer: whether the device is gone the live definition says.
    /// - Throws: ``LibvirtError``, of kind `wrongState` when the domain does not run, `timedOut` when QEMU does not answer.
    public func detach(
        _ device: String, from name: String, patience: MonitorPatience = MonitorPatience()
    ) throws(LibvirtError) {
        try askQEMU(of: name, "virDomainDetachDeviceFlags", patience) {
            virDomainDetachDeviceFlags($0, device, VIR_DOMAIN_AFFECT_LIVE.rawValue)
        }
    }
}
