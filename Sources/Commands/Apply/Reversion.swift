internal import Diagnostics
internal import Execution
internal import LinuxHost

/// Puts back what nobody has confirmed in time. There is nobody to ask and nobody to tell: what could not be done is left in the
/// journal, which is open then, so that every command says so.
struct Reversion {
    let journals: JournalStore
    let lockOption: LockOption
    /// The transaction's name.
    let transaction: String
    /// How often libvirt is asked again that does not answer.
    var attempts = 60
    /// How long is waited in between.
    var pause = Duration.seconds(10)

    /// Waits for the host's lock, however long another holds it, then rolls the transaction back.
    ///
    /// - Parameter rollBack: Rolls it back; the lock is held then.
    /// - Throws: ``CommandFailure`` when it could not be rolled back; the journal says why, and is open.
    func run(_ world: World, _ rollBack: (JournalStore.Stored) throws -> ExitStatus) throws -> ExitStatus {
        let id = try journals.id(of: transaction)
        var left = attempts
        while true {
            let lock = try heldLock(world)
            defer { lock.release() }
            do {
                return try revert(id, world, rollBack)
            } catch let failure as CommandFailure where failure.status == .libvirtUnreachable && left > 0 {
                left -= 1
                world.tell(failure.diagnostics)
            } catch let failure as CommandFailure {
                throw recorded(failure, id)
            } catch {
                throw recorded(CommandFailure(.unexpected, [Diagnostic(.stepFailed, "\(error)")]), id)
            }
            lock.release()
            Waiting.wait(pause)
        }
    }

    private func revert(
        _ id: TransactionID, _ world: World, _ rollBack: (JournalStore.Stored) throws -> ExitStatus
    ) throws -> ExitStatus {
        guard let stored = try standing(id) else {
            world.say("There is nothing to roll back: the transaction is settled.\n")
            return .done
        }
        return try rollBack(stored)
    }

    /// The transaction, unless it is settled: it waits to be confirmed, or it broke off before it said so.
    private func standing(_ id: TransactionID) throws -> JournalStore.Stored? {
        do {
            let stored = try journals.read(id)
            return stored.transaction.isUnconfirmed || stored.transaction.isOpen ? stored : nil
        } catch {
            // Somebody may have closed a damaged one by hand.
            if case .damaged = error, try journals.isClosedByHand(id) { return nil }
            throw CommandFailure(error, in: journals)
        }
    }

    private func heldLock(_ world: World) throws -> HeldLock {
        while true {
            do {
                return try lockOption.lock(timeout: .seconds(3_600))
            } catch let failure as CommandFailure {
                // Whatever keeps the lock from being taken may pass. Until then the journal says that the time is over.
                world.tell(failure.diagnostics)
                if failure.status != .locked { Waiting.wait(pause) }
            }
        }
    }

    /// The failure, written into the journal, or with why that could not be.
    private func recorded(_ failure: CommandFailure, _ id: TransactionID) -> CommandFailure {
        let reason = failure.diagnostics.flatMap { [$0.message] + $0.notes }.joined(separator: "; ")
        do {
            try journals.close(
                id, as: .incomplete, note: "not confirmed in time, and the rollback failed: \(reason)")
            return failure
        } catch {
            let finding = Diagnostic(.journalUnwritable, "the journal could not record this: \(error)")
            return CommandFailure(failure.status, failure.diagnostics + [finding], sources: failure.sources)
        }
    }
}
