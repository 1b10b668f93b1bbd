/// Names for guests that are short enough to stand in a box: all of one length.
///
/// The letter X is left out, since an `x` marks what is kept empty.
struct Tags {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWYZ")

    private let isLong: Bool

    /// Names for that many guests.
    init(count: Int) { isLong = count > Tags.alphabet.count }

    /// `A` to `Z`, or `AA` to `ZZ` where one letter does not suffice; beyond those the number.
    subscript(index: Int) -> String {
        let (high, low) = index.quotientAndRemainder(dividingBy: Tags.alphabet.count)
        guard high < Tags.alphabet.count else { return "\(index)" }
        return isLong ? "\(Tags.alphabet[high])\(Tags.alphabet[low])" : "\(Tags.alphabet[low])"
    }
}
