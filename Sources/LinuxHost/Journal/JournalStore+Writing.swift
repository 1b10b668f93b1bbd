public import Execution
internal import Glibc
internal import SystemPackage

extension JournalStore {
    /// Begins a journal, later in the order of names than all that are there, even when the clock went back.
    ///
    /// - Parameter header: Makes the header for the name and the time that the transaction gets.
    /// - Throws: ``SysfsError``; nothing is begun then.
    public func begin(_ header: (TransactionID, UnixTime) -> JournalHeader) throws(SysfsError) -> JournalFile {
        let journals = try StateFolder(path, makingWith: 0o755).folder(JournalStore.folderName, makingWith: 0o700)
        let last = try journals.names().compactMap { TransactionID($0) }.max()
        let now = UnixTime.now
        var time = now
        while true {
            let id = TransactionID(time)
            if last.map({ $0 < id }) ?? true, try journals.make("\(id)", 0o700) {
                try journals.synchronize()
                return try begin(id, in: journals.folder("\(id)"), header(id, now))
            }
            // After a clock that was far ahead: names go on from there.
            time = UnixTime(milliseconds: max(time.milliseconds, last?.time.milliseconds ?? 0) + 1)
        }
    }

    private func begin(
        _ id: TransactionID, in folder: consuming StateFolder, _ header: JournalHeader
    ) throws(SysfsError) -> JournalFile {
        let file = try folder.file(JournalStore.fileName, O_RDWR | O_CREAT | O_EXCL)
        let journal = try JournalFile(id, file, size: 0)
        try journal.append(.opened(header))
        try folder.synchronize()
        return journal
    }

    /// Opens a journal to add to it; a torn last line is cut off first.
    public func resume(_ id: TransactionID) throws(Failure) -> JournalFile {
        do throws(SysfsError) {
            let folder = try journals().folder("\(id)")
            let file = try folder.file(JournalStore.fileName, O_RDWR)
            let bytes = try file.readAll(limit: JournalStore.limit)
            let size: Int
            do {
                size = try JournalText.read(bytes).size
            } catch {
                // What is added to a damaged journal stands behind the damage.
                size = bytes.count
            }
            return try JournalFile(id, file, size: size)
        } catch {
            throw error.isAbsent ? .absent(id) : .failed(error)
        }
    }

    /// Adds an end to a journal that is not being written.
    public func close(_ id: TransactionID, as outcome: JournalEnd.Outcome, note: String) throws(Failure) {
        let file = try resume(id)
        do {
            try file.append(.ended(JournalEnd(outcome, at: .now, note: note)))
        } catch {
            throw .failed(error)
        }
    }

    /// Removes journals that are settled, older than 30 days and not among the last 20; and of the settled ones all but the last 200.
    ///
    /// A journal that cannot be removed stays, and is tried again the next time.
    public func prune(now: UnixTime = .now) {
        guard let all = try? transactions(), let open = try? open(), let journals = try? journals() else { return }
        let limit = TransactionID(UnixTime(milliseconds: now.milliseconds - 30 * 86_400_000))
        for (age, id) in all.reversed().enumerated() where !open.contains(id) {
            guard age >= 200 || (age >= 20 && id < limit) else { continue }
            if let folder = try? journals.folder("\(id)") { try? folder.remove(JournalStore.fileName) }
            try? journals.remove("\(id)", isFolder: true)
        }
    }
}
