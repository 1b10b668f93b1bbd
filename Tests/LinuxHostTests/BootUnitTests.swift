import Foundation
import SystemPackage
import Testing

/// Where `systemd-analyze` is, or nil.
private let canVerify = (try? run("systemd-analyze", ["--version"]).status) == 0

@Suite("The units")
struct BootUnitTests {
    /// `examples/systemd` of the package: the one home of all units.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples/systemd")

    private static func units(_ suffixes: String...) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).filter { name in suffixes.contains { name.hasSuffix($0) } }.sorted()
    }

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    /// Copies of all units that name a program which exists, as systemd wants it.
    private func tree() throws -> TemporaryTree {
        let tree = try TemporaryTree()
        for name in Self.units(".service", ".target", ".mount", ".timer") {
            try tree.write(try Self.text(name).replacing("/usr/bin/numactl-plan", with: "/bin/true"), to: name)
        }
        return tree
    }

    @Test("of the boot begins before the system does, and before libvirt")
    func order() throws {
        let lines = Set(try Self.text("numactl-plan-hugepages.service").split(separator: "\n").map(String.init))
        for line in [
            "DefaultDependencies=no", "Type=oneshot", "RemainAfterExit=yes", "ExecStart=/usr/bin/numactl-plan boot",
            "WantedBy=sysinit.target numactl-plan-ready.target", "ConditionKernelCommandLine=!numactl-plan=off",
            "ConditionPathExists=/etc/numactl-plan/boot.json",
        ] { #expect(lines.contains(line), "\(line)") }
        let before = lines.filter { $0.hasPrefix("Before=") }.joined(separator: " ")
        for unit in ["sysinit.target", "libvirtd.service", "virtqemud.service", "virtqemud.socket"] {
            #expect(before.contains(unit))
        }
    }

    @Test("start nothing that is not enabled: the target orders, and wants nobody")
    func target() throws {
        let text = try Self.text("numactl-plan-ready.target")
        #expect(text.contains("\nAfter=numactl-plan-hugepages.service dev-hugepages.mount dev-hugepages1G.mount\n"))
        #expect(!text.contains("\nWants=") && !text.contains("\nRequires="))
        for daemon in ["virtqemud", "libvirtd"] {
            let dropIn = try Self.text("\(daemon).service.d/10-numactl-plan.conf")
            #expect(dropIn.contains("\nWants=numactl-plan-ready.target\nAfter=numactl-plan-ready.target\n"))
        }
    }

    @Test("are what systemd takes, together", .enabled(if: canVerify, "systemd-analyze cannot be run"))
    func verify() throws {
        let tree = try tree()
        let names = Self.units(".service", ".target", ".mount", ".timer")
        #expect(names.count >= 8)
        let paths = names.map { tree.path.appending($0).string }
        let check = try run("systemd-analyze", ["verify", "--man=no"] + paths)
        #expect(check.status == 0 && check.output.isEmpty, "\(check.output)")
    }

    /// The threshold is in tenths of what `systemd-analyze security` calls the exposure.
    @Test(
        "leave the services little of the machine", .enabled(if: canVerify, "systemd-analyze cannot be run"),
        arguments: [
            ("numactl-plan-hugepages.service", 13), ("numactl-plan-apply.service", 20),
            ("numactl-plan-verify.service", 20), ("numactl-plan-metrics.service", 20),
        ])
    func security(unit: String, threshold: Int) throws {
        let tree = try tree()
        let path = tree.path.appending(unit).string
        let check = try run(
            "systemd-analyze", ["security", "--offline=true", "--no-pager", "--threshold=\(threshold)", path])
        withExtendedLifetime(tree) {}
        #expect(check.status == 0, "\(check.output)")
        #expect(check.output.contains("Overall exposure level"))
    }

    @Test("of services are all looked at for what they leave")
    func services() { #expect(Self.units(".service").count == 4) }
}
