import Foundation
import Testing

/// The program on this machine's own kernel, libvirtd and QEMU: `Tests/system/run` prepares the machine and starts these.
///
/// Every test has a ``Lab`` of its own, and they run one after another: there is one kernel and one set of pools.
@Suite(
    "On a real host", .serialized, .enabled(if: Setup.isOn, "Tests/system/run starts these"), .timeLimit(.minutes(2)))
enum SystemTests {}

/// What the script that starts the tests says.
enum Setup {
    /// Whether these tests are to run.
    static let isOn = environment["NUMACTL_PLAN_SYSTEM_TESTS"] == "1"

    /// The path of the program.
    static var program: String { environment["NUMACTL_PLAN_PROGRAM"] ?? packageRoot + "/.build/debug/numactl-plan" }

    private static var environment: [String: String] { ProcessInfo.processInfo.environment }

    static var packageRoot: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .path
    }
}
