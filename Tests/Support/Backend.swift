import Dialects
import TCPOSIX
import Testing

/// A kind of database that the contract suite runs against. A new dialect needs one more case here.
public enum Backend: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgresql

    /// The kinds to test here. PostgreSQL is included even if it is demanded but missing, so that its tests fail visibly.
    public static var available: [Backend] {
        allCases.filter { backend in
            switch backend {
            case .sqlite: true
            case .postgresql: TestPostgreSQL.isWanted
            }
        }
    }

    public var testDescription: String { rawValue }

    public var dialect: any Dialect {
        switch self {
        case .sqlite: SQLiteDialect()
        case .postgresql: PostgreSQLDialect()
        }
    }

    /// Passes the URL of a new, empty database of this kind to `body`, and removes the database afterwards.
    public func withURL<T>(_ body: (DatabaseURL) async throws -> T) async throws -> T {
        switch self {
        case .postgresql: return try await TestPostgreSQL.withFreshDatabase(body)
        case .sqlite:
            return try await withTemporaryFolder { folder in
                try await body(try DatabaseURL(parsing: "sqlite:\(folder)/test.db"))
            }
        }
    }

    /// Passes a new, empty database to `body`, opened in the way in which the project opens its own databases.
    public func withDatabase<T>(_ body: (Database) async throws -> T) async throws -> T {
        try await withURL { url in
            try await url.withOpenDatabase(ConnectionOptions(access: .create, isOwned: true), body)
        }
    }
}

extension DatabaseURL {
    /// Passes the database, opened with these options, to `body`, and closes it afterwards.
    public func withOpenDatabase<T>(
        _ options: ConnectionOptions, _ body: (Database) async throws -> T
    ) async throws -> T {
        let database = try Database(self, options: options)
        do {
            let result = try await body(database)
            await database.close()
            return result
        } catch {
            await database.close()
            throw error
        }
    }
}

/// Passes a new folder to `body`, and removes the folder with everything in it afterwards.
public func withTemporaryFolder<T>(_ body: (String) async throws -> T) async throws -> T {
    var template = Array("\(environment("TMPDIR") ?? "/tmp")/tc-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw DatabaseError(.other, "no temporary folder could be made") }
    let folder = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { removeFolder(folder) }
    return try await body(folder)
}

private func removeFolder(_ path: String) {
    guard let entries = opendir(path) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard name != "." && name != ".." else { continue }
        let child = "\(path)/\(name)"
        if entry.pointee.d_type == UInt8(DT_DIR) { removeFolder(child) } else { unlink(child) }
    }
    rmdir(path)
}
