import TCPOSIX

/// Gives the terminal back where this program fails in a way that nobody has foreseen: a shell without echo is worse than a crash.
enum TerminalRescue {
    private static let signals = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE]

    // Written once, before a signal can be heard; afterwards a handler reads it, which may not take a lock.
    nonisolated(unsafe) private static var found = termios()

    /// The other screen, the mouse, pasting, keypad and colours: off; the cursor: on.
    private static let reset: StaticString =
        "\u{1B}[?1049l\u{1B}[?1000l\u{1B}[?1002l\u{1B}[?1006l\u{1B}[?2004l\u{1B}[?1l\u{1B}>\u{1B}[0m\u{1B}[?25h"

    static func arm(_ settings: termios) {
        found = settings
        // It is made before it is needed.
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
