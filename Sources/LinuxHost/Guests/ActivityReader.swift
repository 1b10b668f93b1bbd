internal import Glibc
internal import HostModel
public import LivePlacement
internal import SystemPackage

/// Looks for a while at who runs on guests' own CPUs: reads procfs, writes nothing and stops nobody.
public struct ActivityReader: Sendable {
    private let files: HostFiles

    /// Between two looks, in milliseconds; where a look takes long, four times that besides.
    private static let pause: UInt64 = 250

    /// Looks at the running machine.
    public init() { files = HostFiles(root: "/") }

    /// What ran on the guests' CPUs beside their own threads.
    ///
    /// - Parameter time: How long it is looked at.
    public func interference(with guests: [WatchedGuest], for time: Duration) -> Interference {
        guard !guests.isEmpty else { return Interference(milliseconds: time.milliseconds, guests: []) }
        let cpus = CPUSet(guests.flatMap(\.cpus))
        return staying(off: cpus) {
            do throws(Unread) {
                return try watched(guests, for: time)
            } catch {
                return Interference(milliseconds: 0, guests: [], unknown: [error])
            }
        }
    }

    private func watched(_ guests: [WatchedGuest], for time: Duration) throws(Unread) -> Interference {
        var watch = InterferenceWatch(guests, program: Int(getpid()), try sample())
        // On a busy machine one look can take longer than all the time.
        let began = ContinuousClock.now
        while true {
            let left = time - (ContinuousClock.now - began)
            guard left > .zero else { break }
            usleep(useconds_t(min(left.milliseconds, ActivityReader.pause) * 1_000))
            let lookBegan = ContinuousClock.now
            watch.add(try sample())
            // At most a fifth of a CPU is spent on looking.
            let spent = ContinuousClock.now - lookBegan
            let rest = min(spent * 4, time - (ContinuousClock.now - began))
            usleep(useconds_t(min(rest.milliseconds, 60_000) * 1_000))
        }
        return watch.result(milliseconds: (ContinuousClock.now - began).milliseconds)
    }

    /// Keeps this thread off CPUs meanwhile, where it has others: who looks must not disturb. Where it has none it stays.
    private func staying<Answer>(off cpus: CPUSet, _ body: () -> Answer) -> Answer {
        let status = try? files.text("proc/thread-self/status")
        guard let allowed = status.flatMap({ ProcessStatus.allowedCPUs(in: $0) }), !allowed.isSubset(of: cpus) else {
            return body()
        }
        _ = ThreadAffinity.set(0, to: allowed.subtracting(cpus))
        defer { _ = ThreadAffinity.set(0, to: allowed) }
        return body()
    }

    private func sample() throws(Unread) -> ActivitySample {
        var threads: [Int: ThreadActivity] = [:]
        var isCounted = false
        for name in try files.processNames(in: "proc") {
            guard let process = SysfsText.number(name).flatMap({ Int(exactly: $0) }) else { continue }
            for name in (try? files.processNames(in: "proc/\(process)/task")) ?? [] {
                guard let id = SysfsText.number(name).flatMap({ Int(exactly: $0) }),
                    let text = try? files.processText("proc/\(process)/task/\(name)/schedstat"),
                    let counters = ActivityText.counters(in: text)
                else { continue }
                isCounted = true
                guard let stat = try? files.processText("proc/\(process)/task/\(name)/stat"),
                    let thread = ThreadStat(stat)
                else { continue }
                threads[id] = ThreadActivity(
                    process: process, name: thread.name, cpu: thread.cpu, ran: counters.ran, waited: counters.waited,
                    runs: counters.runs, isBound: thread.isBound)
            }
        }
        guard isCounted else { throw Unread("this kernel does not count what threads run (no /proc/PID/schedstat)") }
        let interrupts = try files.processText("proc/interrupts").flatMap { ActivityText.interrupts(in: $0) }
        return ActivitySample(
            threads: threads, interrupts: interrupts ?? [:],
            runs: try files.processText("proc/schedstat").flatMap { ActivityText.runs(in: $0) })
    }
}

extension Duration {
    /// Whole milliseconds, 0 for less than none.
    fileprivate var milliseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds * 1_000 + attoseconds / 1_000_000_000_000_000))
    }
}
