import Dialects

/// Extracts plain text from a terminal's output. None of its escape sequences reaches the reader's terminal.
package struct PlainText {
    private enum State: String {
        case text
        case escape
        /// `ESC [ … letter` (ECMA-48, section 5.4)
        case control
        /// `ESC ] … BEL` or `… ESC \`, and the like (section 5.6)
        case string
    }

    private var state = State.text
    private let breaksAtMoves: Bool

    package init() { breaksAtMoves = false }

    /// Continues a text. A line ends wherever the cursor moves elsewhere, so that words that are apart on a screen stay apart.
    ///
    /// - Parameter state: The `resting` of the text that this one continues; `nil` for the beginning.
    init(breakingAtMoves: Bool, resuming state: String?) {
        breaksAtMoves = breakingAtMoves
        // Earlier versions had a word of their own for an ESC within a string.
        self.state = state == "stringEscape" ? .escape : state.flatMap(State.init(rawValue:)) ?? .text
    }

    /// The position within an escape sequence, from which a later reader can continue.
    var resting: String { state.rawValue }

    /// Returns the readable part of a whole text, which anybody may have written.
    package static func of(_ text: String) -> String {
        var reader = PlainText()
        return reader.read(text)
    }

    /// Returns the readable part of a terminal's output. A sequence may be split between calls.
    package mutating func read(_ output: String) -> String {
        var result = ""
        for scalar in output.unicodeScalars { step(scalar, &result) }
        return result
    }

    /// ESC begins a sequence, and CAN and SUB end one, wherever they come, as in tmux: what follows a sequence that nobody
    /// finishes is text again. Within a sequence the other control characters have their usual effect.
    private mutating func step(_ scalar: UnicodeScalar, _ result: inout String) {
        switch (scalar, state) {
        case ("\u{1B}", _): state = .escape
        case ("\u{18}", _), ("\u{1A}", _): state = .text
        case ("\u{07}", .string): state = .text
        case (_, .string): break
        case (_, .text), ("\u{00}"..."\u{1F}", _): text(scalar, &result)
        case (_, .escape): escape(scalar)
        case (_, .control): control(scalar, &result)
        }
    }

    private mutating func escape(_ scalar: UnicodeScalar) {
        switch scalar {
        case "[": state = .control
        case "]", "P", "X", "^", "_": state = .string
        case "\u{30}"..."\u{7E}": state = .text
        // Intermediate bytes continue the sequence, and what is not ASCII is no part of one.
        default: break
        }
    }

    private mutating func control(_ scalar: UnicodeScalar, _ result: inout String) {
        guard ("\u{40}"..."\u{7E}").contains(scalar) else { return }
        state = .text
        if breaksAtMoves, let mark = Self.mark(of: scalar) { result.unicodeScalars.append(mark) }
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
        case "\n", "\t": result.unicodeScalars.append(scalar)
        // The characters U+0080 to U+009F begin no sequence: tmux, like other terminals in UTF-8, ignores them.
        case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}": break
        default: if scalar.isASCII || !scalar.turnsText { result.unicodeScalars.append(scalar) }
        }
    }
}
