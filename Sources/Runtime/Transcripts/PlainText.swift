/// Extracts plain text from a terminal's output. None of its escape sequences reaches the reader's terminal.
public struct PlainText {
    private enum State: String {
        case text
        case escape
        /// `ESC [ … letter` (ECMA-48, section 5.4)
        case control
        /// `ESC ] … BEL` or `… ESC \`, and the like (section 5.6)
        case string
        case stringEscape
    }

    private var state = State.text
    private let breaksAtMoves: Bool

    public init() { breaksAtMoves = false }

    /// Continues a text. A line ends wherever the cursor moves elsewhere, so that words that are apart on a screen stay apart.
    ///
    /// - Parameter state: The `resting` of the text that this one continues; `nil` for the beginning.
    init(breakingAtMoves: Bool, resuming state: String?) {
        breaksAtMoves = breakingAtMoves
        self.state = state.flatMap(State.init(rawValue:)) ?? .text
    }

    /// The position within an escape sequence, from which a later reader can continue.
    var resting: String { state.rawValue }

    /// Returns the readable part of a terminal's output. A sequence may be split between calls.
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
            // Intermediate bytes continue the sequence; any other byte ends it.
            case "\u{20}"..."\u{2F}": break
            default: state = .text
            }
        case .control:
            guard ("\u{40}"..."\u{7E}").contains(scalar) else { break }
            state = .text
            if breaksAtMoves, let mark = Self.mark(of: scalar) { result.unicodeScalars.append(mark) }
        case .string:
            if scalar == "\u{07}" || scalar == "\u{9C}" { state = .text }
            if scalar == "\u{1B}" { state = .stringEscape }
        case .stringEscape: state = scalar == "\\" ? .text : .string
        }
    }

    /// Returns the character that replaces a control function that moves the cursor (ECMA-48, section 8.3): a space if it moves
    /// along a line, and otherwise a line end.
    private static func mark(of function: UnicodeScalar) -> UnicodeScalar? {
        switch function {
        case "C", "G", "a", "`": " "
        case "A", "B", "E", "F", "H", "d", "f": "\n"
        default: nil
        }
    }

    private mutating func text(_ scalar: UnicodeScalar, _ result: inout String) {
        switch scalar {
        case "\r" where breaksAtMoves: result.unicodeScalars.append("\n")
        case "\u{1B}": state = .escape
        case "\u{9B}": state = .control
        case "\u{90}", "\u{98}", "\u{9D}", "\u{9E}", "\u{9F}": state = .string
        case "\n", "\t": result.unicodeScalars.append(scalar)
        case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}": break
        // These characters change the direction of the text, or are invisible.
        case "\u{061C}", "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": break
        default: result.unicodeScalars.append(scalar)
        }
    }
}
