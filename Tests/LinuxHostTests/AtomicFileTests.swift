import Foundation
import LinuxHost
import SystemPackage
import Testing

@Suite("A file written as a whole")
struct AtomicFileTests {
    @Test("holds the bytes, with the permissions asked for, and nothing is left beside it")
    func writing() throws {
        let tree = try TemporaryTree(["boot.json": "old and longer than the new"])
        for (permissions, octal) in [([.ownerReadWrite, .groupRead, .otherRead], 0o644), (.ownerReadWrite, 0o600)]
            as [(FilePermissions, Int)]
        {
            try AtomicFile.write(Array("new\n".utf8), to: tree.path.appending("boot.json"), permissions: permissions)
            #expect(try tree.text("boot.json") == "new\n")
            let attributes = try FileManager.default.attributesOfItem(atPath: tree.path.appending("boot.json").string)
            #expect(attributes[.posixPermissions] as? Int == octal)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: tree.url.path) == ["boot.json"])
    }

    @Test("that must be new is never written over anything")
    func creating() throws {
        let tree = try TemporaryTree(["there": "mine"])
        try tree.link("link", to: "nowhere")
        try AtomicFile.create(Array("new".utf8), at: tree.path.appending("fresh"))
        #expect(try tree.text("fresh") == "new")
        for name in ["there", "link", "fresh"] {
            let path = tree.path.appending(name)
            #expect(throws: SysfsError.failed(.open, path: path, .fileExists)) { try AtomicFile.create([1], at: path) }
        }
        #expect(try tree.text("there") == "mine")
        let names = try FileManager.default.contentsOfDirectory(atPath: tree.url.path).sorted()
        #expect(names == ["fresh", "link", "there"])
    }

    @Test("takes the place of a link and leaves its target alone")
    func link() throws {
        let tree = try TemporaryTree(["target": "mine"])
        try tree.link("boot.json", to: "target")
        try AtomicFile.write(Array("new".utf8), to: tree.path.appending("boot.json"))
        #expect(try tree.text("target") == "mine")
        #expect(try tree.text("boot.json") == "new")
    }

    @Test("is not begun where it cannot be finished")
    func failing() throws {
        let tree = try TemporaryTree(["folder/x": ""])
        let absent = tree.path.appending("gone/boot.json")
        let error = try #require(throws: SysfsError.self) { try AtomicFile.write([1], to: absent) }
        #expect(error.errno == .noSuchFileOrDirectory && error.isAbsent)
        let folder = tree.path.appending("folder")
        #expect(throws: SysfsError.failed(.rename, path: folder, .isDirectory)) {
            try AtomicFile.write([1], to: folder)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: tree.url.path) == ["folder"])
        #expect(throws: SysfsError.notAFile(path: "/")) { try AtomicFile.write([1], to: "/") }
    }

    @Test("never replaces a pipe or a device, nor a link to one")
    func noFile() throws {
        let tree = try TemporaryTree(["folder/x": ""])
        try #require(mkfifo(tree.path.appending("pipe").string, 0o600) == 0)
        try tree.link("link", to: "pipe")
        try tree.link("device", to: "/dev/null")
        let names = ["device", "folder", "link", "pipe"]
        for path in names.filter({ $0 != "folder" }).map({ tree.path.appending($0) }) {
            #expect(throws: SysfsError.notAFile(path: path)) { try AtomicFile.write([1], to: path) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: tree.url.path).sorted() == names)
        var status = stat()
        #expect(lstat(tree.path.appending("pipe").string, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }
}
