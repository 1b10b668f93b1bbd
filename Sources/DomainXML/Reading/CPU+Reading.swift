internal import XMLTree

extension Topology {
    /// Reads `<topology>`; what it does not say is 1.
    init(reading element: XMLElement) throws(DomainXMLError) {
        let path = "cpu.topology"
        var numbers: [Int] = []
        var product = 1
        for attribute in ["sockets", "dies", "clusters", "cores", "threads"] {
            let number = try element.number(attribute, path, in: 1...highestNumber) ?? 1
            product *= number  // Both are below 65,536 here.
            guard product <= highestNumber else {
                throw DomainXMLError(path, line: element.line, .outOfRange("\(product)"))
            }
            numbers.append(number)
        }
        self.init(
            sockets: numbers[0], dies: numbers[1], clusters: numbers[2], cores: numbers[3], threads: numbers[4])
    }
}

extension MaximumPhysicalAddress {
    /// Reads `<maxphysaddr>`.
    init(reading element: XMLElement) throws(DomainXMLError) {
        let path = "cpu.maxphysaddr"
        guard let mode = element[attribute: "mode"] else { throw DomainXMLError(path, line: element.line, .missing) }
        guard ["emulate", "passthrough"].contains(mode) else {
            throw DomainXMLError(path, line: element.line, .unknownWord(mode))
        }
        self.init(mode: mode, bits: try element.number("bits", path, in: 1...64))
    }
}
