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
        help: ArgumentHelp("The file with the pool targets for the boot unit.", valueName: "file"),
        completion: .file())
    var bootFile = BootFile.standardPath.string

    @OptionGroup var lockOption: LockOption
    @OptionGroup var state: StateOption

    /// Lets nobody else decide what is reserved at the next boot.
    ///
    /// - Throws: ``CommandFailure`` with 77 when another user can change the boot file, or put one in its place.
    func demandTrustedBootFile() throws {
        do {
            guard let doubt = try FileDoubt.place(FilePath(bootFile)) else { return }
            throw CommandFailure(.notPermitted, [doubt.refusal(of: bootFile, isInput: false)])
        } catch let error as SysfsError {
            throw CommandFailure(
                error.isNotPermitted ? .notPermitted : .unexpected, [Diagnostic(.outputUnwritable, "\(error)")])
        }
    }

    /// The boot file's path from the root, which means the same wherever a rollback runs.
    var bootFilePath: String { absolutePath(bootFile) }

    /// The boot file that the plan asks for; nil where the one that is there says the same. A host without wanted pages, isolation, devices to divide and
    /// a boot file gets none.
    func wantedBootFile(_ order: WorkOrder) -> BootFile? {
        let targets = order.poolTargets
        let present = BootFile.read(FilePath(bootFile)).value
        var file = BootFile(
            facts: order.facts, targets: targets.map { PoolTarget($0.key, pages: $0.value) }.sorted(),
            keepFree: order.keepFree)
        file.isolation = order.isolation
        file.divided = order.divided
        file.join(present, site: order.plan.site)
        if present == nil, targets.isEmpty, order.isolation == nil, order.divided.isEmpty { return nil }
        if let present, present.asksTheSame(as: file) { return nil }
        return file
    }
}

extension RuntimeFiles {
    /// Lets no plan give back pages that the boot file keeps for another site.
    ///
    /// - Throws: ``CommandFailure`` with 15, naming the sites and the pools.
    func demandPagesOfOtherSites(_ order: WorkOrder) throws {
        guard let present = BootFile.read(FilePath(bootFile)).value else { return }
        let others = present.sites.filter { $0 != order.plan.site }
        guard !others.isEmpty else { return }
        let kept = Dictionary(present.targets.map { ($0.pool, $0.pages) }, uniquingKeysWith: max)
        let taken = order.steps.compactMap { step -> String? in
            guard case .setPool(let step) = step, step.target < step.prior, let pages = kept[step.pool],
                step.target < pages
            else { return nil }
            let pool = step.pool
            return
                "\(pool.pageSize) cell \(pool.cell): \(pages) pages are reserved for it, the plan leaves \(step.target)"
        }
        guard !taken.isEmpty else { return }
        throw CommandFailure(
            .needsConsent,
            [
                Diagnostic(
                    .otherSite,
                    "nothing was changed: \(bootFile) reserves pages for another site (\(others.joined(separator: ", ")))",
                    notes: taken,
                    hint: "if that site is retired: rm \(bootFile), then apply the remaining sites")
            ])
    }
}

extension BootFile {
    /// Takes over what the file that is there keeps for other sites: a pool then holds what the site that wants most wants.
    fileprivate mutating func join(_ present: BootFile?, site: String) {
        let others = present?.sites.filter { $0 != site } ?? []
        sites = (others + [site]).sorted()
        guard !others.isEmpty, let present else { return }
        let known = Set(cells.map(\.id))
        let kept = present.targets.filter { known.contains($0.pool.cell) }
        let pages = Dictionary((targets + kept).map { ($0.pool, $0.pages) }, uniquingKeysWith: max)
        targets = pages.map { PoolTarget($0.key, pages: $0.value) }.sorted()
        isolation = isolation.map { own in present.isolation.map(own.joined) ?? own } ?? present.isolation
        let counts = Dictionary((divided + present.divided).map { ($0.device, $0.count) }, uniquingKeysWith: max)
        divided = counts.map { DividedDevice(device: $0.key, count: $0.value) }.sorted()
    }

    /// Whether two files reserve the same on the same cells. The memory of a cell is not compared: it differs a little from boot to
    /// boot, and on machines whose memory grows.
    func asksTheSame(as other: BootFile) -> Bool {
        func shape(_ file: BootFile) -> [(CellID, CPUSet, KiB)] { file.cells.map { ($0.id, $0.cpus, $0.keepFree) } }
        return host == other.host && (sites.isEmpty || sites == other.sites) && targets == other.targets
            && isolation == other.isolation && divided == other.divided
            && shape(self).elementsEqual(shape(other), by: ==)
    }
}
