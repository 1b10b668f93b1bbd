internal import Execution
internal import HostModel
internal import SystemPackage

extension FactReader {
    /// What comes to and runs on CPUs beside guests: interrupts that drivers have asked for, work queues, threads; and who else sends
    /// them elsewhere. Nil where procfs has no interrupts.
    ///
    /// - Parameters:
    ///   - online: All CPUs.
    ///   - isolated: The CPUs that irqbalance leaves alone unless it is told other ones.
    mutating func isolation(online: CPUSet, isolated: CPUSet) -> IsolationFacts? {
        guard let interrupts = interrupts() else { return nil }
        let running = programs()
        return IsolationFacts(
            interrupts: interrupts,
            newInterrupts: value("proc/irq/default_smp_affinity", as: "a mask such as 0000ffff", SysfsText.mask),
            balancer: balancer(running["irqbalance"], isolated: isolated),
            workqueues: value(KernelAffinities.workqueues, as: "a mask such as 0000ffff", SysfsText.mask),
            threads: threads(), tuned: running["tuned"].flatMap { _ in tuned() }, manager: manager(online: online),
            offlinable: offlinableCPUs(), partitions: list(GuestPartitions.isolated))
    }

    /// Whether CPUs are in isolated partitions that were not so from the boot on.
    mutating func hasPartitions(besides isolated: CPUSet) -> Bool {
        let partitions: CPUSet? = list(GuestPartitions.isolated)
        return partitions.map { !$0.subtracting(isolated).isEmpty } ?? false
    }

    /// Those that the kernel manages nobody can write to since Linux 6.13; before, only trying tells.
    private mutating func interrupts() -> [IsolationFacts.Interrupt]? {
        guard let names = names(in: "proc/irq") else { return nil }
        // Those who may not read it learn from newer kernels only.
        let fixed = FixedInterrupts((try? files.text(FixedInterrupts.path)) ?? "")
        return names.compactMap { name in
            guard let number = SysfsText.number(name).flatMap({ Int(exactly: $0) }), number <= AffinityID.highest
            else { return nil }
            guard let label = InterruptFiles.drivers(in: self.names(in: "proc/irq/\(name)") ?? []),
                let cpus: CPUSet = list("proc/irq/\(name)/smp_affinity_list")
            else { return nil }
            return IsolationFacts.Interrupt(
                number: number, name: label, cpus: cpus, cell: cell(ofInterrupt: name),
                isFixed: fixed.contains(number, label) || self.files.isReadOnly("proc/irq/\(name)/smp_affinity_list"))
        }
    }

    /// -1 is none.
    private mutating func cell(ofInterrupt name: String) -> CellID? {
        guard let text = text("proc/irq/\(name)/node") else { return nil }
        return SysfsText.number(SysfsText.trimmed(text)).flatMap { Int(exactly: $0) }.map { CellID($0) }
    }

    /// The folders of irqbalance's and tuned's processes, by the name of the program.
    private mutating func programs() -> [String: String] {
        var found: [String: String] = [:]
        for number in names(in: "proc") ?? [] where SysfsText.number(number) != nil {
            // A process may end at any time.
            guard let name = (try? files.text("proc/\(number)/comm")).flatMap({ $0 }).map({ SysfsText.trimmed($0) }),
                ["irqbalance", "tuned"].contains(name)
            else { continue }
            found[String(name)] = "proc/\(number)"
        }
        return found
    }

    /// irqbalance keeps off the CPUs that its environment names, else off those that the kernel was told to leave alone. Its environment
    /// is root's to read; to others the file tells from which its unit makes that.
    private mutating func balancer(_ process: String?, isolated: CPUSet) -> IsolationFacts.Balancer? {
        guard let process else { return nil }
        let words =
            (try? files.text("\(process)/environ")).flatMap { $0 }?.split(separator: "\0")
            ?? ["etc/default/irqbalance", "etc/sysconfig/irqbalance"].compactMap { text($0) }.flatMap {
                $0.split(separator: "\n")
            }
        let banned =
            value(of: "IRQBALANCE_BANNED_CPULIST", in: words).flatMap { SysfsText.list($0) }
            ?? value(of: "IRQBALANCE_BANNED_CPUS", in: words).flatMap { SysfsText.mask($0) }
        let dynticks: CPUSet? = list("sys/devices/system/cpu/nohz_full")
        return IsolationFacts.Balancer(banned: banned ?? isolated.union(dynticks ?? []))
    }

    /// tuned, where a file of its active profile says which cores it isolates; what that file has it work out is not known.
    private mutating func tuned() -> IsolationFacts.Tuned? {
        for profile in (text("etc/tuned/active_profile") ?? "").split(whereSeparator: \.isWhitespace) {
            guard !profile.contains("/"), let variables = text("etc/tuned/\(profile)-variables.conf"),
                let cores = value(of: "isolated_cores", in: variables.split(separator: "\n"))
            else { continue }
            return IsolationFacts.Tuned(profile: String(profile), isolated: SysfsText.list(cores) ?? [])
        }
        return nil
    }

    /// systemd's own settings, where it runs the machine: sd_booted(3). Of CPUs that it is to find out itself nothing is known.
    private mutating func manager(online: CPUSet) -> IsolationFacts.Manager? {
        guard names(in: "run/systemd/system") != nil else { return nil }
        return IsolationFacts.Manager(
            affinity: cpusByOthers(UnitDropIn.manager, in: managerFolders), groups: programGroups(online: online))
    }

    /// The CPUs that files which apply did not write confine a unit to.
    private mutating func cpusByOthers(_ unit: String, in folders: [String]) -> CPUSet? {
        let own = DropInFiles.path(of: unit)
        let files = settingFiles(unit, in: folders).filter { $0.path != own || !UnitDropIn.isOurs($0.text) }
        let (values, sources) = setting(UnitDropIn.key(of: unit), in: files)
        return values.contains("numa") ? nil : systemdList(values, files: sources)
    }

    /// The groups that programs are in, where the kernel can confine them: control groups of version 2 that have CPUs.
    ///
    /// - Parameter online: All CPUs; threads that have these were put nowhere.
    private mutating func programGroups(online: CPUSet) -> [String: IsolationFacts.ProgramGroup] {
        guard let controllers = text(ProgramGroups.controllers), ProgramGroups.confine(controllers) else { return [:] }
        let present = ProgramGroups(root: files.root)
        let placed = present.placed()
        let groups = UnitDropIn.groups.map { unit in
            let now = (try? present.cpus(of: unit)).flatMap(\.self)
            let sets = (placed[unit] ?? []).filter { !online.isSubset(of: $0) }
            return (
                unit,
                IsolationFacts.ProgramGroup(allowed: cpusByOthers(unit, in: unitFolders), now: now, placed: sets)
            )
        }
        return Dictionary(uniqueKeysWithValues: groups)
    }

    /// The value of the last line `key=value`, without quotation marks and blanks.
    private func value(of key: String, in lines: [Substring]) -> String? {
        lines.last { $0.hasPrefix("\(key)=") }
            .map { String($0.dropFirst(key.count + 1)).filter { !"\"' ".contains($0) } }
    }

    /// The threads that can be given other CPUs; where they cannot be looked at, none.
    private func threads() -> [IsolationFacts.Threads] {
        let found = (try? ProgramThreads(root: files.root).movableThreads()) ?? []
        return Dictionary(grouping: found, by: \.allowed).map { cpus, threads in
            IsolationFacts.Threads(cpus: cpus, count: threads.count, names: threads.map(\.program))
        }
    }
}
