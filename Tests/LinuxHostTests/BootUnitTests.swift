import Foundation
import SystemPackage
import Testing

/// Where `systemd-analyze` is, or nil.
private let canVerify = (try? run("systemd-analyze", ["--version"]).status) == 0

@Suite("The boot unit")
struct BootUnitTests {
    /// `examples/systemd` of the package.
    private var folder: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "examples/systemd")
    }

    @Test("begins before the system does, and before libvirt")
    func order() throws {
        let unit = try String(contentsOf: folder.appending(path: "numactl-plan-hugepages.service"), encoding: .utf8)
        let lines = Set(unit.split(separator: "\n").map(String.init))
        for line in [
            "DefaultDependencies=no", "Type=oneshot", "RemainAfterExit=yes", "ExecStart=/usr/bin/numactl-plan boot",
            "WantedBy=sysinit.target", "ConditionKernelCommandLine=!numactl-plan=off",
            "ConditionPathExists=/etc/numactl-plan/boot.json",
        ] { #expect(lines.contains(line), "\(line)") }
        let before = lines.filter { $0.hasPrefix("Before=") }.joined(separator: " ")
        for unit in ["sysinit.target", "libvirtd.service", "virtqemud.service", "virtqemud.socket"] {
            #expect(before.contains(unit))
        }
    }

    /// systemd wants the program of a unit to exist, so it looks at a copy that names another one.
    @Test("is what systemd takes", .enabled(if: canVerify, "systemd-analyze cannot be run"))
    func verify() throws {
        let tree = try TemporaryTree()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let unit = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            try tree.write(unit.replacing("/usr/bin/numactl-plan", with: "/bin/true"), to: name)
            let check = try run("systemd-analyze", ["verify", "--man=no", tree.path.appending(name).string])
            #expect(check.status == 0 && check.output.isEmpty, "\(name): \(check.output)")
        }
    }
}
