internal import CLibvirt
internal import Glibc

/// What libvirt keeps of a domain, or does with it, so that it refuses other calls.
extension DomainHandle {
    /// How many snapshots libvirt keeps; 0 where the driver knows none.
    func snapshots() throws(LibvirtError) -> Int {
        try count("virDomainSnapshotNum") {
            virDomainSnapshotNum($0, VIR_DOMAIN_SNAPSHOT_LIST_METADATA.rawValue)
        }
    }

    /// How many checkpoints libvirt keeps; 0 where the driver knows none.
    func checkpoints() throws(LibvirtError) -> Int {
        try count("virDomainListAllCheckpoints") { virDomainListAllCheckpoints($0, nil, 0) }
    }

    /// What libvirt does with the domain at the moment that bars other calls, in one word; nil for nothing, and where the driver does
    /// not tell.
    ///
    /// A command that QEMU is answering just now is no job: it passes.
    func job() throws(LibvirtError) -> String? {
        guard try isActive() else { return nil }
        var control = virDomainControlInfo()
        do {
            try call("virDomainGetControlInfo") { virDomainGetControlInfo($0, &control, 0) }
        } catch  where error.kind == .unsupported || error.kind == .wrongState {
            return nil
        }
        switch virDomainControlState(control.state) {
        case VIR_DOMAIN_CONTROL_JOB: return try operation() ?? "job"
        case VIR_DOMAIN_CONTROL_ERROR: return "unreachable"
        default: return nil
        }
    }

    /// The running job's name; nil when it has just ended.
    private func operation() throws(LibvirtError) -> String? {
        var (type, parameters, count): (Int32, virTypedParameterPtr?, Int32) = (0, nil, 0)
        try call("virDomainGetJobStats") { virDomainGetJobStats($0, &type, &parameters, &count, 0) }
        defer { virTypedParamsFree(parameters, count) }
        guard type != Int32(VIR_DOMAIN_JOB_NONE.rawValue) else { return nil }
        var number: Int32 = 0
        guard virTypedParamsGetInt(parameters, count, VIR_DOMAIN_JOB_OPERATION, &number) == 1 else { return "job" }
        return DomainHandle.operations[virDomainJobOperation(UInt32(bitPattern: number)).rawValue] ?? "job"
    }

    private func count(_ name: String, _ function: (virDomainPtr) -> Int32) throws(LibvirtError) -> Int {
        do {
            return Int(try call(name, function))
        } catch  where error.kind == .unsupported {
            return 0
        }
    }

    private static let operations: [UInt32: String] = [
        VIR_DOMAIN_JOB_OPERATION_START.rawValue: "start", VIR_DOMAIN_JOB_OPERATION_SAVE.rawValue: "save",
        VIR_DOMAIN_JOB_OPERATION_RESTORE.rawValue: "restore",
        VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN.rawValue: "migration_in",
        VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT.rawValue: "migration_out",
        VIR_DOMAIN_JOB_OPERATION_SNAPSHOT.rawValue: "snapshot",
        VIR_DOMAIN_JOB_OPERATION_SNAPSHOT_REVERT.rawValue: "snapshot_revert",
        VIR_DOMAIN_JOB_OPERATION_DUMP.rawValue: "dump", VIR_DOMAIN_JOB_OPERATION_BACKUP.rawValue: "backup",
    ]
}
