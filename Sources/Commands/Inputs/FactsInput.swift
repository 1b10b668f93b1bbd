internal import Diagnostics
internal import FoundationEssentials
internal import HostModel
internal import LibvirtHost
internal import LinuxHost
internal import SystemPackage
internal import YAMLTree

/// The facts of a host and how they were come by.
struct FactsInput: Sendable {
    var facts: HostFacts
    var diagnostics: [Diagnostic]
    var sources: [SourceText] = []

    static let defaultURI = "qemu:///system"

    /// What to do about libvirt when facts are discovered.
    enum LibvirtUse {
        /// Its domains are needed: without it the command ends with 69.
        case required(uri: String)
        /// Nice to have; without it a note is made.
        case optional(uri: String)
        /// Not asked.
        case none
    }

    /// The facts of the host that the options name; libvirt must answer only where it was named.
    ///
    /// - Throws: ``CommandFailure`` as the others do.
    init(_ options: HostOptions, withoutLibvirt: Bool, isolation: Bool = false, world: World) throws {
        if let file = options.facts {
            try self.init(file: file, world: world)
            return
        }
        let use: LibvirtUse =
            if withoutLibvirt {
                .none
            } else if let uri = options.connect {
                .required(uri: uri)
            } else if options.root != nil {
                .none
            } else {
                .optional(uri: FactsInput.defaultURI)
            }
        try self.init(root: options.root, libvirt: use, isolation: isolation)
        facts.time = UTCTime(seconds: world.now())
    }

    /// The largest facts file, in bytes.
    static let maximumBytes = 256 << 20

    /// Reads a facts file.
    ///
    /// - Throws: ``CommandFailure`` with 66 when it cannot be read, with 65 when it is wrong.
    init(file path: String, world: World) throws {
        try self.init(try FactsInput.bytes(of: path, world: world), path: path)
    }

    /// The bytes of a facts file.
    ///
    /// - Throws: ``CommandFailure`` with 66 when it cannot be read, with 65 when it is too large.
    static func bytes(of path: String, world: World) throws -> [UInt8] {
        do {
            return try world.checked(path, maximumBytes)
        } catch InputFile.InputFailure.tooLarge(let limit) {
            throw CommandFailure(.invalidInput, [Diagnostic(.yamlTooLarge, "\(path) is larger than \(limit) bytes")])
        } catch InputFile.InputFailure.unreadable(let reason, _) {
            throw CommandFailure(.inputMissing, [Diagnostic(.inputUnreadable, "cannot read \(path): \(reason)")])
        }
    }

    /// Understands the bytes of a facts file, which `path` names in findings.
    ///
    /// - Throws: ``CommandFailure`` with 65 when it is wrong.
    init(_ bytes: [UInt8], path: String) throws(CommandFailure) {
        do {
            facts = try JSONDecoder().decode(HostFacts.self, from: Data(bytes))
        } catch {
            throw FactsError.failure(error, in: bytes, path: path)
        }
        let problems = facts.problems
        guard problems.isEmpty else {
            throw CommandFailure(
                .invalidInput, problems.map { Diagnostic(.factsInconsistent, "\(path): \($0)") })
        }
        diagnostics = []
    }

    /// Discovers the host below `root`, and asks libvirt for itself and its domains.
    ///
    /// - Throws: ``CommandFailure`` when the host cannot be made out, or libvirt is needed and does not answer.
    init(root: String?, libvirt: LibvirtUse, isolation: Bool = false) throws {
        let path = FilePath(root ?? "/")
        let (found, findings) = HostDiscovery(root: path).facts(isolation: isolation)
        guard let found else { throw CommandFailure(root == nil ? .unexpected : .invalidInput, findings) }
        facts = found
        diagnostics = findings
        do {
            switch libvirt {
            case .none: break
            case .required(let uri), .optional(let uri): try ask(uri)
            }
        } catch let error as LibvirtError {
            guard case .optional = libvirt else { throw CommandFailure(error) }
            diagnostics += CommandFailure(error).diagnostics.map { finding in
                var note = finding
                note.severity = .note
                return note
            }
        }
        let (mounts, mountFindings) = HugetlbfsMounts(root: path).mounts()
        diagnostics += mountFindings
        if facts.libvirt == nil, !mounts.isEmpty { facts.libvirt = LibvirtFacts(version: nil, hypervisor: nil) }
        facts.libvirt?.hugetlbfs = mounts
        markSeenMounts(libvirt)
    }

    private mutating func ask(_ uri: String) throws {
        let connection = try Connection(uri: uri, readOnly: false)
        facts.libvirt = try connection.facts()
        facts.domains = try connection.domains()
    }

    /// The system's libvirt makes a folder in each mount when it starts; a mount without one came later.
    private mutating func markSeenMounts(_ libvirt: LibvirtUse) {
        switch libvirt {
        case .required("qemu:///system"), .optional("qemu:///system"): break
        default: return
        }
        guard var known = facts.libvirt, known.version != nil else { return }
        for index in known.hugetlbfs.indices {
            known.hugetlbfs[index].isKnownToLibvirt = FileManager.default.fileExists(
                atPath: known.hugetlbfs[index].path + "/libvirt/qemu")
        }
        facts.libvirt = known
    }
}
