/// A file of systemd with settings for a unit, or for systemd itself, of the name that apply gives to its own.
public struct UnitDropIn: Hashable, Sendable, Codable {
    /// The unit, `spdk.service`, or one of ``isolating``.
    public var unit: String
    /// The file's text.
    public var text: String

    /// Takes a file.
    package init(unit: String, text: String) {
        self.unit = unit
        self.text = text
    }
}

extension UnitDropIn {
    /// The file's name in the folder of the unit's settings.
    public static let fileName = "50-numactl-plan.conf"

    /// What stands for systemd itself, which starts every program: the name of its own settings.
    public static let manager = "system.conf"

    /// The units that all programs of the machine but its guests are in: systemd.special(7).
    public static let groups = ["init.scope", "system.slice", "user.slice"]

    /// What has settings for isolation, in the order in which they are written.
    public static let isolating = [manager] + groups

    /// Whether the unit is a group of programs, all of which its settings confine at once; others take effect at the next start.
    public static func isGroup(_ unit: String) -> Bool { groups.contains(unit) }

    /// The first words of such a file that apply wrote.
    private static let mark = "# Written by numactl-plan"

    /// Whether apply wrote it.
    public var isOurs: Bool { UnitDropIn.isOurs(text) }

    /// Whether apply wrote a text.
    public static func isOurs(_ text: String) -> Bool { text.hasPrefix(mark) }

    /// Whether apply wrote it for the isolation of a site.
    package func isIsolation(of site: String) -> Bool {
        UnitDropIn.isolating.contains(unit) && text.hasPrefix(UnitDropIn.heading(actor: nil, site: site))
    }

    private static func heading(actor: String?, site: String) -> String {
        "\(mark) for \(actor.map { "actor '\($0)'" } ?? "isolation") of site '\(site)'; apply overwrites changes.\n"
    }

    /// The settings that confine a unit to an actor's CPUs, and its memory to cells; or, for isolation, what systemd starts, or a group
    /// of programs.
    ///
    /// An empty assignment first: lists of CPUs and of cells that several files name are put together otherwise.
    ///
    /// - Parameters:
    ///   - actor: The actor; nil for isolation.
    ///   - cells: The cells that its memory comes from; empty leaves that as it is.
    package init(unit: String, actor: String?, site: String, cpus: CPUSet, cells: CellSet) {
        let memory = cells.isEmpty ? "" : "NUMAPolicy=bind\nNUMAMask=\nNUMAMask=\(cells)\n"
        self.init(
            unit: unit,
            text: """
                \(UnitDropIn.heading(actor: actor, site: site))\
                [\(UnitDropIn.section(of: unit))]
                \(UnitDropIn.key(of: unit))=
                \(UnitDropIn.key(of: unit))=\(cpus)
                \(memory)
                """)
    }

    private static func section(of unit: String) -> String {
        if unit == manager { return "Manager" }
        guard isGroup(unit) else { return "Service" }
        return unit.hasSuffix(".scope") ? "Scope" : "Slice"
    }

    /// The setting that confines a unit's programs: a group's is the kernel's own bound, which no thread can leave.
    package static func key(of unit: String) -> String { isGroup(unit) ? "AllowedCPUs" : "CPUAffinity" }
}

extension UnitDropIn {
    /// Whether a name is that of a service that can have such a file: letters, digits and `:-_.\@`, and `.service` at the end.
    public static func isService(_ unit: String) -> Bool {
        let suffix = ".service"
        guard unit.hasSuffix(suffix), unit.utf8.count > suffix.utf8.count, unit.utf8.count <= 200 else { return false }
        guard unit.first != ".", unit.first != "-" else { return false }
        return unit.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || #":-_.\@"#.utf8.contains(byte)
        }
    }
}
