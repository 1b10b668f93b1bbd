import Dispatch
import Foundation
import Glibc

/// Runs `body` with another umask. It is that of one thread: the tests that run at the same time keep theirs.
func withUmask<Answer>(_ mask: mode_t, _ body: @escaping () throws -> Answer) throws -> Answer {
    // `unshare` and CLONE_FS, which glibc declares for _GNU_SOURCE alone.
    guard let symbol = dlsym(nil, "unshare") else { throw POSIXError(.ENOSYS) }
    let unshare = unsafeBitCast(symbol, to: (@convention(c) (CInt) -> CInt).self)
    nonisolated(unsafe) var answer: Result<Answer, any Error>?
    nonisolated(unsafe) let body = body
    let isDone = DispatchSemaphore(value: 0)
    Thread {
        // Gives the thread its own umask, root and working folder.
        if unshare(0x200) == 0 {
            umask(mask)
            answer = Result(catching: body)
        }
        isDone.signal()
    }.start()
    isDone.wait()
    guard let answer else { throw POSIXError(.EPERM) }
    return try answer.get()
}
