internal import HostModel
internal import SystemPackage

extension FactReader {
    /// The interrupts that drivers have asked for, where they may come, and whether irqbalance moves them; nil where procfs has none.
    ///
    /// Those that the kernel manages nobody can write to since Linux 6.13; before, only trying tells.
    ///
    /// - Parameter isolated: The CPUs that irqbalance leaves alone unless it is told other ones.
    mutating func interrupts(isolated: CPUSet) -> InterruptFacts? {
        guard let names = names(in: "proc/irq") else { return nil }
        // Those who may not read it learn from newer kernels only.
        let fixed = FixedInterrupts((try? files.text(FixedInterrupts.path)) ?? "")
        let interrupts = names.compactMap { name -> InterruptFacts.Interrupt? in
            guard let number = SysfsText.number(name).flatMap({ Int(exactly: $0) }), number <= InterruptID.highest
            else { return nil }
            guard let label = InterruptFiles.drivers(in: self.names(in: "proc/irq/\(name)") ?? []),
                let cpus: CPUSet = list("proc/irq/\(name)/smp_affinity_list")
            else { return nil }
            return InterruptFacts.Interrupt(
                number: number, name: label, cpus: cpus, cell: cell(ofInterrupt: name),
                isFixed: fixed.contains(number, label) || self.files.isReadOnly("proc/irq/\(name)/smp_affinity_list"))
        }
        return InterruptFacts(
            interrupts: interrupts,
            future: value("proc/irq/default_smp_affinity", as: "a mask such as 0000ffff", SysfsText.mask),
            balancer: balancer(isolated: isolated))
    }

    /// -1 is none.
    private mutating func cell(ofInterrupt name: String) -> CellID? {
        guard let text = text("proc/irq/\(name)/node") else { return nil }
        return SysfsText.number(SysfsText.trimmed(text)).flatMap { Int(exactly: $0) }.map { CellID($0) }
    }

    /// irqbalance keeps off the CPUs that its environment names, else off those that the kernel was told to leave alone. Its environment
    /// is root's to read; to others the file tells from which its unit makes that.
    private mutating func balancer(isolated: CPUSet) -> InterruptFacts.Balancer? {
        for name in names(in: "proc") ?? [] where SysfsText.number(name) != nil {
            guard (try? files.text("proc/\(name)/comm")).flatMap({ $0 }).map({ SysfsText.trimmed($0) }) == "irqbalance"
            else { continue }
            let words =
                (try? files.text("proc/\(name)/environ")).flatMap { $0 }?.split(separator: "\0")
                ?? ["etc/default/irqbalance", "etc/sysconfig/irqbalance"].compactMap { text($0) }.flatMap {
                    $0.split(separator: "\n")
                }
            func value(_ key: String) -> String? {
                words.last { $0.hasPrefix("\(key)=") }
                    .map { String($0.dropFirst(key.count + 1)).filter { !"\"'".contains($0) } }
            }
            let banned =
                value("IRQBALANCE_BANNED_CPULIST").flatMap { SysfsText.list($0) }
                ?? value("IRQBALANCE_BANNED_CPUS").flatMap { SysfsText.mask($0) }
            let dynticks: CPUSet? = list("sys/devices/system/cpu/nohz_full")
            return InterruptFacts.Balancer(banned: banned ?? isolated.union(dynticks ?? []))
        }
        return nil
    }
}
