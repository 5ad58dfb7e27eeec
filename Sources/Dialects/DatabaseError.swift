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

    static func shortened(_ statement: String) -> String {
        statement.count > 500 ? statement.prefix(500) + " …" : statement
    }
}

extension DatabaseError: CustomStringConvertible {
    public var description: String {
        [message, remedy].compactMap { $0 }.joined(separator: "; ")
    }
}
