internal import CYaml

/// libyaml's parser. It keeps pointers into itself and into its input, so it lives on the heap, and all parsing happens while the
/// input is held in place.
struct YAMLParserHandle: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Makes a parser for UTF-8 text that must stay where it is until the parser is gone; nil when there is no memory.
    init?(input: UnsafeBufferPointer<UInt8>) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
        self.parser = parser
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event; after `streamEnd` there is none to ask for.
    ///
    /// - Throws: ``YAMLProblem`` when the text is malformed; the parser is of no use afterwards.
    mutating func next() throws(YAMLProblem) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw problem }
        defer { yaml_event_delete(&event) }
        return YAMLEvent(
            kind: kind(of: event), start: Int(event.start_mark.index), end: Int(event.end_mark.index))
    }

    private func kind(of event: yaml_event_t) -> YAMLEvent.EventKind {
        switch event.type {
        case YAML_STREAM_START_EVENT: .streamStart
        case YAML_STREAM_END_EVENT: .streamEnd
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_ALIAS_EVENT: .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT: scalar(event.data.scalar)
        case YAML_SEQUENCE_START_EVENT:
            .collectionStart(
                .sequence, isFlow: event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
                tag: text(event.data.sequence_start.tag), anchor: text(event.data.sequence_start.anchor))
        case YAML_MAPPING_START_EVENT:
            .collectionStart(
                .mapping, isFlow: event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
                tag: text(event.data.mapping_start.tag), anchor: text(event.data.mapping_start.anchor))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: .collectionEnd
        default: .other
        }
    }

    private func scalar(_ scalar: yaml_event_t.__Unnamed_union_data.__Unnamed_struct_scalar) -> YAMLEvent.EventKind {
        let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        let style: YAMLScalar.ScalarStyle =
            switch scalar.style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
        return .scalar(
            text: String(decoding: bytes, as: UTF8.self), style: style, tag: text(scalar.tag),
            anchor: text(scalar.anchor))
    }

    private func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(decoding: UnsafeBufferPointer(start: $0, count: length(of: $0)), as: UTF8.self) }
    }

    private func length(of text: UnsafeMutablePointer<UInt8>) -> Int {
        var length = 0
        while text[length] != 0 { length += 1 }
        return length
    }

    /// The error as a value: libyaml's text and places are copied before the parser goes.
    private var problem: YAMLProblem {
        let state = parser.pointee
        let words = state.problem.map { String(cString: $0) } ?? "out of memory"
        switch state.error {
        case YAML_READER_ERROR:
            return YAMLProblem(words: words, place: .byte(Int(state.problem_offset)), context: nil)
        case YAML_SCANNER_ERROR, YAML_PARSER_ERROR:
            let context = state.context.map { (String(cString: $0), Int(state.context_mark.index)) }
            return YAMLProblem(words: words, place: .scalar(Int(state.problem_mark.index)), context: context)
        default:
            return YAMLProblem(words: words, place: .nowhere, context: nil)
        }
    }
}
