internal import Diagnostics
internal import Execution
internal import HostModel
internal import Planning

/// A plan that was saved to be carried out later: what it was made of, what is shown of it, its steps, and what must still hold.
struct PlanFile {
    /// What the file calls itself.
    static let kind = "numactl-plan/plan-file"
    /// The version that is written; every 1.x is read.
    static let formatVersion = "1.0"

    /// The site file that the plan was made from.
    struct SiteFile: Codable {
        /// A file that the site file includes.
        struct Included: Codable {
            var path: String
            var sha256: SHA256
        }

        var name: String
        var path: String
        var sha256: SHA256
        /// The files that it includes, in its order; nil for none.
        var included: [Included]?

        enum CodingKeys: String, CodingKey {
            case name, path, sha256
            case included = "include"
        }
    }

    /// The host that the plan is for.
    struct PlannedHost: Codable {
        var name: String
        var machine: SHA256?
        /// The boot of the machine in which the plan was made; nil where the facts do not tell.
        var bootID: String?

        enum CodingKeys: String, CodingKey {
            case name
            case machine = "machine_id_sha256"
            case bootID = "boot_id"
        }
    }

    /// What the boot file says once the plan is carried out.
    struct Boot: Codable {
        var pools: [PoolTarget]
        var keepFree: [CellID: KiB]
        /// The CPUs of each cell of the machine that the plan was made for.
        var cells: [CellID: CPUSet]
        var isolation: CPUIsolation?
        /// Which devices have virtual functions; nil in files of an older program.
        var divided: [DividedDevice]?

        enum CodingKeys: String, CodingKey {
            case pools, cells, isolation
            case divided = "devices"
            case keepFree = "keep_free_kib"
        }
    }

    /// A base file that a new guest is made from. It is read again when the plan is carried out: for passwords, which are not in
    /// the plan, and for what a saved plan may not carry.
    struct Base: Codable {
        var guest: String
        var path: String
        var sha256: SHA256
        /// Whether other guests are made from the file too.
        var isShared: Bool
        /// Whether it holds passwords that the plan lacks; nil in files of an older program, which named no others.
        var holdsPasswords: Bool?

        enum CodingKeys: String, CodingKey {
            case guest, path, sha256
            case isShared = "shared"
            case holdsPasswords = "passwords"
        }
    }

    var site: SiteFile
    var host: PlannedHost
    var connect: String
    var created: UTCTime
    var expires: UTCTime
    var boot: Boot
    var bases: [Base]
    var steps: [Step]
    var preconditions: Preconditions
    /// What the file shows of its changes; what apply shows follows from the steps.
    var shown: [ShownChange]
    /// The sum of the file's payload.
    var sha256: SHA256
    /// The file's name and bytes, to point at places in it.
    var source: (path: String, bytes: [UInt8])
}
