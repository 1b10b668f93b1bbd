internal import Synchronization

/// One line on a terminal that tells what is waited for and for how long, redrawn in place and wiped when it is over. Nothing is drawn
/// of what takes less than a second.
package final class ProgressLine: Sendable {
    private struct State {
        var what: String?
        var limit: Duration?
        var begun = ContinuousClock.now
        var isDrawn = false
        var measure: (@Sendable () -> String?)?
    }

    private let state = Mutex(State())
    private let draw: @Sendable (String) -> Void
    /// What moves the cursor to the beginning of an empty line.
    private static let wipe = "\r\u{1B}[K"

    /// Takes what writes to the terminal.
    package init(draw: @escaping @Sendable (String) -> Void) { self.draw = draw }

    /// Begins to wait for something.
    ///
    /// - Parameters:
    ///   - limit: How long that may take; nil where nothing ends it.
    ///   - now: When it began.
    ///   - measure: How far it is.
    package func begin(
        _ what: String, within limit: Duration? = nil, at now: ContinuousClock.Instant = .now,
        measure: (@Sendable () -> String?)? = nil
    ) {
        state.withLock { $0 = State(what: what, limit: limit, begun: now, measure: measure) }
    }

    /// Wipes the line.
    package func end() {
        let wasDrawn = state.withLock { state in
            defer { state = State() }
            return state.isDrawn
        }
        if wasDrawn { draw(ProgressLine.wipe) }
    }

    /// Draws the line again when a second is over.
    package func tick(at now: ContinuousClock.Instant = .now) {
        let text: String? = state.withLock { state in
            let elapsed = now - state.begun
            guard let what = state.what, elapsed >= .seconds(1) else { return nil }
            state.isDrawn = true
            let time = state.limit.map { "\(max(.zero, $0 - elapsed).components.seconds) s left" }
            let parts = [state.measure?(), time ?? "\(elapsed.components.seconds) s"].compactMap(\.self)
            return "\(what): \(parts.joined(separator: ", "))"
        }
        if let text { draw(ProgressLine.wipe + text) }
    }

    /// Ticks twice a second until the task is cancelled.
    package func ticking() -> Task<Void, Never> {
        Task.detached { [self] in
            while !Task.isCancelled {
                do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
                tick()
            }
        }
    }
}
