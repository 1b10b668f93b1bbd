import Execution
import Foundation
import HostModel
import LinuxHost
import SystemPackage
import Testing

let small0 = PoolID(cell: 0, pageSize: PageSize(2_048))
let large0 = PoolID(cell: 0, pageSize: PageSize(KiB(1 << 20)))
let smallFolder = "sys/devices/system/node/node0/hugepages/hugepages-2048kB"

@Suite("Pools below a root")
struct SysfsPoolsTests {
    static let files = [
        "\(smallFolder)/nr_hugepages": "12\n", "\(smallFolder)/free_hugepages": "7\n",
        "\(smallFolder)/surplus_hugepages": "2\n", "sys/devices/system/node/node0/compact": "",
        "sys/devices/system/node/online": "0\n", "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages": "9\n",
        "sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages": "4\n",
        "sys/kernel/mm/hugepages/hugepages-2048kB/surplus_hugepages": "2\n",
    ]

    @Test("are read from the cell's own files")
    func reading() throws {
        let tree = try TemporaryTree(Self.files)
        let pools = SysfsPools(root: tree.path)
        let pool = HugepagePool(pageSize: PageSize(2_048), total: 12, free: 7, surplus: 2)
        #expect(try pools.read(small0) == pool)
        #expect(try pools.all() == [small0: pool])
        #expect(try pools.overall(PageSize(2_048)) == OverallPool(free: 9, reserved: 4, surplus: 2))
    }

    @Test("are written as a whole number, over whatever was longer before")
    func writing() throws {
        let tree = try TemporaryTree(Self.files)
        let pools = SysfsPools(root: tree.path)
        try pools.write(5, to: small0)
        #expect(try tree.text("\(smallFolder)/nr_hugepages") == "5\n")
        try pools.compact(0)
        #expect(try tree.text("sys/devices/system/node/node0/compact") == "1\n")
    }

    @Test("that are absent or make no sense are errors with their path, and nothing is made")
    func errors() throws {
        let tree = try TemporaryTree(Self.files)
        let pools = SysfsPools(root: tree.path)
        let nr = tree.path.appending("sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages")
        #expect(throws: SysfsError.failed(.open, path: nr, .noSuchFileOrDirectory)) { try pools.read(large0) }
        #expect(throws: SysfsError.failed(.open, path: nr, .noSuchFileOrDirectory)) { try pools.write(1, to: large0) }
        #expect(!FileManager.default.fileExists(atPath: nr.string))
        #expect(!pools.mayWrite(large0) && pools.mayWrite(small0))
        try tree.write("-3\n", to: "\(smallFolder)/nr_hugepages")
        let garbled = tree.path.appending("\(smallFolder)/nr_hugepages")
        #expect(throws: SysfsError.garbled(path: garbled, text: "-3")) { try pools.read(small0) }
        #expect(throws: SysfsError.garbled(path: garbled, text: "-3")) { try pools.all() }
    }

    @Test("are not written through a link out of the root")
    func escape() throws {
        let outside = try TemporaryTree(["nr_hugepages": "1\n"])
        let tree = try TemporaryTree(Self.files)
        try FileManager.default.removeItem(at: tree.url.appending(path: "\(smallFolder)/nr_hugepages"))
        try tree.link("\(smallFolder)/nr_hugepages", to: outside.url.appending(path: "nr_hugepages").path)
        let path = tree.path.appending("\(smallFolder)/nr_hugepages")
        #expect(throws: SysfsError.outsideRoot(path: path)) { try SysfsPools(root: tree.path).write(9, to: small0) }
        #expect(try outside.text("nr_hugepages") == "1\n")
    }

    @Test("that may not be written say so")
    func notPermitted() {
        let denied = SysfsError.failed(.open, path: "/x", .permissionDenied)
        let readOnly = SysfsError.failed(.open, path: "/x", .readOnlyFileSystem)
        #expect(denied.isNotPermitted && readOnly.isNotPermitted)
        #expect(!SysfsError.failed(.write, path: "/x", .invalidArgument).isNotPermitted)
        #expect(!SysfsError.outsideRoot(path: "/x").isNotPermitted)
        #expect("\(denied)" == "cannot open /x: Permission denied")
    }

    @Test("grow at the same time on several cells")
    func parallel() throws {
        let cells = (0..<8).map { CellID($0) }
        let tree = try TemporaryTree()
        for cell in cells {
            let folder = "sys/devices/system/node/node\(cell)/hugepages/hugepages-2048kB"
            for file in ["nr_hugepages", "free_hugepages", "surplus_hugepages"] {
                try tree.write("0\n", to: "\(folder)/\(file)")
            }
        }
        let growth = PoolGrowth(SysfsPools(root: tree.path))
        let targets = cells.map { PoolTarget(PoolID(cell: $0, pageSize: PageSize(2_048)), pages: 3) }
        guard case .granted(let grants) = growth.grow(targets, by: growth.inParallel) else {
            return #expect(Bool(false), "a file takes what is written")
        }
        #expect(grants.map(\.pool.cell) == cells)
        #expect(grants.map(\.grant.granted) == cells.map { _ in 3 })
        #expect(growth.grow([], by: growth.inParallel) == .granted([]))
    }

    @Test("a deadline that is over ends the ladder after the first write")
    func deadline() throws {
        #expect(!PoolLadderLimits.within(.zero).mayContinue())
        #expect(PoolLadderLimits.within(.seconds(60)).mayContinue())
    }
}
