internal import Diagnostics
internal import HostModel
internal import YAMLTree

/// A named part of the file.
struct Named<Value: Sendable>: Sendable {
    /// The name at its place.
    let name: Located<String>
    /// What stands there, or nil when it could not be read.
    let value: Value?
}

extension ValueReader {
    /// A mapping with the keys of a table; nothing at all is a mapping without keys.
    static func mapping(_ table: KeyTable<Value>, _ empty: @escaping @Sendable () -> Value) -> ValueReader {
        ValueReader(.mapping(table.place), isCollection: true) { entry, report in
            var value = empty()
            return table.read(entry, into: &value, &report) ? value : nil
        }
    }

    /// A mapping with the keys of a table, or a word with a meaning of its own.
    static func mapping(
        _ table: KeyTable<Value>, _ empty: @escaping @Sendable () -> Value, or word: String, meaning: Value
    ) -> ValueReader {
        let kind = ValueKind.mappingOrWord(table.place, word)
        let mapping = mapping(table, empty)
        return ValueReader(kind, isCollection: true) { entry, report in
            guard let scalar = entry.node.scalar, !entry.isNull else { return mapping.read(entry, &report) }
            if scalar.text == word { return meaning }
            report.unknownWord(scalar.text, of: [word], entry.name, at: entry.node.mark)
            return nil
        }
    }

    /// Values in order, each at its place; nil when one of them could not be read.
    static func sequence<Element>(
        _ element: ValueReader<Element>, minimum: Int = 0, maximum: Int = 1_024
    ) -> ValueReader where Value == [Located<Element>] {
        let kind = ValueKind.sequence(element.kind, minimum: minimum)
        return ValueReader(kind, isCollection: true) { entry, report in
            guard let nodes = entry.node.elements else {
                entry.refuse(kind, because: entry.node.pairs == nil ? "a single value" : "a mapping", &report)
                return nil
            }
            guard (minimum...maximum).contains(nodes.count) else {
                let message =
                    nodes.isEmpty ? "'\(entry.name)' is empty" : "'\(entry.name)' has more than \(maximum) elements"
                report.error(.wrongType, message, at: entry.mark)
                return nil
            }
            let values = nodes.enumerated().compactMap { index, node in
                element.located(entry.element(index, node), &report)
            }
            return values.count == nodes.count ? values : nil
        }
    }

    /// Named values in the order of the file; nothing at all is no value. Names that are refused are reported and kept, so that
    /// what refers to them is not reported too.
    static func named<Element>(_ element: ValueReader<Element>) -> ValueReader where Value == [Named<Element>] {
        let kind = ValueKind.dictionary(.name, element.kind)
        return ValueReader(kind, isCollection: true) { entry, report in
            guard let pairs = entry.pairs(kind, &report) else { return nil }
            return pairs.map { pair in
                if let problem = ValueKind.TextForm.name.problem(of: pair.name) {
                    let message = "the name '\(pair.name)' \(problem.what)"
                    report.error(.badName, message, at: pair.mark, hint: problem.hint)
                }
                return Named(name: Located(pair.name, at: pair.mark), value: element.read(Entry(pair), &report))
            }
        }
    }

    static func byCell<Cell: Identifier, Element>(
        _ element: ValueReader<Element>
    ) -> ValueReader where Value == [CellEntry<Cell, Element>] { byNumber(.cell, element) }

    /// Values by the number of a thing.
    static func byNumber<Cell: Identifier, Element>(
        _ form: ValueKind.KeyForm, _ element: ValueReader<Element>
    ) -> ValueReader where Value == [CellEntry<Cell, Element>] {
        let kind = ValueKind.dictionary(form, element.kind)
        return ValueReader(kind, isCollection: true) { entry, report in
            guard let pairs = entry.pairs(kind, &report) else { return nil }
            return pairs.compactMap { pair in
                let number = wholeNumber(pair.name).flatMap { (form.first...maximumListNumber).contains($0) ? $0 : nil }
                if number == nil {
                    report.error(
                        .badNumber, "'\(pair.name)' is not the number of \(form.phrase)", at: pair.mark,
                        hint: "\(form.plural) are numbered \(form.first), \(form.first + 1), \(form.first + 2), …")
                }
                let place = Entry(name: "\(entry.name).\(pair.name)", mark: pair.mark, node: pair.value)
                guard let value = element.located(place, &report), let number else { return nil }
                return CellEntry(cell: Located(Cell(number), at: pair.mark), value: value)
            }
        }
    }
}

/// One entry of a mapping by the number of a cell, or of another thing.
struct CellEntry<Cell: Identifier, Value: Sendable>: Sendable {
    let cell: Located<Cell>
    let value: Located<Value>
}

extension CellEntry: Equatable where Value: Equatable {}
extension CellEntry: Hashable where Value: Hashable {}

extension ValueKind.KeyForm {
    /// The lowest number that such a thing has.
    fileprivate var first: Int { self == .ioThread ? 1 : 0 }

    fileprivate var phrase: String {
        switch self {
        case .cell: "a cell"
        case .vcpu: "a vCPU"
        case .ioThread: "an iothread"
        case .name, .pageSize: "a thing"
        }
    }

    fileprivate var plural: String {
        switch self {
        case .cell: "cells"
        case .vcpu: "vCPUs"
        case .ioThread: "iothreads"
        case .name, .pageSize: "things"
        }
    }
}

extension Entry {
    /// The pairs of a mapping; nothing at all is a mapping without pairs. Anything else is reported.
    func pairs(_ kind: ValueKind, _ report: inout Findings) -> [YAMLPair]? {
        if let pairs = node.pairs { return pairs }
        if isNull { return [] }
        refuse(kind, because: node.elements == nil ? "a single value" : "a list", &report)
        return nil
    }
}
