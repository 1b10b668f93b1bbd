import Foundation
import XMLTree

/// libvirt's shell on a driver that touches nothing of the host: the test driver, or a QEMU driver of its own in a folder of its own.
enum Virsh {
    enum Driver: String, CaseIterable {
        case test, qemu

        var isThere: Bool {
            let files = ["/usr/bin/virsh"] + (self == .qemu ? ["/usr/bin/qemu-system-x86_64"] : [])
            return files.allSatisfy(FileManager.default.isExecutableFile(atPath:))
        }
    }

    static let drivers = Driver.allCases.filter(\.isThere)

    /// Defines the domains one after another in one process, since a QEMU driver needs many seconds to start.
    ///
    /// - Returns: For each domain libvirt's inactive definition of it, or nil where it was refused.
    static func define(_ domains: [XMLElement], _ driver: Driver, validate: Bool) throws -> [XMLElement?] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "numactl-plan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var commands: [String] = []
        for (index, domain) in domains.enumerated() {
            let file = folder.appending(path: "\(index).xml")
            let name = "t\(index)"
            try XMLWriter.write(domain.named(name, driver.rawValue)).write(to: file, atomically: true, encoding: .utf8)
            commands.append("define \(validate ? "--validate" : "") --file \(file.path)")
            commands += ["dumpxml --inactive \(name)", "echo \(separator)"]
        }
        let uri = driver == .test ? "test:///default" : "qemu:///embed?root=\(folder.path)"
        let output = try run(["--quiet", "--connect", uri, commands.joined(separator: ";")])
        let sections = output.components(separatedBy: separator)
        return try domains.indices.map { index in
            let text = index < sections.count ? sections[index].trimmingCharacters(in: .whitespacesAndNewlines) : ""
            return text.isEmpty ? nil : try XMLReader.read(text)
        }
    }

    private static let separator = "=====next====="

    private static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/virsh")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }
}

extension XMLElement {
    /// The domain under another name, for another hypervisor.
    fileprivate func named(_ name: String, _ type: String) -> XMLElement {
        var domain = self
        domain[attribute: "type"] = type
        for (index, child) in children.enumerated() {
            guard case .element(let element) = child, element.name == "name" else { continue }
            domain.children[index] = .element(XMLElement("name", children: [.text(name)]))
        }
        return domain
    }
}
