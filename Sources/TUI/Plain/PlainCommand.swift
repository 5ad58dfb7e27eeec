/// A command that is typed as a line in the plain mode.
enum PlainCommand: Equatable {
    case list(String)
    case more
    case show(Int)
    case read(Int, TranscriptView)
    case send(Int, String)
    case end(Int)
    case share(Int, isShared: Bool)
    case attach(Int)
    case start
    case audit
    case help
    case quit
    /// The line is no command; the text says why.
    case unclear(String)

    static func reading(_ line: String) -> PlainCommand {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        guard let first = words.first?.lowercased() else { return .unclear("Type help for the commands.") }
        if let number = Int(first), words.count == 1 { return .show(number) }
        switch first {
        case "list", "l": return .list(words.dropFirst().joined(separator: " "))
        case "more", "m": return .more
        case "start", "new": return .start
        case "audit": return .audit
        case "help", "?": return .help
        case "quit", "q", "exit": return .quit
        default: return onSession(first, words)
        }
    }

    private static func onSession(_ verb: String, _ words: [String]) -> PlainCommand {
        guard ["show", "read", "talk", "send", "end", "share", "unshare", "attach"].contains(verb) else {
            return .unclear("\(verb) is not a command. Type help for the commands.")
        }
        guard words.count > 1, let number = Int(words[1]) else {
            return .unclear("Give the number of a session: \(verb) 1.")
        }
        switch verb {
        case "show": return .show(number)
        case "read": return .read(number, .terminal)
        case "talk": return .read(number, .conversation)
        case "send":
            return words.count > 2 ? .send(number, words[2]) : .unclear("Give the text to type: send \(number) TEXT.")
        case "end": return .end(number)
        case "share": return .share(number, isShared: true)
        case "unshare": return .share(number, isShared: false)
        default: return .attach(number)
        }
    }

    static let helpText = """
        list          sessions, newest first; list WORDS, or list state:active
        more          those that follow
        show 1        all about number 1; 1 alone is the same
        read 1        its transcript; talk 1 is the conversation with its agent
        send 1 TEXT   type a line into it
        end 1         end it
        share 1       let others see it; unshare 1
        attach 1      its terminal; Ctrl-B d comes back
        start         a new session
        audit         who looked at whose sessions
        quit          leave
        """
}
