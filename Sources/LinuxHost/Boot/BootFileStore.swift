public import Diagnostics
public import Execution
internal import FoundationEssentials
internal import Glibc
public import SystemPackage

extension BootFile {
    /// Where the boot unit looks for the file.
    public static let standardPath: FilePath = "/etc/numactl-plan/boot.json"

    /// Reads a boot file, strictly.
    ///
    /// - Returns: The file, or a finding: NP402 when it cannot be read, NP120 when it is no JSON, NP202, NP203 or NP220 when it
    ///   is another document than a boot file of a known version; NP620 when another user can change it.
    public static func read(_ path: FilePath) -> Checked<BootFile> {
        do throws(SysfsError) {
            let opened = try TrustedFile.open(path)
            guard try opened.file.status().st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
            if let doubt = opened.doubt { return Checked(nil, [doubt.refusal(of: path.string, isInput: false)]) }
            return decode(Data(try opened.file.readAll(limit: 1 << 20)), path)
        } catch {
            return Checked(nil, [Diagnostic(.sysfsUnreadable, "\(error)")])
        }
    }

    /// Writes the file so that it is there whole or not at all, readable by everybody.
    ///
    /// - Throws: ``SysfsError`` with the call that failed; the old file, if any, is then still there.
    public func write(to path: FilePath) throws(SysfsError) { try AtomicFile.write(Array(text.utf8), to: path) }

    /// The file's text.
    public var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(self) else {
            preconditionFailure("a boot file is numbers and texts, which JSON can hold")
        }
        return String(decoding: json, as: UTF8.self) + "\n"
    }

    private static var notJSON: String { "this is not JSON, or a number in it is negative or not whole" }

    private static func decode(_ json: Data, _ path: FilePath) -> Checked<BootFile> {
        do {
            return Checked(try JSONDecoder().decode(BootFile.self, from: json))
        } catch let error as DecodingError {
            let (code, what) = finding(error)
            return Checked(nil, [Diagnostic(code, "\(path): \(what)", hint: "numactl-plan apply rewrites it")])
        } catch {
            return Checked(nil, [Diagnostic(.jsonSyntax, "\(path): \(notJSON)")])
        }
    }

    private static func finding(_ error: DecodingError) -> (DiagnosticCode, String) {
        switch error {
        case .keyNotFound(let key, let context):
            return (.missingKey, "'\((context.codingPath + [key]).text)' is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return (.wrongType, "'\(context.codingPath.text)' has the wrong type")
        case .dataCorrupted(let context):
            // The decoder says the same of a number that does not fit.
            guard !context.codingPath.isEmpty else { return (.jsonSyntax, notJSON) }
            let code: DiagnosticCode = context.codingPath.text == "format_version" ? .badVersion : .wrongType
            return (code, "'\(context.codingPath.text)': \(context.debugDescription)")
        @unknown default:
            return (.jsonSyntax, notJSON)
        }
    }
}

extension [any CodingKey] {
    /// The path as people write it: `pools[0].pages`.
    fileprivate var text: String {
        reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}
