import TCRuntime

/// A question or notice. Until it is answered, it gets all keys.
enum Dialog {
    case line(Prompt)
    /// A question with the answers yes and no, and what a yes does.
    case question(String, yes: Action)
    /// A text that the user reads and dismisses.
    case notice(String)
}

/// A line of text that the user types.
struct Prompt {
    /// The use of the line once it is complete.
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
    /// The cursor: the index of the letter before which the next one is inserted.
    private(set) var at: Int

    init(_ question: String, _ purpose: Purpose, text: String = "") {
        self.question = question
        self.purpose = purpose
        letters = Array(text)
        at = letters.count
    }

    var text: String { String(letters) }
    var before: String { String(letters[..<at]) }

    /// Applies a key to the line. Returns false if the key does not edit lines.
    mutating func edit(_ key: Key) -> Bool {
        switch key {
        case .character(let letter): insert(String(letter))
        // Line breaks in pasted text become blanks, so that pasted text can't complete the line.
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

    /// The largest number of characters in a line: many more than the daemon accepts.
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
