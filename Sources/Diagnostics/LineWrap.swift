/// Breaks text into lines of a width, at blanks; a word that is longer than a line is broken after its commas, or stays whole.
struct LineWrap {
    /// How many columns a line may have.
    let width: Int

    /// The text in lines: the first begins with `lead`, the others with as many blanks as `indent` says.
    ///
    /// What an operator pastes stays in one line however long it is, if `keepsCommands`: a terminal wraps it without breaking it.
    func lines(_ text: String, lead: String = "", indent: Int, keepsCommands: Bool = false) -> [String] {
        let margin = String(repeating: " ", count: indent)
        let whole = keepsCommands ? LineWrap.withCommandsWhole(LineWrap.words(of: text)) : LineWrap.words(of: text)
        var lines = [lead]
        var isEmpty = true
        for word in whole.flatMap({ pieces(of: $0, room: width - indent, keepsCommands) }) {
            let used = lines[lines.count - 1].count
            if isEmpty {
                lines[lines.count - 1] += word.text
            } else if used + (word.isJoined ? 0 : 1) + word.text.count <= width {
                lines[lines.count - 1] += (word.isJoined ? "" : " ") + word.text
            } else {
                lines.append(margin + word.text)
            }
            isEmpty = false
        }
        return lines
    }

    /// A part of a text that stays in one line; one that is joined follows the part before it without a blank.
    private struct Piece {
        var text: String
        var isJoined = false
    }

    private func pieces(of word: String, room: Int, _ keepsCommands: Bool) -> [Piece] {
        guard word.count > room, !word.contains(" "), !(keepsCommands && LineWrap.isCommand(word)) else {
            return [Piece(text: word)]
        }
        var pieces = [Piece(text: "")]
        for character in word {
            pieces[pieces.count - 1].text.append(character)
            if character == "," { pieces.append(Piece(text: "", isJoined: true)) }
        }
        return pieces.filter { !$0.text.isEmpty }
    }

    private static func words(of text: String) -> [String] {
        text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    }

    /// The words with each command as one: from its name, after a colon, a semicolon or at the beginning, to the next semicolon.
    private static func withCommandsWhole(_ words: [String]) -> [String] {
        var whole: [String] = []
        var isOpen = false
        for word in words {
            let isStart = whole.last.map { $0.hasSuffix(":") || $0.hasSuffix(";") } ?? true
            if isOpen {
                whole[whole.count - 1] += " " + word
            } else {
                whole.append(word)
                isOpen = isStart && isCommand(word)
            }
            if word.hasSuffix(";") { isOpen = false }
        }
        return whole
    }

    private static func isCommand(_ word: String) -> Bool {
        commands.contains(word) || kernelArguments.contains { word.hasPrefix($0) }
    }

    private static let commands: Set<String> = [
        "cat", "chgrp", "chmod", "chown", "dmidecode", "echo", "expand", "grubby", "iconv", "ip", "ls", "mkdir",
        "modprobe",
        "mount", "numactl-plan", "rm", "swapoff", "sysctl", "systemctl", "timedatectl", "tuned-adm", "virsh",
    ]

    private static let kernelArguments = ["hugepages=", "hugepagesz=", "default_hugepagesz="]
}
