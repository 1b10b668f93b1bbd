/// What the parser met, with everything copied out of libyaml.
struct YAMLEvent {
    enum EventKind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(text: String, style: YAMLScalar.ScalarStyle, tag: String?, anchor: String?)
        case collectionStart(Collection, isFlow: Bool, tag: String?, anchor: String?)
        case collectionEnd
        /// An event that a later libyaml may send.
        case other
    }

    enum Collection { case sequence, mapping }

    /// What was met.
    let kind: EventKind
    /// The running number of its first scalar.
    let start: Int
    /// The running number after its last scalar.
    let end: Int
}

/// Why libyaml stopped.
struct YAMLProblem: Error {
    /// Where libyaml says it happened.
    enum ProblemPlace {
        /// The running number of a scalar.
        case scalar(Int)
        /// The running number of a byte.
        case byte(Int)
        case nowhere
    }

    /// libyaml's own words.
    let words: String
    /// Where it happened.
    let place: ProblemPlace
    /// What libyaml was about, and where that began.
    let context: (words: String, start: Int)?
}
