public import Execution
internal import SystemPackage

extension HostRefusal {
    /// What the system said, about which file.
    public init(_ error: SysfsError) {
        self.init(
            call: error.path.string, kind: error.isNotPermitted ? .notPermitted : .other,
            code: Int(error.errno?.rawValue ?? 0), message: "\(error)")
    }
}
