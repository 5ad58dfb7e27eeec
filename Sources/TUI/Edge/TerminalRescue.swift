import TCPOSIX

/// Gives the terminal back if this program crashes, so that the crash does not leave a shell without echo behind.
enum TerminalRescue {
    private static let signals = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE]

    // It is written once, before the handlers are installed. Afterwards only a handler reads it, and a handler may not take a lock.
    nonisolated(unsafe) private static var found = termios()

    /// The sequences that turn off the alternate screen, the mouse, bracketed paste, the keypad and colours, and show the cursor.
    private static let reset: StaticString =
        "\u{1B}[?1049l\u{1B}[?1000l\u{1B}[?1002l\u{1B}[?1006l\u{1B}[?2004l\u{1B}[?1l\u{1B}>\u{1B}[0m\u{1B}[?25h"

    static func arm(_ settings: termios) {
        found = settings
        // This initializes the static property: a handler may not wait for its initialization.
        _ = reset.utf8CodeUnitCount
        for number in signals { signal(number, handler) }
    }

    static func disarm() { for number in signals { signal(number, SIG_DFL) } }

    private static let handler: @convention(c) (Int32) -> Void = { number in
        tcsetattr(0, TCSANOW, &found)
        _ = write(1, reset.utf8Start, reset.utf8CodeUnitCount)
        signal(number, SIG_DFL)
        raise(number)
    }
}
