public import HostModel

/// Has the threads that may run on some CPUs, guests' left out, run on others.
public struct ConfineThreadsStep: StepKind {
    package var prior: CPUSet
    package var target: CPUSet
    /// How many there were when the plan was made.
    package var count: Int
    /// The names of their processes; some of them where there are many.
    package var names: [String]

    static var word: Step.Word { .confineThreads }
    var step: Step { .confineThreads(self) }
    var subject: Change.Subject { .isolation }

    var sentence: String { "moved \(what) from CPUs \(prior) to \(target)" }
    var order: String { "move \(what) from CPUs \(prior) to \(target)" }
    var isOneWay: Bool { false }
    var isLive: Bool { true }

    /// `12 threads (sshd, systemd, udevd and others)`.
    private var what: String { IsolationFacts.Threads(cpus: prior, count: count, names: names).words }

    /// It is about no guest.
    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? { nil }

    private enum CodingKeys: CodingKey { case prior, target, count, names }
}

extension Step {
    /// Has threads run on other CPUs; `prior` is where they may run now.
    public static func confineThreads(_ threads: IsolationFacts.Threads, target: CPUSet) -> Step {
        .confineThreads(
            ConfineThreadsStep(prior: threads.cpus, target: target, count: threads.count, names: threads.names))
    }
}
