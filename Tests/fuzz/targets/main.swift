/// Feeds one of the readers with inputs that libFuzzer makes up: `fuzz-readers TARGET [LIBFUZZER'S ARGUMENTS]`.
///
/// A target returns when the input was read or refused as it should be, and traps when something is wrong with either.
internal import Glibc

/// libFuzzer's own main function, which calls back for every input.
@_silgen_name("LLVMFuzzerRunDriver")
private func fuzz(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private func bytes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: start, count: count))
}

private let callbacks: [String: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt] = [
    "site": {
        readSite(bytes($0, $1)); return 0
    },
    "domain": {
        readDomain(bytes($0, $1)); return 0
    },
    "lists": {
        readLists(bytes($0, $1)); return 0
    },
    "facts": {
        readFacts(bytes($0, $1)); return 0
    },
    "plan": {
        readPlan(bytes($0, $1)); return 0
    },
    "journal": {
        readJournal(bytes($0, $1)); return 0
    },
]

guard CommandLine.argc > 1, let callback = callbacks[CommandLine.arguments[1]] else {
    let usage = "usage: fuzz-readers \(callbacks.keys.sorted().joined(separator: "|")) [arguments of libFuzzer]\n"
    _ = usage.utf8.withContiguousStorageIfAvailable { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(64)
}
// libFuzzer sees its own arguments alone, with the program's name before them.
var count = CommandLine.argc - 1
var arguments = CommandLine.unsafeArgv.advanced(by: 1)
arguments[0] = CommandLine.unsafeArgv[0]
exit(fuzz(&count, &arguments, callback))
