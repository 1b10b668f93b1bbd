public import Execution
public import HostModel
public import SystemPackage

/// The files in which apply records the CPUs of programs beside the guests, and by which systemd confines their units.
public struct ActorFiles: ActorHost {
    private let root: FilePath
    private let files = DiskFiles()
    private let groups: ProgramGroups

    /// Those of the running machine, or of the file tree below `root`.
    public init(root: FilePath = "/") {
        self.root = root
        groups = ProgramGroups(root: root)
    }

    /// What is recorded of an actor; nil for nothing.
    public func record(of actor: String, site: String) throws(StepFailure) -> ActorRecord? {
        try records().first { $0.name == actor && $0.site == site }
    }

    /// Records an actor, or forgets it. The file goes with the last record.
    public func set(_ record: ActorRecord?, of actor: String, site: String) throws(StepFailure) {
        let others = try records().filter { $0.name != actor || $0.site != site }
        let path = root.appending(ActorsDocument.path)
        try write(ActorsDocument(others + [record].compactMap(\.self)).text, to: path)
    }

    /// The text of the file of settings of a unit, of the name that apply gives to its own; nil for no such file.
    public func dropIn(of unit: String) throws(StepFailure) -> String? {
        try files.text(of: path(of: unit).string)
    }

    /// Writes that file, or removes it; its folder comes with it, and goes with it where nothing else is in it.
    public func setDropIn(of unit: String, to text: String?) throws(StepFailure) {
        try write(text, to: path(of: unit))
    }

    /// The CPUs that a group of programs is confined to, empty for not at all; nil where it is not there.
    public func cpus(ofGroup unit: String) throws(StepFailure) -> CPUSet? {
        do { return try groups.cpus(of: unit) } catch { throw .refused(HostRefusal(error)) }
    }

    /// Has systemd read its files of settings, by which it confines a group to these CPUs, or frees it.
    public func confine(group unit: String, to cpus: CPUSet) throws(StepFailure) {
        try groups.confine(unit, to: cpus)
    }

    private func path(of unit: String) throws(StepFailure) -> FilePath {
        guard let path = DropInFiles.path(of: unit) else {
            throw .refused(
                HostRefusal(call: unit, kind: .other, code: 0, message: "no service of systemd has this name"))
        }
        return root.appending(path)
    }

    private func records() throws(StepFailure) -> [ActorRecord] {
        let path = root.appending(ActorsDocument.path).string
        guard let text = try files.text(of: path) else { return [] }
        guard let document = ActorsDocument(text: text) else {
            throw .refused(
                HostRefusal(call: path, kind: .other, code: 0, message: "this is no record of actors that apply wrote"))
        }
        return document.actors
    }

    private func write(_ text: String?, to path: FilePath) throws(StepFailure) {
        let before = try files.text(of: path.string)
        guard before != text else { return }
        try files.make(FileChange(path: path.string, before: before, after: text, makesFolder: true))
    }
}

/// Where systemd looks for settings that the machine's operator makes, named from the root.
enum DropInFiles {
    /// Those of units.
    static let folder = "etc/systemd/system"

    /// The file of the name that apply gives to its own; nil for what is no service, no group of programs and not systemd itself.
    static func path(of unit: String) -> String? {
        if unit == UnitDropIn.manager { return "etc/systemd/\(unit).d/\(UnitDropIn.fileName)" }
        return UnitDropIn.isService(unit) || UnitDropIn.isGroup(unit)
            ? "\(folder)/\(unit).d/\(UnitDropIn.fileName)" : nil
    }
}
