import Foundation
import Testing

/// What holds for the sources as a whole and no compiler checks.
@Suite("The sources")
struct HouseTests {
    /// What each target may import. Pure targets, whose values are the same on every machine, import nothing of the system; the C
    /// libraries in two of them compute and open nothing.
    private static let allowed: [String: Set<String>] = [
        "Diagnostics": [],
        "HostModel": ["XMLTree"],
        "YAMLTree": ["CYaml", "Diagnostics"],
        "XMLTree": ["CLibXML2", "Synchronization"],
        "DomainXML": ["HostModel", "XMLTree"],
        "SiteFile": ["Diagnostics", "HostModel", "YAMLTree"],
        "Placement": ["Diagnostics", "HostModel", "SiteFile"],
        "Planning": ["Diagnostics", "DomainXML", "HostModel", "Placement", "SiteFile", "XMLTree"],
        "Execution": ["Diagnostics", "DomainXML", "HostModel", "Planning", "XMLTree"],
        "Doctor": ["Diagnostics", "HostModel", "SiteFile"],
        "LivePlacement": ["Diagnostics", "DomainXML", "HostModel", "Placement", "Planning"],
        "Rendering": [
            "Diagnostics", "Doctor", "HostModel", "Placement", "Planning", "LivePlacement", "SiteFile", "XMLTree",
        ],
        "LinuxHost": [
            "CLinux", "CNuma", "Diagnostics", "Dispatch", "Doctor", "Execution", "FoundationEssentials", "Glibc",
            "HostModel",
            "LivePlacement", "Synchronization", "SystemPackage", "XMLTree",
        ],
        "LibvirtHost": [
            "CLibvirt", "Execution", "Glibc", "HostModel", "Planning", "Synchronization", "XMLTree",
        ],
        "Commands": [
            "ArgumentParser", "Diagnostics", "Doctor", "DomainXML", "Execution", "FoundationEssentials", "Glibc",
            "HostModel",
            "LibvirtHost", "LinuxHost", "Placement", "Planning", "Rendering", "LivePlacement", "SiteFile",
            "Synchronization",
            "SystemPackage", "XMLTree",
            "YAMLTree",
        ],
        "numactl-plan": ["Commands", "Glibc"],
    ]

    @Test("of a target import nothing but what its place allows", arguments: allowed.keys.sorted())
    func imports(target: String) throws {
        let files = try swiftFiles(in: "Sources/\(target)")
        #expect(!files.isEmpty)
        for (path, text) in files {
            let found = text.matches(of: importLine).map { String($0.output.1) }
            let excess = Set(found).subtracting(Self.allowed[target] ?? [])
            #expect(excess == [], "\(path) imports \(excess.sorted())")
        }
    }

    @Test("are all in a target whose place is known")
    func targets() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: packageRoot.appending(path: "Sources").path)
        let known = Set(Self.allowed.keys).union(["CLibXML2", "CLibvirt", "CLinux", "CNuma", "CYaml"])
        #expect(Set(folders) == known)
    }

    @Test("do not import the whole of Foundation, and with it ICU")
    func foundation() throws { #expect(try places(of: /^[^\/]*import +Foundation\b/) == []) }

    @Test("end no process, print nothing by the way and do not go round the compiler")
    func forbidden() throws {
        #expect(try places(of: /\b(?:print|debugPrint|dump|puts|fatalError|unsafeBitCast)\(/) == [])
        #expect(try places(of: /\btry!|\bas!|@unchecked|@testable|@preconcurrency/) == [])
    }

    @Test("of a library exit nowhere")
    func exits() throws {
        #expect(
            try places(of: /\b(?:exit|_exit|abort)\(/).map { $0.prefix { $0 != ":" } } == [
                "Sources/numactl-plan/main.swift"
            ])
    }

    /// The lines of the sources that match, as `path:line`.
    private func places(of pattern: Regex<Substring>) throws -> [String] {
        let files = try swiftFiles(in: "Sources")
        #expect(files.count > 100)
        return files.flatMap { path, text in
            text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .filter { $0.element.firstMatch(of: pattern) != nil }.map { "\(path):\($0.offset + 1)" }
        }
    }

    private var importLine: Regex<(Substring, Substring)> {
        /^[ \t]*(?:@[A-Za-z_]+(?:\([^)]*\))? +)*(?:(?:public|package|internal|fileprivate|private) +)?import +(?:(?:struct|class|enum|protocol|func|var|let|typealias) +)?([A-Za-z0-9_]+)/
            .anchorsMatchLineEndings()
    }

    private func swiftFiles(in folder: String) throws -> [(path: String, text: String)] {
        try files(in: folder).filter { $0.path.hasSuffix(".swift") }
    }

    /// The text files below a folder, by their path from the package's root, ascending.
    private func files(in folder: String) throws -> [(path: String, text: String)] {
        let root = packageRoot.appending(path: folder)
        let names = try #require(FileManager.default.enumerator(atPath: root.path)).compactMap { $0 as? String }
        return names.sorted().compactMap { name in
            guard let data = try? Data(contentsOf: root.appending(path: name)) else { return nil }
            return String(data: data, encoding: .utf8).map { ("\(folder)/\(name)", $0) }
        }
    }
}
