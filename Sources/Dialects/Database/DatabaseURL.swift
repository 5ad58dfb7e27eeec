import TCPOSIX

/// The place of a database: the path of a SQLite file, or the parameters with which to connect to PostgreSQL.
///
///     let url = try DatabaseURL(parsing: "postgresql://tc:secret@db.example.org/teleclaude")
///     print(url)  // postgresql://tc:***@db.example.org/teleclaude
///
/// No other place knows every driver.
public struct DatabaseURL: Sendable, Equatable {
    package enum Target: Sendable, Equatable {
        case sqlite(path: String)
        case postgresql(PostgreSQLParameters)
    }

    package let target: Target

    package init(_ target: Target) { self.target = target }

    /// Parses `sqlite:PATH`, `sqlite:///absolute/path`, `sqlite::memory:`, the bare path of a SQLite file, and `postgresql://…`
    /// or `postgres://…` as libpq does.
    ///
    /// `sqlite::memory:` is a database in memory, which lasts as long as its one connection: the pool of a ``Database`` has no second one,
    /// and keeps it until it is closed.
    ///
    /// A path is taken literally. Only PostgreSQL's URLs are percent-decoded.
    ///
    /// - Throws: ``DatabaseError`` of kind `invalidURL`. The error shows nothing of the text, because any part of it may be a
    ///   password.
    public init(parsing text: String) throws(DatabaseError) {
        guard !text.utf8.contains(0) else { throw .url("a database's URL can't hold a NUL byte") }
        let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = pieces.count == 2 ? pieces[0].lowercased() : ""
        let rest = String(pieces.last ?? "")
        switch scheme {
        case "sqlite":
            target = .sqlite(path: try DatabaseURL.path(rest))
        case "postgresql", "postgres":
            guard rest.hasPrefix("//") else {
                throw .url("the URL of a PostgreSQL database lacks its //", remedy: DatabaseURL.accepted)
            }
            target = .postgresql(try PostgreSQLParameters(parsing: String(rest.dropFirst(2))))
        case _ where rest.hasPrefix("//") && DatabaseURL.isScheme(scheme):
            throw .url("there is no driver for \(scheme)://", remedy: DatabaseURL.accepted)
        default:
            target = .sqlite(path: try DatabaseURL.barePath(text))
        }
    }

    /// Makes the URL of a SQLite file, whatever its path looks like.
    public init(sqlitePath path: String) { target = .sqlite(path: path) }

    /// Makes the URL of a PostgreSQL database from libpq's keywords: `host`, `port`, `dbname`, `user`, `password` and the others.
    ///
    /// - Throws: ``DatabaseError`` of kind `invalidURL` for a keyword that libpq doesn't know, and when libpq can't be loaded.
    public init(postgresql parameters: [(keyword: String, value: String)]) throws(DatabaseError) {
        try PostgreSQLLibrary.load()
        var all = PostgreSQLParameters()
        for (keyword, value) in parameters {
            guard PostgreSQLKeywords.isKnown(keyword) else {
                throw .url(
                    "PostgreSQL's client library has no connection parameter \(keyword)",
                    remedy: PostgreSQLKeywords.nearest(to: keyword).map { "did you mean \($0)?" })
            }
            guard !value.utf8.contains(0) else { throw .url("\(keyword) can't hold a NUL byte") }
            all[keyword] = value
        }
        target = .postgresql(all)
    }

    /// Returns the URL of the same database with another password, which no text of the URL shows.
    ///
    /// - Throws: ``DatabaseError`` for a database that has no passwords.
    public func withPassword(_ password: String) throws(DatabaseError) -> DatabaseURL {
        switch target {
        case .sqlite: throw .url("a SQLite file has no password", remedy: "leave the password out")
        case .postgresql(var parameters):
            guard !password.utf8.contains(0) else { throw .url("a password can't hold a NUL byte") }
            parameters["password"] = password
            return DatabaseURL(.postgresql(parameters))
        }
    }

    /// The dialect of the database.
    public var dialect: any Dialect {
        switch target {
        case .sqlite: SQLiteDialect()
        case .postgresql: PostgreSQLDialect()
        }
    }

    /// The dialects of all supported kinds of databases.
    package static var dialects: [any TransferDialect] { [SQLiteDialect(), PostgreSQLDialect()] }

    /// The path of the database's file; `nil` for a server's database and for a database in memory.
    public var filePath: String? {
        switch target {
        case .sqlite(let path): path == ":memory:" ? nil : path
        case .postgresql: nil
        }
    }

    /// The URL of the same database whatever the working folder: that of a file has its absolute path, without links, if the file is there.
    package var absolute: DatabaseURL { filePath.map { DatabaseURL(sqlitePath: Path.withoutLinks($0)) } ?? self }

    /// Whether the URL holds a password, of an account or of a key.
    package var hasPassword: Bool {
        switch target {
        case .sqlite: false
        case .postgresql(let parameters): parameters.all.contains { PostgreSQLKeywords.isSecret($0.keyword) }
        }
    }

    package func driver(_ options: ConnectionOptions) throws(DatabaseError) -> any Driver {
        switch target {
        case .sqlite(let path): SQLiteDriver(path: path, options: options)
        case .postgresql(let parameters): PostgreSQLDriver(parameters: parameters, options: options)
        }
    }
}

extension DatabaseURL: CustomStringConvertible, CustomReflectable {
    /// An empty mirror, because a dump would show the password.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// A URL that means the same, with `***` in place of every password.
    public var description: String {
        switch target {
        case .sqlite(let path): "sqlite:\(path)"
        case .postgresql(let parameters): parameters.description
        }
    }
}

extension DatabaseURL {
    private static let accepted =
        "write sqlite:PATH, sqlite::memory:, postgresql://USER@HOST/DATABASE, or the path of a SQLite file"

    private static let acceptedBesidePaths =
        "for a file that is to be made, write sqlite: before its path; or \(accepted)"

    private static func path(_ text: String) throws(DatabaseError) -> String {
        guard text.hasPrefix("//") else {
            guard !text.isEmpty else { throw .url("the URL names no file", remedy: accepted) }
            return text
        }
        // A host stands between `//` and the next `/`, and a file has none.
        guard text.hasPrefix("///") else {
            throw .url("a SQLite URL names no host", remedy: "write sqlite:PATH or sqlite:///ABSOLUTE/PATH")
        }
        return String(text.dropFirst(2))
    }

    /// Returns a text without a scheme as a path. A connection string of another kind must not pass for a path, or its password
    /// would be shown.
    private static func barePath(_ text: String) throws(DatabaseError) -> String {
        guard !text.isEmpty else { throw .url("the database's URL is empty", remedy: accepted) }
        if access(text, F_OK) == 0 { return text }
        guard !text.contains(where: { ":=".contains($0) }) else {
            throw .url("this is neither a URL of a database nor a file that exists", remedy: acceptedBesidePaths)
        }
        let looksLikeFile = text.contains("/") || [".db", ".sqlite", ".sqlite3"].contains { text.hasSuffix($0) }
        guard looksLikeFile else {
            throw .url("this is neither a URL of a database nor a file that exists", remedy: acceptedBesidePaths)
        }
        return text
    }

    private static func isScheme(_ text: String) -> Bool {
        text.first?.isLetter ?? false
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    }
}

extension DatabaseError {
    static func url(_ message: String, remedy: String? = nil) -> DatabaseError {
        DatabaseError(.invalidURL, message, remedy: remedy)
    }
}
