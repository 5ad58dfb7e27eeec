import TCNcurses
import TCRuntime

/// The type of terminal that `TERM` names.
package enum TerminalType {
    static let remedy = "set TERM to your terminal's type, such as xterm"

    /// Checks the type before another program takes the terminal.
    ///
    /// - Throws: `RuntimeError` if this machine has no description of it, or if such a terminal can't place its cursor.
    package static func require() throws(RuntimeError) {
        if let objection = objection(tui_type()) { throw RuntimeError(.failed, objection, remedy: remedy) }
    }

    /// Returns the objection that an outcome of `tui_open` or `tui_type` means.
    static func objection(_ outcome: Int32) -> String? {
        switch outcome {
        case TUI_OPEN: nil
        case TUI_UNKNOWN: "this machine does not know the terminal type in TERM"
        default: "the terminal type in TERM can't position the cursor"
        }
    }
}
