internal import Doctor

extension FactReader {
    /// What the files for sysctl set, in the order in which systemd-sysctl reads them: by name, and of one name only the file of
    /// the first folder; `/etc/sysctl.conf` last, as `sysctl --system` does it.
    mutating func sysctlFiles() -> [ConfiguredSetting]? {
        var files: [String: String] = [:]
        for folder in ["usr/lib/sysctl.d", "usr/local/lib/sysctl.d", "run/sysctl.d", "etc/sysctl.d"] {
            for name in names(in: folder) ?? [] where name.hasSuffix(".conf") { files[name] = "\(folder)/\(name)" }
        }
        let paths = files.sorted { $0.key < $1.key }.map(\.value) + ["etc/sysctl.conf"]
        var seen: Set<String> = []
        return paths.flatMap { path -> [ConfiguredSetting] in
            // A link to /dev/null masks a file, and sysctl.conf is often linked into the folder.
            guard let text = text(path), seen.insert(text).inserted else { return [] }
            return FactReader.settings(in: text, file: "/" + path)
        }
    }

    /// The settings of a sysctl file: `name = value`, with dots or slashes, comments left out.
    static func settings(in text: String, file: String) -> [ConfiguredSetting] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            let line = SysfsText.trimmed(String(line))
            guard let equals = line.firstIndex(of: "="), line.first != "#", line.first != ";" else { return nil }
            var name = SysfsText.trimmed(String(line[..<equals]))
            // A minus says that a failure to set it is no error.
            if name.first == "-" { name = name.dropFirst() }
            return ConfiguredSetting(
                file: file, line: index + 1, name: name.split(separator: "/").joined(separator: "."),
                value: String(SysfsText.trimmed(String(line[line.index(after: equals)...]))))
        }
    }

    /// The active profile of tuned with what it sets that is ours to plan.
    mutating func tuned() -> TunedProfile? {
        guard let name = line("etc/tuned/active_profile"), !name.isEmpty else { return nil }
        var lines: [String] = []
        for profile in name.split(separator: " ") {
            let places = ["etc/tuned", "etc/tuned/profiles", "usr/lib/tuned", "usr/lib/tuned/profiles"]
            guard let text = firstText(of: places.map { "\($0)/\(profile)/tuned.conf" }) else { continue }
            lines += text.split(separator: "\n").map { String(SysfsText.trimmed(String($0))) }.filter { line in
                line.first != "#"
                    && ["nr_hugepages", "numa_balancing", "hugepages=", "ksm"].contains { line.contains($0) }
            }
        }
        return TunedProfile(name: name, lines: lines)
    }
}

extension FactReader {
    /// The text of the first of these files that is there.
    private mutating func firstText(of names: [String]) -> String? {
        for name in names {
            if let text = text(name) { return text }
        }
        return nil
    }
}
