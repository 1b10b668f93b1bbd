import Diagnostics
import HostModel
import LinuxHost
import Testing

@Suite("Mounts of hugetlbfs")
struct HugetlbfsMountsTests {
    static let small = PageSize(2_048)
    static let large = PageSize(KiB(1 << 20))

    @Test(
        "tell their folder and page size",
        arguments: [
            ("", []),
            ("22 1 8:1 / / rw - ext4 /dev/sda1 rw", []),
            (
                "36 35 0:31 / /dev/hugepages rw,relatime shared:14 - hugetlbfs hugetlbfs rw,pagesize=2M",
                [.init(pageSize: small, path: "/dev/hugepages")]
            ),
            (
                "36 35 0:31 / /mnt/1G rw - hugetlbfs none rw,gid=10,pagesize=1024M,size=1G",
                [.init(pageSize: large, path: "/mnt/1G")]
            ),
            ("36 35 0:31 / /dev/hugepages rw - hugetlbfs none rw", [.init(pageSize: small, path: "/dev/hugepages")]),
            (
                "36 35 0:31 / /a\\040b\\134c rw a:1 b:2 - hugetlbfs none rw",
                [.init(pageSize: small, path: "/a b\\c")]
            ),
            ("36 35 0:31 / /h rw - hugetlbfs none rw\n37 36 0:32 / /h rw - tmpfs none rw", []),
            (
                "36 35 0:31 / /z rw - hugetlbfs none rw\n37 35 0:32 / /a rw - hugetlbfs none rw,pagesize=1G\n"
                    + "38 35 0:33 / /a/b rw - hugetlbfs none rw",
                [
                    .init(pageSize: small, path: "/a/b"), .init(pageSize: small, path: "/z"),
                    .init(pageSize: large, path: "/a"),
                ]
            ),
            ("broken", []), ("1 2 3 4 5 6 -", []), ("36 35 0:31 / /h rw - hugetlbfs", []),
        ] as [(String, [LibvirtFacts.Mount])])
    func reading(mountinfo: String, mounts: [LibvirtFacts.Mount]) throws {
        let tree = try TemporaryTree([
            "proc/self/mountinfo": mountinfo + "\n", "proc/meminfo": "MemTotal: 1 kB\nHugepagesize:    2048 kB\n",
        ])
        let found = HugetlbfsMounts(root: tree.path).mounts()
        #expect(found.mounts == mounts)
        #expect(found.diagnostics == [])
    }

    @Test("without a size and without a default are left out")
    func noDefault() throws {
        let tree = try TemporaryTree(["proc/self/mountinfo": "36 35 0:31 / /h rw - hugetlbfs none rw\n"])
        #expect(HugetlbfsMounts(root: tree.path).mounts().mounts == [])
    }

    @Test("are none, and that is said, where the kernel does not tell them")
    func absent() throws {
        let found = HugetlbfsMounts(root: try TemporaryTree().path).mounts()
        #expect(found.mounts == [] && found.diagnostics.map(\.code) == [.factMissing])
    }

    @Test("of this machine are those that findmnt shows")
    func live() throws {
        let shown = try run("findmnt", ["-rn", "-t", "hugetlbfs", "-o", "TARGET"]).output
        let found = HugetlbfsMounts().mounts()
        #expect(found.mounts.map(\.path).sorted() == shown.split(separator: "\n").map(String.init).sorted())
        #expect(!found.diagnostics.hasErrors)
    }
}
