import TCNcurses
import TCPOSIX
import TCRuntime

/// The terminal, driven by ncurses. Only one thread may use it.
final class Screen {
    private let palette: Palette
    private var shown: Frame?
    private var pasted: String?
    /// The terminal's settings before this program changed them; `nil` if they could not be read.
    private let found: termios?

    /// Takes the terminal.
    /// - Throws: `RuntimeError` if this machine has no description of the terminal that `TERM` names, or if that terminal can't place
    ///   its cursor.
    init(noColour: Bool) throws(RuntimeError) {
        found = Self.settings
        // If the login's locale is not UTF-8, UTF-8 is used all the same: every terminal of today reads it.
        if setlocale(LC_CTYPE, "") == nil || String(cString: nl_langinfo(Int32(CODESET))) != "UTF-8" {
            setlocale(LC_CTYPE, "C.UTF-8")
        }
        if let objection = TerminalType.objection(tui_open()) {
            throw RuntimeError(.failed, objection, remedy: "\(TerminalType.remedy), or use --plain")
        }
        tui_prepare()
        palette = Palette(Palette.depth(colours: tui_colours(), noColour: noColour))
        define_key("\u{1B}[200~", TUI_PASTE_BEGIN)
        define_key("\u{1B}[201~", TUI_PASTE_END)
        if let found { TerminalRescue.arm(found) }
        begin()
    }

    private static var settings: termios? {
        var settings = termios()
        return tcgetattr(0, &settings) == 0 ? settings : nil
    }

    private func begin() {
        tui_mouse(1)
        // Bracketed paste: the terminal marks pasted text, so that its letters are not taken for commands.
        Self.say("\u{1B}[?2004h")
        shown = nil
        tui_redraw()
    }

    /// Gives the terminal back with the settings that it had before.
    func leave() {
        tui_mouse(0)
        Self.say("\u{1B}[?2004l")
        endwin()
        if var found { tcsetattr(0, TCSADRAIN, &found) }
    }

    /// Takes the terminal again after `leave`.
    func enter() {
        tui_show()
        begin()
    }

    private static func say(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(1, bytes, bytes.count)
    }

    var size: Size {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return Size(columns: 80, rows: 24)
        }
        return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// Tells ncurses the terminal's new size.
    func resize(to size: Size) { resizeterm(Int32(size.rows), Int32(size.columns)) }

    func redraw() {
        shown = nil
        tui_redraw()
    }

    /// Shows a frame. Only the lines that differ from the last frame are written.
    func show(_ frame: Frame) {
        guard frame != shown else { return }
        for (row, line) in frame.lines.enumerated()
        where shown?.lines.indices.contains(row) != true || shown?.lines[row] != line {
            put(line, row)
        }
        tui_cursor(frame.cursor.map { Int32($0.row) } ?? -1, frame.cursor.map { Int32($0.column) } ?? 0)
        tui_show()
        shown = frame
    }

    private func put(_ line: Line, _ row: Int) {
        tui_clear_line(Int32(row))
        var column = 0
        for span in line where !span.text.isEmpty {
            let look = palette.attributes(span.style)
            tui_put(Int32(row), Int32(column), span.text, look.attributes, look.pair)
            column += Cells.width(span.text)
        }
    }

    /// Returns the next key that was typed; `nil` if none waits. Pasted text is returned as a whole.
    func key() -> Key? {
        while true {
            var code: UInt32 = 0
            let kind = tui_key(&code)
            guard kind == TUI_KEY_CODE || kind == TUI_CHARACTER else { return nil }
            if kind == TUI_KEY_CODE, Int32(code) == TUI_PASTE_BEGIN {
                pasted = ""
            } else if kind == TUI_KEY_CODE, Int32(code) == TUI_PASTE_END, let text = pasted {
                pasted = nil
                return .paste(text)
            } else if pasted != nil {
                if kind == TUI_CHARACTER, let scalar = Unicode.Scalar(code) { pasted?.unicodeScalars.append(scalar) }
            } else if let key = kind == TUI_KEY_CODE ? special(Int32(code)) : Self.character(code) {
                return key
            }
        }
    }

    private static func character(_ code: UInt32) -> Key? {
        switch code {
        case 9: return .tab
        case 10, 13: return .enter
        case 27: return .escape
        case 8, 127: return .backspace
        case 1...26: return Unicode.Scalar(code + 96).map { .control(Character($0)) }
        default:
            guard let scalar = Unicode.Scalar(code), scalar.properties.generalCategory != .control else { return nil }
            return .character(Character(scalar))
        }
    }

    private func special(_ code: Int32) -> Key? {
        switch code {
        case KEY_UP: return .up
        case KEY_DOWN: return .down
        case KEY_LEFT: return .left
        case KEY_RIGHT: return .right
        case KEY_PPAGE: return .pageUp
        case KEY_NPAGE: return .pageDown
        case KEY_HOME: return .home
        case KEY_END: return .end
        case KEY_ENTER: return .enter
        case KEY_BACKSPACE: return .backspace
        case KEY_DC: return .delete
        case TUI_MOUSE:
            var (row, column) = (Int32(0), Int32(0))
            switch tui_mouse_event(&row, &column) {
            case 1: return .click(row: Int(row))
            case 2: return .wheel(up: true)
            case 3: return .wheel(up: false)
            default: return nil
            }
        default: return nil
        }
    }
}
