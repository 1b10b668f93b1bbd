internal import Execution
internal import Glibc
internal import HostModel
internal import LivePlacement
internal import SystemPackage

/// The control groups into which libvirt has put a guest's threads, and the cells on which these may have memory.
///
/// A group without cells of its own has its parent's; libvirt writes cells where the guest's memory is bound strictly. A host without
/// the cpuset controller limits nobody.
struct GuestGroups {
    private let files: HostFiles
    /// The guest's folders that name cells, the outer ones first.
    private let folders: [String]

    /// Finds the groups of a guest's process.
    init(process: Int, root: FilePath) throws(Unread) {
        files = HostFiles(root: root)
        do throws(SysfsError) {
            let text = try files.text("proc/\(process)/cgroup") ?? ""
            folders = try GuestGroups.folders(in: text, files)
        } catch {
            throw Unread("\(error)", isForbidden: error.isNotPermitted)
        }
    }

    private static func folders(in text: String, _ files: HostFiles) throws(SysfsError) -> [String] {
        guard let folder = folder(in: text)?.path else { return [] }
        let inner = try files.names(in: folder)?.map { "\(folder)/\($0)" } ?? []
        let outer = folder.hasSuffix("/libvirt") ? [String(folder.dropLast("/libvirt".count))] : []
        var naming: [String] = []
        for name in outer + [folder] + inner where try cells(of: name, files)?.isEmpty == false {
            naming.append(name)
        }
        return naming
    }

    /// The folder in which libvirt keeps `emulator`, `vcpu0` and so on of a guest, by the groups of its process; nil for none.
    static func folder(in text: String) -> (path: String, isVersion1: Bool)? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].contains("/libvirt/") || fields[2].hasSuffix("/emulator") else {
                continue
            }
            let isVersion1 = fields[1].split(separator: ",").contains("cpuset")
            guard isVersion1 || fields[1].isEmpty else { continue }
            let own = fields[2].split(separator: "/").dropLast().joined(separator: "/")
            return ("\(ProgramGroups.folder)/\(isVersion1 ? "cpuset/" : "")\(own)", isVersion1)
        }
        return nil
    }

    private static func cells(of folder: String, _ files: HostFiles) throws(SysfsError) -> CellSet? {
        guard let text = try files.text("\(folder)/cpuset.mems") else { return nil }
        return try? CellSet(parsing: SysfsText.trimmed(text))
    }

    /// Adds a cell to those of every group.
    func admit(_ cell: CellID) throws(StepFailure) {
        for folder in folders {
            try set(folder) { $0.union([cell]) }
        }
    }

    /// Leaves every group these cells only, the inner ones first.
    func confine(to cells: CellSet) throws(StepFailure) {
        for folder in folders.reversed() {
            try set(folder) { _ in cells }
        }
    }

    private func set(_ folder: String, _ change: (CellSet) -> CellSet) throws(StepFailure) {
        do throws(SysfsError) {
            // A thread that has ended meanwhile has taken its group with it.
            guard let now = try GuestGroups.cells(of: folder, files), now != change(now) else { return }
            try files.write(line: "\(change(now))", to: "\(folder)/cpuset.mems")
        } catch {
            if error.isAbsent { return }
            throw .refused(HostRefusal(error))
        }
    }
}
