internal import HostModel

/// Where systemd looks for a unit's files, the first before all others: systemd.unit(5).
let unitFolders = [
    "etc/systemd/system.control", "run/systemd/system.control", "run/systemd/transient", "etc/systemd/system",
    "run/systemd/system", "usr/local/lib/systemd/system", "usr/lib/systemd/system", "lib/systemd/system",
]

/// Where systemd looks for settings of its own, the first before all others: systemd-system.conf(5).
let managerFolders = ["etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd"]

extension FactReader {
    /// A file with settings of systemd.
    typealias SettingFile = (path: String, text: String)

    /// The files that make a unit, or systemd's own settings, in the order in which they take effect: the unit's own, then its drop-ins
    /// by name, of one name only the first folder's.
    mutating func settingFiles(_ unit: String, in folders: [String]) -> [SettingFile] {
        var files: [SettingFile] = []
        for path in folders.map({ "\($0)/\(unit)" }) {
            guard let text = text(path) else { continue }
            files.append((path, text))
            break
        }
        var dropIns: [String: String] = [:]
        for folder in folders.map({ "\($0)/\(unit).d" }) {
            for name in names(in: folder) ?? [] where name.hasSuffix(".conf") && dropIns[name] == nil {
                dropIns[name] = "\(folder)/\(name)"
            }
        }
        for (_, path) in dropIns.sorted(by: { $0.key < $1.key }) {
            if let text = text(path) { files.append((path, text)) }
        }
        return files
    }

    /// What all files together give to a setting: later lines add to earlier ones, an empty one takes all of them back.
    func setting(_ key: String, in files: [SettingFile]) -> (values: [String], files: [String]) {
        var (values, sources): ([String], [String]) = ([], [])
        for file in files {
            for line in file.text.split(whereSeparator: \.isNewline) {
                let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, SysfsText.trimmed(String(parts[0])) == key else { continue }
                let value = String(SysfsText.trimmed(String(parts[1])))
                if value.isEmpty {
                    (values, sources) = ([], [])
                } else {
                    values.append(value)
                    sources.append(file.path)
                }
            }
        }
        return (values, sources)
    }

    /// A set as systemd writes it: numbers and ranges, apart by commas or blanks.
    mutating func systemdList<Element>(_ values: [String], files: [String]) -> IDSet<Element>? {
        guard !values.isEmpty else { return nil }
        let text = values.joined(separator: ",").split { $0 == " " || $0 == "\t" || $0 == "," }.joined(separator: ",")
        if let set: IDSet<Element> = SysfsText.list(text) { return set.isEmpty ? nil : set }
        garbled(files[0], "'\(SysfsText.excerpt(text))' is not a list such as 0-3,8")
        return nil
    }
}
