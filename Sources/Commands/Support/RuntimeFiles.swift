internal import ArgumentParser
internal import Diagnostics
internal import Execution
internal import HostModel
internal import Planning
internal import LinuxHost
internal import SiteFile
internal import SystemPackage

/// The files that apply keeps on a host.
struct RuntimeFiles: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the pools' targets for the boot unit are kept.", valueName: "file"),
        completion: .file())
    var bootFile = BootFile.standardPath.string

    @OptionGroup var lockOption: LockOption
    @OptionGroup var state: StateOption

    /// The boot file's path from the root, which means the same wherever a rollback runs.
    var bootFilePath: String { absolutePath(bootFile) }

    /// The boot file that the plan asks for; nil where the one that is there says the same. A host without wanted pages and without
    /// a boot file gets none.
    func wantedBootFile(_ order: WorkOrder) -> BootFile? {
        let targets = order.poolTargets
        let present = BootFile.read(FilePath(bootFile)).value
        let file = BootFile(
            facts: order.facts, targets: targets.map { PoolTarget($0.key, pages: $0.value) }.sorted(),
            keepFree: order.keepFree)
        if present == nil, targets.isEmpty { return nil }
        if let present, present.asksTheSame(as: file) { return nil }
        return file
    }
}

extension BootFile {
    /// Whether two files reserve the same on the same cells. The memory of a cell is not compared: it differs a little from boot to
    /// boot, and on machines whose memory grows.
    func asksTheSame(as other: BootFile) -> Bool {
        func shape(_ file: BootFile) -> [(CellID, CPUSet, KiB)] { file.cells.map { ($0.id, $0.cpus, $0.keepFree) } }
        return host == other.host && targets == other.targets && shape(self).elementsEqual(shape(other), by: ==)
    }
}
