public import HostModel

/// What the interpreter needs of the host's devices that can be divided into virtual functions.
public protocol VirtualFunctionHost {
    /// How many virtual functions a device has; nil for one that is gone, or can have none.
    func count(of device: PCIAddress) throws(StepFailure) -> Int?

    /// Divides a device into so many; those that it has go first.
    ///
    /// - Throws: ``StepFailure/vfsInUse(_:by:)`` when a guest has one of those that would go.
    func divide(_ device: PCIAddress, into count: Int) throws(StepFailure)
}

/// A host whose devices nobody divides.
public struct NoVirtualFunctions: VirtualFunctionHost {
    /// Makes one.
    package init() {}

    /// Refuses.
    public func count(of device: PCIAddress) throws(StepFailure) -> Int? { throw refusal }
    /// Refuses.
    public func divide(_ device: PCIAddress, into count: Int) throws(StepFailure) { throw refusal }

    private var refusal: StepFailure {
        .refused(HostRefusal(call: "sriov_numvfs", kind: .other, code: 0, message: "devices are not touched here"))
    }
}
