internal import Diagnostics
internal import Glibc
internal import HostModel

extension FactReader {
    /// Who the host is. The running machine is asked by system calls for what its files do not tell.
    mutating func identity() -> HostIdentity {
        let live = files.isLive ? systemNames() : nil
        let arch = word("proc/sys/kernel/arch") ?? live?.machine
        return HostIdentity(
            name: word("proc/sys/kernel/hostname") ?? word("etc/hostname") ?? live?.node, arch: arch,
            kernel: word("proc/sys/kernel/osrelease") ?? releaseOfVersion() ?? live?.release,
            bootID: word("proc/sys/kernel/random/boot_id"), commandLine: word("proc/cmdline"),
            basePage: basePage(arch: arch), machine: machine)
    }

    /// The machine's id is for programs on it alone, so only a checksum of it and of our name leaves.
    private var machine: SHA256? {
        mutating get {
            guard let id = word("etc/machine-id") ?? word("var/lib/dbus/machine-id"), id.utf8.count == 32,
                id.allSatisfy(\.isHexDigit)
            else { return nil }
            return SHA256(of: "numactl-plan " + id)
        }
    }

    /// The ordinary page: asked of the running machine; 4 KiB for a captured one, which has no file that tells.
    private mutating func basePage(arch: String?) -> PageSize {
        let bytes = files.isLive ? sysconf(CInt(_SC_PAGESIZE)) : 0
        if bytes >= 1_024 { return PageSize(KiB(UInt64(bytes) / 1_024)) }
        let alwaysFour: Set<String?> = ["x86_64", "s390x", "riscv64"]
        if !alwaysFour.contains(arch) {
            missing("no file reports the size of an ordinary page; assuming 4KiB", severity: .note)
        }
        return PageSize(4)
    }

    /// The text of a file of one line; nil when it is absent or empty.
    private mutating func word(_ name: String) -> String? {
        guard let text = text(name).map(SysfsText.trimmed), !text.isEmpty else { return nil }
        return String(text)
    }

    /// The release in `Linux version 6.1.0 (builder@…) …`.
    private mutating func releaseOfVersion() -> String? {
        let words = (word("proc/version") ?? "").split(separator: " ")
        return words.count > 2 && words[0] == "Linux" && words[1] == "version" ? String(words[2]) : nil
    }

    private func systemNames() -> (node: String, machine: String, release: String)? {
        var names = utsname()
        guard uname(&names) == 0 else { return nil }
        return (text(of: names.nodename), text(of: names.machine), text(of: names.release))
    }

    /// A C array of characters up to its NUL.
    private func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
