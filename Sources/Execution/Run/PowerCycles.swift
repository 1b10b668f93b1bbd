import HostModel

/// A pin that waits until other guests have left CPUs that its thread is given.
struct WaitingPin<Pin: Sendable>: Sendable {
    var pin: Pin
    /// The guests that have to be down first.
    var after: Set<String>
    /// CPUs that the thread has and does not keep.
    var leaves: CPUSet
    /// CPUs that it is given and does not have.
    var gains: CPUSet
}

/// The order of power cycles and of the pins that wait for them, so that no CPU, disk or device which a running guest has for itself
/// is given to another one that runs.
///
/// A pin comes as soon as the guests that it waits for are down, a guest starts as soon as all that it needs is left. Where guests wait for
/// each other they are all down before the first of them starts: then they go by turns with the pins between.
struct PowerCycles<Pin: Sendable> {
    /// A guest that is power cycled.
    struct CycledGuest {
        var name: String
        /// CPUs that it has for itself before.
        var held: CPUSet
        /// CPUs that it has for itself afterwards.
        var wanted: CPUSet
        /// Disks and devices of the host that nobody else can have while it runs.
        var heldThings: Set<String> = []
        /// Those with which it starts.
        var wantedThings: Set<String> = []

        func isInTheWay(of other: CycledGuest) -> Bool {
            !held.isDisjoint(with: other.wanted) || !heldThings.isDisjoint(with: other.wantedThings)
        }
    }

    /// One thing that is done.
    enum Turn {
        case stop(String)
        case pin([Pin])
        case start(String)
    }

    private let guests: [CycledGuest]
    private var pins: [WaitingPin<Pin>]
    private var gone: Set<String>
    private var turns: [Turn] = []

    /// - Parameters:
    ///   - guests: Those that are power cycled, in the order in which they are to come back.
    ///   - pins: The pins that wait, in order.
    ///   - gone: Guests that are down already and stay so.
    init(_ guests: [CycledGuest], pins: [WaitingPin<Pin>], gone: Set<String> = []) {
        self.guests = guests
        self.gone = gone
        self.pins = pins
    }

    /// All turns, in order; each guest is stopped once and started once, each pin comes once.
    mutating func order() -> [Turn] {
        release()
        for (place, guest) in guests.enumerated() {
            takeDown(guest.name)
            // A guest that was started before has its own CPUs, and a pin that came is where it shall be.
            while let blocker = blocker(of: guest, guests[place...]) { takeDown(blocker) }
            turns.append(.start(guest.name))
        }
        if !pins.isEmpty { turns.append(.pin(pins.map(\.pin))) }
        return turns
    }

    /// A guest that still runs and has to be down before this one starts; nil when none has.
    private func blocker(of guest: CycledGuest, _ later: ArraySlice<CycledGuest>) -> String? {
        if let other = later.first(where: { !gone.contains($0.name) && $0.isInTheWay(of: guest) }) {
            return other.name
        }
        let names = Set(later.map(\.name))
        for pin in pins where !pin.leaves.isDisjoint(with: guest.wanted) {
            if let other = pin.after.subtracting(gone).intersection(names).min() { return other }
        }
        return nil
    }

    private mutating func takeDown(_ name: String) {
        guard gone.insert(name).inserted else { return }
        turns.append(.stop(name))
        release()
    }

    /// Sets the pins that wait for nobody any more.
    private mutating func release() {
        let free = pins.filter { $0.after.isSubset(of: gone) }
        pins.removeAll { $0.after.isSubset(of: gone) }
        if !free.isEmpty { turns.append(.pin(free.map(\.pin))) }
    }
}

extension Array {
    /// The pins with whom they wait for: the guests that have CPUs which they gain, and whom the pins wait for that leave CPUs which
    /// they gain.
    ///
    /// - Parameter held: CPUs that guests which leave have for themselves, by guest.
    func waiting<Pin>(for held: [String: CPUSet]) -> [WaitingPin<Pin>] where Element == WaitingPin<Pin> {
        var pins = self
        for index in pins.indices {
            pins[index].after.formUnion(held.filter { !$0.value.isDisjoint(with: pins[index].gains) }.keys)
        }
        var isMore = true
        while isMore {
            isMore = false
            for index in pins.indices {
                for other in pins where !other.leaves.isDisjoint(with: pins[index].gains) {
                    guard !other.after.isSubset(of: pins[index].after) else { continue }
                    pins[index].after.formUnion(other.after)
                    isMore = true
                }
            }
        }
        return pins
    }
}
