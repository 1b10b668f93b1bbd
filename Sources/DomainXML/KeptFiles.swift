internal import HostModel
public import XMLTree

/// What of a domain outlives its definition.
public enum KeptFiles {
    /// The paths of disks and of the NVRAM that a definition names, in its order, each once; what has no path on the host is left out.
    public static func paths(in domain: XMLElement) -> [String] {
        let disks = domain.element(named: "devices")?.elements(named: "disk") ?? []
        let sources = disks.compactMap { disk -> String? in
            guard let source = disk.element(named: "source") else { return nil }
            if let pool = source[attribute: "pool"], let volume = source[attribute: "volume"] {
                return "\(pool)/\(volume)"
            }
            return source[attribute: "file"] ?? source[attribute: "dev"] ?? source[attribute: "dir"]
        }
        let nvram = domain.element(named: "os")?.element(named: "nvram")
        let store = nvram.flatMap {
            $0.element(named: "source")?[attribute: "file"] ?? ($0.text.isEmpty ? nil : $0.text)
        }
        var seen: Set<String> = []
        return (sources + [store].compactMap(\.self)).filter { seen.insert($0).inserted }
    }
}
