import TCRuntime

/// What is asked; until it is answered, keys go there.
enum Dialog {
    case line(Prompt)
    /// Yes or no.
    case question(String, yes: Effect)
    /// To be read and put away.
    case notice(String)
}

/// A line that is typed.
struct Prompt {
    /// What becomes of it.
    enum Purpose {
        case search
        case reason(SessionDocument, TranscriptView)
        case send(session: String)
        case title
        case folder(title: String)
        case command(title: String, folder: String)
    }

    var question: String
    var purpose: Purpose
    private(set) var letters: [Character]
    /// Before which letter the next one goes.
    private(set) var at: Int

    init(_ question: String, _ purpose: Purpose, text: String = "") {
        self.question = question
        self.purpose = purpose
        letters = Array(text)
        at = letters.count
    }

    var text: String { String(letters) }
    var before: String { String(letters[..<at]) }

    /// False for a key that does nothing to a line.
    mutating func edit(_ key: Key) -> Bool {
        switch key {
        case .character(let letter): insert(String(letter))
        // A line is one line: nothing that was pasted can end it.
        case .paste(let text): insert(text.split(whereSeparator: \.isNewline).joined(separator: " "))
        case .left, .control("b"): at = max(0, at - 1)
        case .right, .control("f"): at = min(letters.count, at + 1)
        case .home, .control("a"): at = 0
        case .end, .control("e"): at = letters.count
        case .backspace, .control("h"): if at > 0 { at -= 1; letters.remove(at: at) }
        case .delete: if at < letters.count { letters.remove(at: at) }
        case .control("u"): letters.removeFirst(at); at = 0
        case .control("k"): letters.removeSubrange(at...)
        case .control("w"): removeWord()
        case .up, .down, .pageUp, .pageDown, .enter, .escape, .tab, .control, .click, .wheel: return false
        }
        return true
    }

    /// Far longer than what the daemon takes.
    private static let longest = 20_000

    private mutating func insert(_ text: String) {
        let new = text.filter { $0 != "\0" }.prefix(Self.longest - letters.count)
        letters.insert(contentsOf: new, at: at)
        at += new.count
    }

    private mutating func removeWord() {
        while at > 0, letters[at - 1] == " " { at -= 1; letters.remove(at: at) }
        while at > 0, letters[at - 1] != " " { at -= 1; letters.remove(at: at) }
    }
}
