import Migrator
import TestSupport
import Testing

/// What has a database of its own to ask: the words in which suites say "do this by hand" and "what is there now".
protocol SQLWords {
    var database: Database { get }
}

extension Database: SQLWords {
    var database: Database { self }

    /// The migrator of a history that a test has made.
    func migrator(_ migrations: [Migration], allowsDataLoss: Bool = false) throws -> Migrator {
        Migrator(
            history: try History(migrations), database: self,
            options: Migrator.Options(allowsDataLoss: allowsDataLoss, appliedBy: "test", version: "test"))
    }
}

extension SQLWords {
    /// Runs SQL by hand: seeds, and what no migration declares.
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

    /// The first column of a query, as text.
    func texts(_ sql: SQL) async throws -> [String?] {
        try await values(sql).map { $0.first?.text }
    }

    /// SQLite's own text of everything but the ledger: `table t` → `CREATE TABLE …`.
    func sqliteObjects() async throws -> [String: String] {
        let rows = try await values(
            "SELECT type || ' ' || name, sql FROM sqlite_master WHERE tbl_name <> 'tc_migrations' AND sql IS NOT NULL")
        return Dictionary(rows.map { ($0[0].text ?? "", $0[1].text ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// No row points nowhere, and the file is sound.
    func expectSoundSQLite(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let orphans = try await values("SELECT * FROM pragma_foreign_key_check")
        #expect(orphans.isEmpty, sourceLocation: sourceLocation)
        let verdict = try await value("PRAGMA integrity_check")
        #expect(verdict == "ok", sourceLocation: sourceLocation)
    }
}
