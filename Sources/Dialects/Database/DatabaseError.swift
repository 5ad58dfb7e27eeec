/// An error of a database: what happened, in which statement, and what to do about it.
public struct DatabaseError: Error, Sendable, Equatable {
    /// The kind of an error, the same for both databases.
    public enum Kind: String, Sendable, CaseIterable {
        /// A row with this key exists already.
        case unique
        /// A row would refer to one that does not exist, or is still referred to.
        case foreignKey
        /// A required column would hold NULL.
        case notNull
        /// A check does not let the row pass.
        case check
        /// Another connection holds the lock that this statement needs.
        case locked
        /// A pooler stands before the server and shares the session with others.
        case pooled
        /// The connection is gone: the server ended it, or can't be reached.
        case lost
        /// There is no such file, server or database.
        case unreachable
        /// The server refuses this user or password.
        case authentication
        /// The file's or folder's permissions, or the role's rights, don't allow this.
        case permission
        /// The file is not a database.
        case notADatabase
        /// The database is damaged.
        case corrupt
        /// Another program wrote a file that was being read, so the values that were read show no single state of the file.
        case changedMeanwhile
        /// A trigger or function refused the statement with a message of its own, or a data step threw an error.
        case raised
        /// SQL that should run inside a transaction ended the transaction, or tried to.
        case transactionEnded
        /// The disk or a quota is full.
        case diskFull
        /// The server or the machine lacked memory or room for locks, or could not read, write or remove a file: the statement itself
        /// may be fine, and succeed later.
        case resources
        /// Somebody stopped the statement, or it ran into its time limit.
        case interrupted
        /// A URL or option makes no sense.
        case invalidURL
        /// A table, a column, an index or another object of this name exists already.
        case exists
        /// The database can't parse the statement.
        case syntax
        /// Everything else; `code` has the database's own code.
        case other
    }

    /// The kind of the error.
    public var kind: Kind
    /// The database's message, without passwords.
    public var message: String
    /// The statement that failed, shortened and without its bindings; `nil` if no statement was running.
    public var statement: String?
    /// The database's own code: PostgreSQL's five characters (appendix A of its manual) or SQLite's extended result code.
    public var code: String?
    /// The name of the constraint that a row violates, if the database tells it: PostgreSQL names each kind, SQLite only checks. A
    /// check without a name is named by its expression in SQLite.
    public var constraint: String?
    /// The columns of the key that a row repeats, if the database tells them: SQLite does, except for keys over expressions.
    package var columns: [String] = []
    /// What the user can do about the error, as a sentence.
    public var remedy: String?

    /// Makes an error of this kind. A long statement is shortened.
    public init(
        _ kind: Kind, _ message: String, statement: String? = nil, code: String? = nil, constraint: String? = nil,
        remedy: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.statement = statement.map(DatabaseError.shortened)
        self.code = code
        self.constraint = constraint
        self.remedy = remedy
    }

    /// Throws if the SQL holds a NUL. Both databases take a NUL for the end of the text, and would silently leave the rest
    /// unread.
    static func requireNoNUL(in text: String) throws(DatabaseError) {
        guard let line = ScriptCheck.lineOfNUL(in: text) else { return }
        throw DatabaseError(
            .syntax, "line \(line) of the SQL holds a NUL, after which nothing is read", statement: text,
            remedy: "take it out")
    }

    /// Returns the statement shortened, and without the passwords that a script gives to roles.
    static func shortened(_ statement: String) -> String {
        // A string is looked at as a whole, before the end of it is cut off.
        let shown = mayHoldPassword(statement) ? withoutPasswords(statement) : statement
        let start = String(shown.prefix(500))
        return shown.utf8.count > start.utf8.count ? start + " …" : start
    }

    /// Whether the text speaks of a password, or holds a URL that may have one before its `@`.
    private static func mayHoldPassword(_ text: some StringProtocol) -> Bool {
        let words = text.lowercased()
        if words.contains("password") { return true }
        return words.split(separator: "/").dropFirst().contains { part in
            part.firstIndex(of: "@").map { part[..<$0].contains(":") } ?? false
        }
    }

    /// Replaces `PASSWORD 'secret'` by `PASSWORD '***'`, and so every string that speaks of a password itself: the body of a `DO`
    /// block, a connection's parameters.
    private static func withoutPasswords(_ statement: String) -> String {
        var isPassword = false
        return SQLToken.scan(statement).map { token in
            if token.isBlank { return token.text }
            defer { isPassword = token.isWord("PASSWORD") }
            guard token.kind == .string, isPassword || mayHoldPassword(token.text) else { return token.text }
            return "'***'"
        }.joined()
    }

    /// Returns at most 200 characters of the statement on one line: each run of blanks and line breaks becomes one space, and the
    /// `;` at the end is removed.
    private static func line(_ statement: String) -> String {
        let words = statement.split { $0.isWhitespace || $0.isNewline || $0.isASCII && ($0.asciiValue ?? 32) < 32 }
        var line = words.joined(separator: " ")
        while line.last == ";" || line.last == " " { line.removeLast() }
        let start = line.prefix(200)
        return start.endIndex < line.endIndex ? start + " …" : line
    }
}

extension DatabaseError: CustomStringConvertible {
    /// The error on one line: what happened, the database's own code, and the statement.
    public var sentence: String {
        let code = code.map { " [\($0)]" } ?? ""
        return message + code + (statement.map { ", in: \(Self.line($0))" } ?? "")
    }

    public var description: String {
        [sentence, remedy].compactMap { $0 }.joined(separator: "; ")
    }
}
