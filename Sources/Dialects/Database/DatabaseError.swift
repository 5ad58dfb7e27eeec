/// What a database said no to: what happened, to which statement, and what to do about it.
public struct DatabaseError: Error, Sendable, Equatable {
    public enum Kind: String, Sendable {
        /// A row with this key exists already.
        case unique
        case foreignKey
        case notNull
        case check
        /// Another connection holds the lock that this statement needs.
        case locked
        /// A pooler stands before the server and shares the session with others.
        case pooled
        /// The connection is gone: the server ended it, or can't be reached.
        case lost
        /// No such file, server or database.
        case unreachable
        /// The server refuses this user or password.
        case authentication
        /// The file, folder or role may not do this.
        case permission
        /// The file is no database.
        case notADatabase
        /// What the database keeps is damaged.
        case corrupt
        /// A file was written that was to stay as it was found: what was read of it shows no single moment.
        case changedMeanwhile
        /// A trigger or function of the database refused it in words of its own.
        case raised
        /// SQL that was to run inside a transaction ended it, or tried to.
        case transactionEnded
        /// The disk, or what was granted of it, is full.
        case diskFull
        case interrupted
        /// A URL or option that makes no sense.
        case invalidURL
        case syntax
        case other
    }

    public var kind: Kind
    public var message: String
    /// The statement, where one was running; shortened, without its bindings.
    public var statement: String?
    /// PostgreSQL's five characters (appendix A of its manual) or SQLite's extended result code.
    public var code: String?
    /// What to do, as a sentence.
    public var remedy: String?

    public init(
        _ kind: Kind, _ message: String, statement: String? = nil, code: String? = nil, remedy: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.statement = statement.map(DatabaseError.shortened)
        self.code = code
        self.remedy = remedy
    }

    /// Throws when SQL holds a NUL: both databases take it for the end, and would leave the rest unread without a word.
    static func requireNoNUL(in text: String) throws(DatabaseError) {
        guard let line = ScriptCheck.lineOfNUL(in: text) else { return }
        throw DatabaseError(
            .syntax, "the SQL holds a NUL in line \(line), and what follows one is not read", statement: text,
            remedy: "take it out")
    }

    /// Shortened, and without the passwords that a script gives to roles.
    static func shortened(_ statement: String) -> String {
        let start = String(statement.prefix(500))
        let shown = statement.utf8.count > start.utf8.count ? start + " …" : start
        return shown.lowercased().contains("password") ? withoutPasswords(shown) : shown
    }

    /// `PASSWORD 'secret'` as `PASSWORD '***'`.
    private static func withoutPasswords(_ statement: String) -> String {
        var isPassword = false
        return SQLToken.scan(statement).map { token in
            if token.isBlank { return token.text }
            defer { isPassword = token.isWord("PASSWORD") }
            return isPassword && token.kind == .string ? "'***'" : token.text
        }.joined()
    }

    /// At most 200 characters, blanks and breaks as one space each, without the `;` that ends it.
    private static func line(_ statement: String) -> String {
        let words = statement.split { $0.isWhitespace || $0.isNewline || $0.isASCII && ($0.asciiValue ?? 32) < 32 }
        var line = words.joined(separator: " ")
        while line.last == ";" || line.last == " " { line.removeLast() }
        let start = line.prefix(200)
        return start.endIndex < line.endIndex ? start + " …" : line
    }
}

extension DatabaseError: CustomStringConvertible {
    /// What happened, the database's own code for it and the statement, on one line.
    public var sentence: String {
        let code = code.map { " [\($0)]" } ?? ""
        return message + code + (statement.map { ", in: \(Self.line($0))" } ?? "")
    }

    public var description: String {
        [sentence, remedy].compactMap { $0 }.joined(separator: "; ")
    }
}
