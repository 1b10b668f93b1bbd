/// The kernel's command line, as far as it is about huge pages and CPUs.
public struct KernelCommandLine: Hashable, Sendable {
    /// One `hugepages=`.
    public struct PageArgument: Hashable, Sendable {
        /// The size it is about; nil for the default one.
        public var pageSize: PageSize?
        /// The number, or cells with their numbers: `0:24,1:20`.
        public var pages: String
        /// Whether the kernel passes over it, because there was one for that size before.
        public var isIgnored: Bool

        /// The options as they are typed, with the size where one was given.
        public var text: String {
            (pageSize.map { "hugepagesz=\($0.kernelName) " } ?? "") + "hugepages=\(pages)"
        }
    }

    private let words: [Substring]

    /// Takes a command line; words in double quotes are not told apart.
    public init(_ text: String) { words = text.split(whereSeparator: \.isWhitespace) }

    /// The value of the last option of that name, or nil.
    public func value(of name: String) -> String? {
        words.last { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// The CPUs that an option names, after its flags if it has some; nil without the option, or where it names them otherwise than by
    /// a list.
    public func cpus(of name: String) -> CPUSet? {
        value(of: name).flatMap { value in
            try? CPUSet(parsing: value.split(separator: ",").drop { $0.first?.isLetter ?? true }.joined(separator: ","))
        }
    }

    /// The flags before the CPUs of an option: `managed_irq` and `domain` in `isolcpus=managed_irq,domain,4-15`.
    public func flags(of name: String) -> [String] {
        (value(of: name) ?? "").split(separator: ",").prefix { $0.first?.isLetter ?? false }.map(String.init)
    }

    /// Every `hugepages=` in its order: a `hugepagesz=` before it gives its size, and of two for one size the kernel takes the
    /// first.
    public var hugePages: [PageArgument] {
        var found: [PageArgument] = []
        var size: PageSize?
        let standard = value(of: "default_hugepagesz").flatMap { KernelCommandLine.size($0[...]) }
        for word in words {
            if word.hasPrefix("hugepagesz=") {
                size = KernelCommandLine.size(word.dropFirst("hugepagesz=".count))
            } else if word.hasPrefix("hugepages=") {
                let key = size ?? standard
                let isSecond = found.contains { ($0.pageSize ?? standard) == key }
                found.append(
                    PageArgument(
                        pageSize: size, pages: String(word.dropFirst("hugepages=".count)), isIgnored: isSecond))
            }
        }
        return found
    }

    private static func size(_ text: Substring) -> PageSize? {
        guard let size = try? Size.parse(text), size > .zero else { return nil }
        return PageSize(size)
    }
}
