internal import CLibvirt
internal import Glibc
public import Planning

extension Connection {
    /// How a network stands; nil where the driver has no networks.
    public func network(_ name: String) throws(LibvirtError) -> HostObservation.NetworkState? {
        guard let network = virNetworkLookupByName(handle, name) else {
            let error = LibvirtError.last("virNetworkLookupByName")
            if error.code == Int(VIR_ERR_NO_NETWORK.rawValue) { return .missing }
            if error.kind == .unsupported { return nil }
            throw error
        }
        defer { virNetworkFree(network) }
        let active = virNetworkIsActive(network)
        guard active >= 0 else { throw .last("virNetworkIsActive") }
        return active == 1 ? .active : .inactive
    }

    /// How a volume stands; nil where the driver has no storage pools.
    public func volume(_ volume: HostNeeds.Volume) throws(LibvirtError) -> HostObservation.VolumeState? {
        guard let pool = virStoragePoolLookupByName(handle, volume.pool) else {
            let error = LibvirtError.last("virStoragePoolLookupByName")
            if error.code == Int(VIR_ERR_NO_STORAGE_POOL.rawValue) { return .poolMissing }
            if error.kind == .unsupported { return nil }
            throw error
        }
        defer { virStoragePoolFree(pool) }
        let active = virStoragePoolIsActive(pool)
        guard active >= 0 else { throw .last("virStoragePoolIsActive") }
        guard active == 1 else { return .poolInactive }
        guard let found = virStorageVolLookupByName(pool, volume.name) else {
            let error = LibvirtError.last("virStorageVolLookupByName")
            if error.code == Int(VIR_ERR_NO_STORAGE_VOL.rawValue) { return .missing }
            throw error
        }
        defer { virStorageVolFree(found) }
        guard let path = virStorageVolGetPath(found) else { throw .last("virStorageVolGetPath") }
        defer { free(path) }
        return .present(path: String(cString: path))
    }

    /// What libvirt says against a machine that it does not offer, "" for one that it offers; nil where the driver does not tell.
    public func objection(to machine: HostNeeds.Machine) throws(LibvirtError) -> String? {
        let text = virConnectGetDomainCapabilities(
            handle, machine.emulator, machine.arch, machine.type, machine.hypervisor, 0)
        if let text {
            free(text)
            return ""
        }
        let error = LibvirtError.last("virConnectGetDomainCapabilities")
        if error.code == Int(VIR_ERR_NO_SUPPORT.rawValue) { return nil }
        guard error.kind == .invalidArgument || error.kind == .unsupported else { throw error }
        return error.message
    }
}
