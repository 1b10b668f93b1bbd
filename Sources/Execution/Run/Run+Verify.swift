import Planning

extension Run {
    /// Reads back what these steps wrote and compares it with what is wanted.
    ///
    /// - Throws: ``Halt/verificationFailed(_:)`` with every difference there is.
    mutating func verify(_ steps: [Step]) throws(Halt) {
        var mismatches: [Mismatch] = []
        var live = LiveDefinitions(self)
        for step in steps {
            do throws(StepFailure) {
                mismatches += try step.execution.mismatches(in: self, &live)
            } catch {
                throw .failed(step, error)
            }
            report.verified += 1
        }
        guard mismatches.isEmpty else { throw .verificationFailed(mismatches) }
    }
}
