public import Diagnostics
internal import Glibc
public import SystemPackage

/// Why a file is not taken at its word: somebody other than root and the user of this process could have put it there, or can
/// change it.
public struct FileDoubt: Error, Hashable, Sendable {
    /// What is wrong with a file, a link or a folder.
    public enum Doubt: Hashable, Sendable {
        /// It belongs to another user, by number.
        case owner(UInt32)
        /// Its group may write it; the group's number.
        case groupWrites(UInt32)
        /// Everybody may write it.
        case everybodyWrites
    }

    /// The file itself, or the folder or link on the way to it.
    public let path: FilePath
    /// What is wrong with it.
    public let reason: Doubt

    /// Judges what `status` tells of `path`; nil when it may be trusted.
    ///
    /// In a folder with the sticky bit nobody can replace what belongs to another, so that such a folder may be everybody's: what is
    /// in it is then judged by its own owner. The mode of a symbolic link means nothing, and what is written to a device is not what
    /// is read from it.
    init?(_ path: FilePath, _ status: stat) {
        let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
        let hasMode = ![S_IFLNK, S_IFCHR].contains(status.st_mode & S_IFMT) && !isSticky
        self.path = path
        if status.st_uid != 0, status.st_uid != geteuid() {
            reason = .owner(status.st_uid)
        } else if hasMode, status.st_mode & S_IWOTH != 0 {
            reason = .everybodyWrites
        } else if hasMode, status.st_mode & S_IWGRP != 0 {
            reason = .groupWrites(status.st_gid)
        } else {
            return nil
        }
    }

    /// What takes the doubt away, as a command.
    public var remedy: String {
        switch reason {
        case .owner: "chown root \(path)"
        case .groupWrites: "chmod g-w \(path)"
        case .everybodyWrites: "chmod o-w \(path)"
        }
    }
}

extension FileDoubt: CustomStringConvertible {
    /// One phrase with the path.
    public var description: String {
        switch reason {
        case .owner(let user): "\(path) belongs to user \(user)"
        case .groupWrites(let group): "\(path) is writable by group \(group)"
        case .everybodyWrites: "\(path) is writable by everybody"
        }
    }
}

extension FileDoubt {
    /// The doubt of a file that is there, or else of the folder that it would be made in; nil when nobody else can change it or put
    /// another in its place.
    ///
    /// - Throws: ``SysfsError`` when that cannot be told.
    public static func place(_ path: FilePath) throws(SysfsError) -> FileDoubt? {
        var path = path
        while true {
            do throws(SysfsError) {
                return try TrustedFile.open(path).doubt
            } catch {
                guard error.errno == .noSuchFileOrDirectory, path.lastComponent != nil else { throw error }
                path = path.removingLastComponent()
                if path.isEmpty { path = "." }
            }
        }
    }

    /// NP620 of the file `name`, on whose word nothing is written.
    ///
    /// - Parameter isInput: Whether the file could be given on standard input instead.
    public func refusal(of name: String, isInput: Bool = true) -> Diagnostic {
        let hint = isInput ? "\(remedy), or give it on standard input, as -" : remedy
        return Diagnostic(
            .fileUntrusted, "\(name) is not followed, since another user can change it: \(self)", hint: hint)
    }

    /// NP620 of the file `name`, which is read all the same.
    public func warning(of name: String) -> Diagnostic {
        Diagnostic(
            .fileUntrusted, "apply would not follow \(name), since another user can change it: \(self)",
            severity: .warning, hint: remedy)
    }
}
