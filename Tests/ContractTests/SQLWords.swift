import Migrator
import TestSupport
import Testing

/// A type with a database of its own. Its methods let suites change the database by hand and query its state.
protocol SQLWords {
    var database: Database { get }
}

extension Database: SQLWords {
    var database: Database { self }

    /// Returns a migrator for a history of these migrations.
    func migrator(_ migrations: [Migration], allowsDataLoss: Bool = false) throws -> Migrator {
        Migrator(
            history: try History(migrations), database: self,
            options: Migrator.Options(allowsDataLoss: allowsDataLoss, appliedBy: "test", version: "test"))
    }
}

extension SQLWords {
    /// Runs SQL by hand, for example to insert rows or to make undeclared objects.
    func run(_ script: String) async throws {
        try await database.withConnection { try $0.executeScript(script) }
    }

    func values(_ sql: SQL) async throws -> [[Value]] {
        try await database.withConnection { try $0.values(sql) }
    }

    func value(_ sql: SQL) async throws -> Value? {
        try await database.withConnection { try $0.queryValue(sql) }
    }

    func count(_ table: String) async throws -> Int64? {
        try await value("SELECT count(*) FROM \(identifier: table)")?.integer
    }

    /// Returns the first column of a query's rows as text.
    func texts(_ sql: SQL) async throws -> [String?] {
        try await values(sql).map { $0.first?.text }
    }

    /// Returns SQLite's own text of every object except the ledger, such as `table t` → `CREATE TABLE …`.
    func sqliteObjects() async throws -> [String: String] {
        let rows = try await values(
            "SELECT type || ' ' || name, sql FROM sqlite_master WHERE tbl_name <> 'tc_migrations' AND sql IS NOT NULL")
        return Dictionary(rows.map { ($0[0].text ?? "", $0[1].text ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// Expects that there are no orphans, and that the file is intact.
    func expectSoundSQLite(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let orphans = try await values("SELECT * FROM pragma_foreign_key_check")
        #expect(orphans.isEmpty, sourceLocation: sourceLocation)
        let verdict = try await value("PRAGMA integrity_check")
        #expect(verdict == "ok", sourceLocation: sourceLocation)
    }
}
