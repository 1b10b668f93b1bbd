import Foundation
import HostModel
import Rendering
import Testing

@Suite("Texts for the boot")
struct BootTextTests {
    private static let arguments = KernelArguments([
        PoolID(cell: 0, pageSize: PageSize(1_048_576)): 24, PoolID(cell: 1, pageSize: PageSize(1_048_576)): 20,
    ])
    private static let options = "hugepagesz=1G hugepages=0:24,1:20"

    /// `examples/systemd`: what packages install.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples/systemd")

    @Test("units are those that are installed, to the letter")
    func units() throws {
        let units = BootUnit.all(
            program: "/usr/bin/numactl-plan", sizes: [PageSize(1_048_576), PageSize(2_048)], standard: PageSize(2_048))
        #expect(
            units.map(\.name) == [
                "numactl-plan-hugepages.service", "numactl-plan-ready.target", "dev-hugepages1G.mount",
                "libvirtd.service.d/10-numactl-plan.conf", "virtqemud.service.d/10-numactl-plan.conf",
            ])
        for unit in units {
            #expect(unit.text == (try String(contentsOf: Self.folder.appending(path: unit.name), encoding: .utf8)))
        }
    }

    @Test("units name the program where it is, and mount what the kernel's default size is not")
    func otherUnits() {
        let units = BootUnit.all(
            program: "/opt/np/numactl-plan", sizes: [PageSize(2_048)], standard: PageSize(1_048_576))
        #expect(units[0].text.contains("ExecStart=/opt/np/numactl-plan boot\n"))
        #expect(units[2].name == "dev-hugepages2M.mount")
        for part in ["Where=/dev/hugepages2M\n", "pagesize=2M,", "hugepages-2048kB\n", "Huge pages of 2 MiB"] {
            #expect(units[2].text.contains(part), "\(part)")
        }
    }

    @Test("for each boot loader the options stand in it", arguments: BootLoader.allCases)
    func loaders(loader: BootLoader) {
        let text = loader.text(Self.arguments)
        let options = loader == .ostree ? "--append=hugepagesz=1G --append=hugepages=0:24,1:20" : Self.options
        #expect(text.contains(options))
        #expect(text.hasSuffix("\n") && text.hasPrefix("#"))
        let nothing = loader.text(KernelArguments([:]))
        #expect(nothing.split(separator: "\n").allSatisfy { $0.hasPrefix("#") })
    }

    @Test("GRUB's file adds to what is there, as a shell reads it")
    func grub() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "np-grub-\(UUID().uuidString)")
        try BootLoader.grub.text(Self.arguments).write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(
            try shell("GRUB_CMDLINE_LINUX=quiet; . \(file.path); echo $GRUB_CMDLINE_LINUX") == "quiet \(Self.options)\n"
        )
    }

    @Test("the commands of the other boot loaders are a shell's", arguments: BootLoader.allCases)
    func syntax(loader: BootLoader) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "np-loader-\(UUID().uuidString)")
        try loader.text(Self.arguments).write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try shell("sh -n \(file.path) && echo fine") == "fine\n")
    }

    @Test("systemd-boot's command adds to the one line")
    func systemdBoot() throws {
        let line = try #require(
            BootLoader.systemdBoot.text(Self.arguments).split(separator: "\n").first { $0.hasPrefix("sed") })
        let file = FileManager.default.temporaryDirectory.appending(path: "np-cmdline-\(UUID().uuidString)")
        try "root=/dev/vda quiet\n".write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let command = line.replacing("/etc/kernel/cmdline", with: file.path)
        #expect(try shell("\(command); cat \(file.path)") == "root=/dev/vda quiet \(Self.options)\n")
    }

    @Test("tmpfiles' lines are one a pool, ascending")
    func tmpfiles() {
        let text = TmpfilesText([
            PoolID(cell: 1, pageSize: PageSize(2_048)): 512, PoolID(cell: 0, pageSize: PageSize(1_048_576)): 4,
            PoolID(cell: 0, pageSize: PageSize(2_048)): 0,
        ]).text
        #expect(
            text.split(separator: "\n").filter { !$0.hasPrefix("#") } == [
                "w /sys/devices/system/node/node0/hugepages/hugepages-1048576kB/nr_hugepages - - - - 4",
                "w /sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages - - - - 512",
            ])
    }

    private func shell(_ command: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
