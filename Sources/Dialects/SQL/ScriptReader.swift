/// The rules by which one database cuts a script into statements.
struct ScriptLexicon: Sendable {
    /// The kind of body in which a `;` ends no statement although no parenthesis is open.
    enum Body: Sendable {
        /// `CREATE TRIGGER … BEGIN …; END`: the body ends with an END that follows a `;`.
        case trigger
        /// `CREATE FUNCTION … BEGIN ATOMIC …; END`: every CASE in the body has an END of its own.
        case atomic
    }

    var body: Body
    var tokens: SQLLexicon
}

/// One statement of a script, as its database would cut it off.
struct ScriptStatement: Sendable, Equatable {
    /// The statement's number in the script, starting at 1.
    var number: Int
    /// The statement's beginning: its line, starting at 1, and its first byte, starting at 0.
    var line: Int
    var start: Int
    /// The statement's text, without the blanks around it.
    var text: String
    /// The statement's first tokens, without blanks: enough to tell what kind of statement it is.
    var tokens: [SQLToken]

    /// Returns the token at this index as a word in capitals; an empty text if the token is not a word.
    func word(_ at: Int) -> String {
        guard tokens.indices.contains(at), tokens[at].kind == .word else { return "" }
        return tokens[at].text.uppercased()
    }

    /// Returns whether the statement begins with these words.
    func begins(with words: String...) -> Bool { words.indices.allSatisfy { word($0) == words[$0] } }
    func has(word: String) -> Bool { tokens.contains { $0.isWord(word) } }

    /// The statement's place in the script, for messages: `statement 2 (line 7)`.
    var place: String { "statement \(number) (line \(line))" }
}

/// Cuts a script into its statements, without a database, in time proportional to the script's length.
struct ScriptReader {
    /// The number of tokens that are kept of each statement.
    private static let keptTokens = 64

    private let body: ScriptLexicon.Body
    private var lexer: SQLLexer
    private var count = 0
    /// The line of the latest statement, and the position of its beginning.
    private var place = (line: 1, at: 0)

    init(_ text: String, _ lexicon: ScriptLexicon) {
        body = lexicon.body
        lexer = SQLLexer(text, lexicon.tokens)
    }

    static func statements(of text: String, _ lexicon: ScriptLexicon) -> [ScriptStatement] {
        var reader = ScriptReader(text, lexicon)
        var statements: [ScriptStatement] = []
        while let statement = reader.next() { statements.append(statement) }
        return statements
    }

    /// Returns the next statement that contains anything but blanks; `nil` at the end of the script.
    mutating func next() -> ScriptStatement? {
        var shape = StatementShape(body)
        var tokens: [SQLToken] = []
        var start: Int?
        var end = 0
        while let token = lexer.next() {
            if token.isBlank { continue }
            let isKept = tokens.count < Self.keptTokens
            let text = isKept || token.kind == .word || token.kind == .symbol ? lexer.text(token) : ""
            if token.kind == .symbol, text == ";", !shape.isOpen {
                if let start { return finish(tokens, start, end) }
                continue
            }
            start = start ?? token.start
            end = token.end
            if isKept { tokens.append(SQLToken(kind: token.kind, text: text)) }
            shape.take(text, token.kind)
        }
        return start.map { finish(tokens, $0, end) }
    }

    private mutating func finish(_ tokens: [SQLToken], _ start: Int, _ end: Int) -> ScriptStatement {
        count += 1
        place = (place.line + lexer.lineFeeds(from: place.at, to: start), start)
        return ScriptStatement(
            number: count, line: place.line, start: start, text: lexer.text(from: start, to: end), tokens: tokens)
    }
}

/// The open parts of a statement: its parentheses, and a body that contains statements of its own.
private struct StatementShape {
    private let rule: ScriptLexicon.Body
    private var head: [String] = []
    private var parentheses = 0
    private var bodies = 0
    private var previous = ""

    init(_ rule: ScriptLexicon.Body) { self.rule = rule }

    var isOpen: Bool { parentheses > 0 || bodies > 0 }

    mutating func take(_ text: String, _ kind: SQLToken.Kind) {
        let word = kind == .word ? text.uppercased() : kind == .symbol ? text : ""
        if head.count < 4 { head.append(word) }
        switch word {
        case "(": parentheses += 1
        case ")": parentheses = max(0, parentheses - 1)
        default: takeWord(word)
        }
        previous = word
    }

    private mutating func takeWord(_ word: String) {
        switch rule {
        case .trigger where isTrigger:
            if word == "BEGIN" { bodies = 1 }
            if word == "END" && previous == ";" { bodies = 0 }
        case .atomic where isRoutine:
            if word == "ATOMIC" && previous == "BEGIN" { bodies += 1 }
            if word == "CASE" && bodies > 0 { bodies += 1 }
            if word == "END" { bodies = max(0, bodies - 1) }
        case .trigger, .atomic: break
        }
    }

    private var isTrigger: Bool {
        head.first == "CREATE" && head.dropFirst().first { $0 != "TEMP" && $0 != "TEMPORARY" } == "TRIGGER"
    }

    private var isRoutine: Bool {
        guard head.first == "CREATE" else { return false }
        let what = head.dropFirst().first { $0 != "OR" && $0 != "REPLACE" }
        return what == "FUNCTION" || what == "PROCEDURE"
    }
}
