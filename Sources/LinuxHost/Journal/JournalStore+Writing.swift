public import Execution
internal import Glibc
internal import SystemPackage

extension JournalStore {
    /// Begins a journal, later in the order of names than all that are there, even when the clock went back.
    ///
    /// It gets its name only when its header is on the disk. So a journal without one is a journal that was damaged.
    /// - Parameter header: Makes the header for the name and the time that the transaction gets.
    /// - Throws: ``SysfsError``; nothing is begun then.
    public func begin(_ header: (TransactionID, UnixTime) -> JournalHeader) throws(SysfsError) -> JournalFile {
        let journals = try StateFolder(path, makingWith: 0o755).folder(JournalStore.folderName, makingWith: 0o700)
        let (last, now) = (try journals.names().compactMap { TransactionID($0) }.max(), UnixTime.now)
        guard let id = TransactionID.next(after: last, now: now) else {
            throw .noLaterName(path: journals.path.appending(last.map { "\($0)" } ?? ""))
        }
        let name = "\(JournalStore.unnamedPrefix)\(id)"
        let line = JournalText.line(.opened(header(id, now)))
        do throws(SysfsError) {
            try write(line, in: name, of: journals)
            try journals.rename(name, to: "\(id)")
            try journals.synchronize()
        } catch {
            discard(name, of: journals)
            throw error
        }
        let file = try journals.folder("\(id)").file(JournalStore.fileName, O_RDWR)
        return try JournalFile(id, file, size: line.count, limit: limit)
    }

    private func write(_ line: [UInt8], in name: String, of journals: borrowing StateFolder) throws(SysfsError) {
        if try !journals.make(name, 0o700) {
            // What a process has left that was killed while it began.
            try journals.folder(name).remove(JournalStore.fileName)
        }
        let folder = try journals.folder(name)
        let file = try folder.file(JournalStore.fileName, O_RDWR | O_CREAT | O_EXCL)
        try file.writeAll(line)
        try file.synchronize()
        try folder.synchronize()
    }

    /// Opens a journal to add to it; a torn last line is cut off first. What is added to a damaged one stands behind the damage.
    public func resume(_ id: TransactionID) throws(JournalFailure) -> JournalFile { try resume(id, O_RDWR) }

    private func resume(_ id: TransactionID, _ flags: CInt) throws(JournalFailure) -> JournalFile {
        do throws(SysfsError) {
            let folder = try journals().folder("\(id)")
            let file = try folder.file(JournalStore.fileName, flags)
            let bytes = try file.readAll(limit: limit)
            if let size = JournalText.sizeOfWholeLines(bytes) {
                return try JournalFile(id, file, size: size, limit: limit)
            }
            let needsBreak = bytes.last != UInt8(ascii: "\n")
            if needsBreak { try file.writeAll([UInt8(ascii: "\n")]) }
            return try JournalFile(id, file, size: bytes.count + (needsBreak ? 1 : 0), limit: limit)
        } catch {
            throw error.isAbsent ? .absent(id) : .failed(error)
        }
    }

    /// Adds an end to a journal that is not being written. One whose file is gone gets a new file for it.
    public func close(_ id: TransactionID, as outcome: JournalEnd.TransactionOutcome, note: String)
        throws(JournalFailure)
    {
        let file = try resume(id, O_RDWR | O_CREAT)
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
        for name in (try? journals.names()) ?? [] where name.hasPrefix(JournalStore.unnamedPrefix) {
            discard(name, of: journals)
        }
        let limit = TransactionID(UnixTime(milliseconds: now.milliseconds - 30 * 86_400_000))
        for (age, id) in all.reversed().enumerated() where !open.contains(id) {
            guard age >= 200 || (age >= 20 && id < limit) else { continue }
            // Without its name first: killed in between, what is left is no journal that lost its file.
            let name = "\(JournalStore.unnamedPrefix)\(id)"
            if (try? journals.rename("\(id)", to: name)) != nil { discard(name, of: journals) }
        }
    }

    /// Removes a folder that has not got its name, or has lost it; what cannot be removed is tried again the next time.
    private func discard(_ name: String, of journals: borrowing StateFolder) {
        if let folder = try? journals.folder(name) { try? folder.remove(JournalStore.fileName) }
        try? journals.remove(name, isFolder: true)
    }
}
