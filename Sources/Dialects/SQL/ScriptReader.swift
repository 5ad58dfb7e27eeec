/// How one database cuts a script into statements. Only what differs between databases stands here.
struct ScriptLexicon: Sendable {
    /// Where a `;` ends no statement although it stands in no parentheses.
    enum Body: Sendable {
        /// `CREATE TRIGGER … BEGIN …; END`: the body ends with the END that follows a `;`.
        case trigger
        /// `CREATE FUNCTION … BEGIN ATOMIC …; END`: every CASE in it has an END of its own.
        case atomic
    }

    var body: Body
    /// `/* /* */ */` is one comment.
    var nestsComments: Bool
    /// `$$…$$` and `$tag$…$tag$` are strings.
    var quotesByDollar: Bool
    /// `E'\''` is a string.
    var escapesInStrings: Bool
    /// `[name]` and `` `name` `` are names.
    var quotesByBracket: Bool
    /// U+FEFF is a blank.
    var skipsByteOrderMark: Bool
    /// A carriage return ends a `--` comment.
    var commentsEndAtReturn: Bool
}

/// One statement of a script, as its database cuts it off.
struct ScriptStatement: Sendable, Equatable {
    /// From 1.
    var number: Int
    /// Where it begins: its line, from 1, and its first byte, from 0.
    var line: Int
    var start: Int
    /// Without the blanks around it.
    var text: String
    /// Its first tokens, without blanks: enough to tell what it is.
    var tokens: [SQLToken]

    /// The token's word in capitals; empty when the token is not a word.
    func word(_ at: Int) -> String {
        guard tokens.indices.contains(at), tokens[at].kind == .word else { return "" }
        return tokens[at].text.uppercased()
    }

    /// Whether it begins with these words.
    func begins(with words: String...) -> Bool { words.indices.allSatisfy { word($0) == words[$0] } }
    func has(word: String) -> Bool { tokens.contains { $0.isWord(word) } }

    /// `statement 2 (line 7)`.
    var place: String { "statement \(number) (line \(line))" }
}

/// Cuts a script into its statements, without a database. It takes as long as the script is.
struct ScriptReader {
    /// So many tokens of a statement are kept.
    private static let keptTokens = 64

    private var scanner: ScriptScanner
    private var count = 0

    init(_ text: String, _ lexicon: ScriptLexicon) { scanner = ScriptScanner(text, lexicon) }

    static func statements(of text: String, _ lexicon: ScriptLexicon) -> [ScriptStatement] {
        var reader = ScriptReader(text, lexicon)
        var statements: [ScriptStatement] = []
        while let statement = reader.next() { statements.append(statement) }
        return statements
    }

    /// The next statement that holds anything but blanks.
    mutating func next() -> ScriptStatement? {
        var shape = StatementShape(scanner.lexicon.body)
        var tokens: [SQLToken] = []
        var start: (at: Int, line: Int)?
        var end = 0
        while let token = scanner.next() {
            if token.kind == .space || token.kind == .comment { continue }
            let isEnd = token.kind == .symbol && scanner.isSemicolon(token)
            if isEnd && !shape.isOpen {
                if let start { return finish(tokens, start, end) }
                continue
            }
            if start == nil { start = (token.start, token.line) }
            end = token.end
            let text = tokens.count < Self.keptTokens || token.kind == .word ? scanner.text(token) : ""
            if tokens.count < Self.keptTokens { tokens.append(SQLToken(kind: token.kind, text: text)) }
            shape.take(isEnd ? ";" : text, token.kind)
        }
        return start.map { finish(tokens, $0, end) }
    }

    private mutating func finish(_ tokens: [SQLToken], _ start: (at: Int, line: Int), _ end: Int) -> ScriptStatement {
        count += 1
        return ScriptStatement(
            number: count, line: start.line, start: start.at, text: scanner.text(from: start.at, to: end),
            tokens: tokens)
    }
}

/// What of a statement is open: parentheses, and a body that holds statements of its own.
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
