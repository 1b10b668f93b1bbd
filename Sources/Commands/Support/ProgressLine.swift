internal import LinuxHost
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
        var advice: String?
    }

    private let state = Mutex(State())
    private let draw: @Sendable (String) -> Void
    private let width: Int

    /// Takes what writes to the terminal, and its columns: a longer line is cut, since one that wraps cannot be redrawn in place.
    package init(width: Int = 80, draw: @escaping @Sendable (String) -> Void) {
        (self.width, self.draw) = (width, draw)
    }

    /// Begins to wait for something.
    ///
    /// - Parameters:
    ///   - limit: How long that may take; nil where nothing ends it.
    ///   - now: When it began.
    ///   - advice: What may be done meanwhile.
    ///   - measure: How far it is.
    package func begin(
        _ what: String, within limit: Duration? = nil, at now: ContinuousClock.Instant = .now, advice: String? = nil,
        measure: (@Sendable () -> String?)? = nil
    ) {
        state.withLock { $0 = State(what: what, limit: limit, begun: now, measure: measure, advice: advice) }
    }

    /// Wipes the line.
    package func end() {
        state.withLock { state in
            if state.isDrawn { draw(UnfinishedLine.wipe) }
            state = State()
        }
    }

    /// Draws the line again when a second is over.
    package func tick(at now: ContinuousClock.Instant = .now) {
        // Drawn under the lock: nothing may follow the wipe of what is over.
        state.withLock { state in
            let elapsed = now - state.begun
            guard let what = state.what, elapsed >= .seconds(1) else { return }
            state.isDrawn = true
            let time = state.limit.map { "\(max(.zero, $0 - elapsed).components.seconds) s left" }
            let parts = [state.measure?(), time ?? "\(elapsed.components.seconds) s"].compactMap(\.self)
            let advice = state.advice.map { "; \($0)" } ?? ""
            draw(UnfinishedLine.wipe + cut("\(what): \(parts.joined(separator: ", "))\(advice)"))
        }
    }

    private func cut(_ text: String) -> String {
        text.count < width ? text : text.prefix(max(0, width - 2)) + "…"
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
