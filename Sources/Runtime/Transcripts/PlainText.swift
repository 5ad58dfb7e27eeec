/// What a recording shows, as plain text: no escape sequence of it reaches the reader's terminal.
public struct PlainText {
    private enum State {
        case text
        case escape
        /// `ESC [ … letter` (ECMA-48, section 5.4)
        case control
        /// `ESC ] … BEL` or `… ESC \`, and the like (section 5.6)
        case string
        case stringEscape
    }

    private var state = State.text

    public init() {}

    /// The readable part of what a terminal was sent; sequences may be parted between calls.
    public mutating func read(_ output: String) -> String {
        var result = ""
        for scalar in output.unicodeScalars { step(scalar, &result) }
        return result
    }

    private mutating func step(_ scalar: UnicodeScalar, _ result: inout String) {
        switch state {
        case .text: text(scalar, &result)
        case .escape:
            switch scalar {
            case "[": state = .control
            case "]", "P", "X", "^", "_": state = .string
            // Intermediate bytes go on; anything else ends the sequence.
            case "\u{20}"..."\u{2F}": break
            default: state = .text
            }
        case .control: if ("\u{40}"..."\u{7E}").contains(scalar) { state = .text }
        case .string:
            if scalar == "\u{07}" || scalar == "\u{9C}" { state = .text }
            if scalar == "\u{1B}" { state = .stringEscape }
        case .stringEscape: state = scalar == "\\" ? .text : .string
        }
    }

    private mutating func text(_ scalar: UnicodeScalar, _ result: inout String) {
        switch scalar {
        case "\u{1B}": state = .escape
        case "\u{9B}": state = .control
        case "\u{90}", "\u{98}", "\u{9D}", "\u{9E}", "\u{9F}": state = .string
        case "\n", "\t": result.unicodeScalars.append(scalar)
        case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}": break
        // They turn text around, or hide it.
        case "\u{61C}", "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": break
        default: result.unicodeScalars.append(scalar)
        }
    }
}
