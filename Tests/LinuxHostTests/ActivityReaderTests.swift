import Foundation
import HostModel
import LinuxHost
import LivePlacement
import Placement
import Testing

/// These look at this machine's own kernel.
@Suite("Who else runs on a CPU of this machine", .serialized)
struct ActivityReaderTests {
    /// A program that never rests, on one CPU.
    private final class Busy {
        let process = Process()

        init(on cpu: CPU) throws {
            process.executableURL = URL(filePath: "/usr/bin/taskset")
            process.arguments = ["-c", "\(cpu)", "sh", "-c", "while :; do :; done"]
            try process.run()
        }

        deinit {
            // The signals that it would listen to are blocked where the tests are.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    private static func guest(process: Int, on cpu: CPU) -> WatchedGuest? {
        let placement = GuestPlacement(
            name: "db01", emulatorCPUs: [cpu], memory: 65_536,
            cells: [
                GuestCellPlacement(
                    id: 0, hostCell: 0, vcpus: [0], memory: 65_536, pageSize: PageSize(4), pins: [0: [cpu]],
                    dedicatedVCPUs: [0])
            ])
        return WatchedGuest(
            process: process, Expectation(placement: placement, shape: GuestShape([]), onlineCPUs: [cpu]),
            dedicated: [cpu], siblings: [[cpu]])
    }

    @Test("a busy program is named with its time, the guest's own process is not")
    func busy() throws {
        let facts = try #require(HostDiscovery().facts().facts)
        let cpu = try #require(facts.onlineCPUs.max())
        let (own, other) = try (Busy(on: cpu), Busy(on: cpu))
        let guest = try #require(Self.guest(process: Int(own.process.processIdentifier), on: cpu))
        let found = ActivityReader().interference(with: [guest], for: .seconds(1))
        #expect(found.unknown == [] && (1_000..<60_000).contains(found.milliseconds))
        let others = try #require(found.guests.first).others
        let id = Int(other.process.processIdentifier)
        let seen = try #require(others.first { $0.kind == .thread(id, process: id) }, "\(others)")
        #expect(seen.name == "sh" && seen.cpus == [cpu] && !seen.isBound)
        #expect(seen.count > 0 && seen.ran ?? 0 > 0)
        #expect(
            !others.contains {
                $0.kind == .thread(guest.process, process: guest.process)
                    || $0.kind == .thread(Int(getpid()), process: Int(getpid()))
            })
    }

    @Test("without guests nobody looks, and nobody waits")
    func nobody() {
        #expect(ActivityReader().interference(with: [], for: .seconds(3_600)).guests == [])
    }
}
