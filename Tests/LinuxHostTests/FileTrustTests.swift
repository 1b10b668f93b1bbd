import Foundation
import LinuxHost
import SystemPackage
import Testing

@Suite("Whose word a file is")
struct FileTrustTests {
    /// What is doubted of a file, by the name in the tree and the reason.
    private func doubt(_ tree: TemporaryTree, _ name: String) throws -> String? {
        try FileContents.read(tree.path.appending(name), limit: 1_024).doubt.map { doubt in
            doubt.description.replacing(tree.url.path, with: "TREE")
        }
    }

    @Test("is its owner's and root's as long as nobody else may write it")
    func owned() throws {
        let tree = try TemporaryTree(["site.yaml": "site: a", "folder/base.xml": "<a/>"])
        try tree.link("link.yaml", to: "folder/../site.yaml")
        for name in ["site.yaml", "folder/base.xml", "link.yaml", "folder/../site.yaml", "./folder/./base.xml"] {
            #expect(try doubt(tree, name) == nil, "\(name)")
        }
        let contents = try FileContents.read(tree.path.appending("link.yaml"), limit: 7)
        #expect(contents.bytes == Array("site: a".utf8))
    }

    @Test(
        "is anybody's when a mode on the way to it says so",
        arguments: [
            ("site.yaml", 0o666, "TREE/site.yaml is writable by everybody"),
            ("site.yaml", 0o664, "TREE/site.yaml is writable by group "),
            ("folder", 0o777, "TREE/folder is writable by everybody"), ("folder", 0o1777, nil),
            ("folder", 0o775, "TREE/folder is writable by group "),
        ] as [(String, mode_t, String?)])
    func modes(name: String, mode: mode_t, expected: String?) throws {
        let tree = try TemporaryTree(["site.yaml": "", "folder/site.yaml": ""])
        #expect(chmod(tree.path.appending(name).string, mode) == 0)
        let found = try doubt(tree, name == "folder" ? "folder/site.yaml" : name)
        if let expected { #expect(found?.hasPrefix(expected) == true) } else { #expect(found == nil) }
    }

    @Test("is another user's when the file, a folder or a link on the way is", .enabled(if: geteuid() == 0))
    func owners() throws {
        let tree = try TemporaryTree([
            "own.yaml": "", "theirs.yaml": "", "folder/site.yaml": "", "sticky/site.yaml": "",
        ])
        try tree.link("link.yaml", to: "own.yaml")
        try tree.link("sticky/link", to: "../own.yaml")
        #expect(chmod(tree.path.appending("sticky").string, 0o1777) == 0)
        for name in ["theirs.yaml", "folder", "link.yaml", "sticky/site.yaml", "sticky/link"] {
            #expect(lchown(tree.path.appending(name).string, 4_242, 4_242) == 0)
        }
        for (name, culprit) in [
            ("own.yaml", nil), ("theirs.yaml", "theirs.yaml"), ("folder/site.yaml", "folder"),
            ("link.yaml", "link.yaml"), ("sticky/site.yaml", "sticky/site.yaml"), ("sticky/link", "sticky/link"),
            ("folder/../own.yaml", "folder"),
        ] as [(String, String?)] {
            #expect(try doubt(tree, name) == culprit.map { "TREE/\($0) belongs to user 4242" }, "\(name)")
        }
    }

    @Test("is nobody's when it is a loop, a way through a file, or not there")
    func unreadable() throws {
        let tree = try TemporaryTree(["file": "x"])
        try tree.link("loop", to: "loop")
        for (name, code) in [
            ("loop", Errno.tooManySymbolicLinkLevels), ("file/x", .notDirectory), ("gone", .noSuchFileOrDirectory),
        ] {
            let path = tree.path.appending(name)
            #expect(throws: SysfsError.failed(.open, path: path, code)) {
                _ = try FileContents.read(path, limit: 10)
            }
        }
        #expect(throws: SysfsError.tooLarge(path: tree.path.appending("file"), limit: 0)) {
            _ = try FileContents.read(tree.path.appending("file"), limit: 0)
        }
    }

    @Test("is its caller's when the caller opened it")
    func inherited() throws {
        let pipe = Pipe()
        pipe.fileHandleForWriting.write(Data("site: a".utf8))
        try pipe.fileHandleForWriting.close()
        let path = FilePath("/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
        let contents = try FileContents.read(path, limit: 100)
        #expect(contents.bytes == Array("site: a".utf8))
        #expect(contents.doubt == nil)
    }

    @Test("is judged for a file that is not there yet by the folder that it would be in")
    func places() throws {
        let tree = try TemporaryTree(["folder/x": "", "open/x": ""])
        #expect(chmod(tree.path.appending("open").string, 0o777) == 0)
        // A device gives what the kernel gives, whoever may write to it.
        #expect(try FileDoubt.place("/dev/null") == nil)
        #expect(try FileDoubt.place(tree.path.appending("folder/new/boot.json")) == nil)
        let doubt = try FileDoubt.place(tree.path.appending("open/new/boot.json"))
        #expect(doubt?.reason == .everybodyWrites)
        #expect(doubt?.path == tree.path.appending("open"))
    }
}
