extension Substring {
    /// What stands between the occurrences of an ASCII character, without what is empty: for procfs, of which a large guest's process
    /// has megabytes, and which is no text that a reader would take apart.
    func split(byte: Unicode.Scalar, maxSplits: Int = .max) -> [Substring] {
        utf8.split(separator: UInt8(ascii: byte), maxSplits: maxSplits).map(Substring.init)
    }
}
