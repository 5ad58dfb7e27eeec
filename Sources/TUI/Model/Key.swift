/// An input at the terminal: a key, a click, a turn of the wheel, or pasted text.
enum Key: Equatable, Sendable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, escape, backspace, delete, tab
    /// The character together with the Control key.
    case control(Character)
    /// A click on a row of the screen.
    case click(row: Int)
    case wheel(up: Bool)
    /// Pasted text, which is never taken for a command.
    case paste(String)
}
