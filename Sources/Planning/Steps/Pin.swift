internal import DomainXML
public import HostModel

/// Pins one thread of a running domain, in the running domain only.
public struct PinStep: GuestStep {
    package var guest: String
    package var thread: DomainThread
    package var prior: CPUSet
    package var target: CPUSet

    static var word: Step.Word { .pin }
    var step: Step { .pin(self) }

    var sentence: String { "pinned \(words) of \(guest) to \(target)" }
    var order: String { "pin \(words) of \(guest) to \(target)" }
    var isOneWay: Bool { false }

    private var words: String {
        switch thread {
        case .vcpu(let vcpu): "vCPU \(vcpu)"
        case .emulator: "the emulator"
        case .ioThread(let number): "iothread \(number)"
        }
    }

    func isSame(as other: Step) -> Bool { if case .pin(let other) = other { thread == other.thread } else { false } }

    func problem(_ rules: GuestStepRules, _ domain: GuestPrecondition.Domain?) -> String? {
        if domain?.isRunning != true { return "the plan found the domain shut off" }
        let online = rules.rules.host.onlineCPUs
        return !target.isEmpty && target.isSubset(of: online)
            ? nil : "CPUs \(target) are not all on this host, which has \(online)"
    }

    var liveSetting: SettingKey? { thread.pin }

    func parts(_ told: GuestSteps) -> [ChangedPart] {
        told.live(thread.pin, now: .text("\(prior)"), want: .text("\(target)"))
    }
}

extension Step {
    /// Pins one thread of a running domain, in the running domain only.
    public static func pin(name: String, thread: DomainThread, prior: CPUSet, target: CPUSet) -> Step {
        .pin(PinStep(guest: name, thread: thread, prior: prior, target: target))
    }
}

/// A kind of thread of a domain that can be pinned while it runs.
public enum DomainThread: Hashable, Sendable, Comparable {
    case vcpu(VCPU)
    case emulator
    case ioThread(Int)

    /// Orders vCPUs first, then the emulator, then iothreads.
    public static func < (left: DomainThread, right: DomainThread) -> Bool { left.order < right.order }

    private var order: (Int, Int) {
        switch self {
        case .vcpu(let vcpu): (0, vcpu.rawValue)
        case .emulator: (1, 0)
        case .ioThread(let number): (2, number)
        }
    }
}

extension DomainThread: Codable {
    /// Reads `vcpu 0`, `emulator` or `iothread 1`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let words = try container.decode(String.self).split(separator: " ")
        let number = words.count == 2 ? Int(words[1]) : nil
        switch (words.first, number) {
        case ("emulator", nil) where words.count == 1: self = .emulator
        case ("vcpu", let number?) where number >= 0: self = .vcpu(VCPU(number))
        case ("iothread", let number?) where number > 0: self = .ioThread(number)
        default: throw DecodingError.dataCorruptedError(in: container, debugDescription: "no thread of a domain")
        }
    }

    /// Writes the same words.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .vcpu(let vcpu): try container.encode("vcpu \(vcpu)")
        case .emulator: try container.encode("emulator")
        case .ioThread(let number): try container.encode("iothread \(number)")
        }
    }
}
