/// What somebody does at the terminal.
enum Key: Equatable, Sendable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, escape, backspace, delete, tab
    /// Together with the control key.
    case control(Character)
    /// A line of the screen.
    case click(row: Int)
    case wheel(up: Bool)
    /// Text that was pasted: never a command.
    case paste(String)
}
