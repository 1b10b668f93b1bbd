/// The text with every scalar replaced that a terminal would obey instead of show: control characters, line and paragraph
/// separators, and invisible formatting such as a change of direction.
///
/// One scalar stays one scalar (U+FFFD), so columns counted before still hold. Names of domains and paths come from others;
/// all of them go through here before they are printed.
/// - Parameter keepingTabs: Whether tabs are left alone.
public func displayable(_ text: some StringProtocol, keepingTabs: Bool = false) -> String {
    // Most texts are plain ASCII, and nothing has to be looked up to know that.
    if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return String(text) }
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        let isHarmless = !scalar.properties.generalCategory.isUnprintable || (keepingTabs && scalar == "\t")
        shown.append(isHarmless ? scalar : "\u{FFFD}")
    }
    return String(shown)
}

extension Unicode.GeneralCategory {
    fileprivate var isUnprintable: Bool {
        switch self {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
