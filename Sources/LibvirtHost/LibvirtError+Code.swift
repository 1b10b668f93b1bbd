internal import CLibvirt
internal import Glibc

extension LibvirtError {
    /// The error that this thread's last call left behind. Must be the very next call: libvirt overwrites it.
    static func last(_ call: String) -> LibvirtError {
        guard let error = virGetLastError()?.pointee else {
            return LibvirtError(call: call, code: 0, domain: 0, message: "failed without an error message")
        }
        let code = Int(error.code)
        let isSystem = code == Int(VIR_ERR_SYSTEM_ERROR.rawValue)
        return LibvirtError(
            call: call, code: code, domain: Int(error.domain),
            message: error.message.map { oneLine(String(cString: $0)) } ?? "",
            systemCode: isSystem ? error.int1 : nil)
    }
}

/// A text on one line: its lines without blanks at their ends, joined by `; `; empty ones are left out.
private func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { line in
        let start = line.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }.filter { !$0.isEmpty }.joined(separator: "; ")
}

extension LibvirtError.ErrorKind {
    /// Sorts libvirt's numbers. While a connection is being opened, what is not a matter of permission is one of reach.
    init(code: Int, systemCode: Int32?, isOpening: Bool) {
        let known = Self.known.first { $0.codes.contains { Int($0.rawValue) == code } }?.kind
        if systemCode == EACCES || systemCode == EPERM {
            self = .notPermitted
        } else if isOpening, known != .notPermitted {
            self = .unreachable
        } else {
            self = known ?? .other
        }
    }

    private static let known: [(kind: Self, codes: [virErrorNumber])] = [
        (.unreachable, [VIR_ERR_NO_CONNECT, VIR_ERR_INVALID_CONN, VIR_ERR_RPC, VIR_ERR_NO_SERVER]),
        (
            .notPermitted,
            [
                VIR_ERR_AUTH_FAILED, VIR_ERR_AUTH_CANCELLED, VIR_ERR_AUTH_UNAVAILABLE, VIR_ERR_ACCESS_DENIED,
                VIR_ERR_OPERATION_DENIED,
            ]
        ),
        (.noDomain, [VIR_ERR_NO_DOMAIN]),
        (.schema, [VIR_ERR_XML_INVALID_SCHEMA]),
        (.malformed, [VIR_ERR_XML_ERROR, VIR_ERR_XML_DETAIL]),
        (
            .unsupported,
            [
                VIR_ERR_NO_SUPPORT, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_OPERATION_UNSUPPORTED,
                VIR_ERR_ARGUMENT_UNSUPPORTED,
            ]
        ),
        (.invalidArgument, [VIR_ERR_INVALID_ARG]),
        (.wrongState, [VIR_ERR_OPERATION_INVALID]),
        (.busy, [VIR_ERR_RESOURCE_BUSY]),
        (.timedOut, [VIR_ERR_OPERATION_TIMEOUT]),
    ]
}
