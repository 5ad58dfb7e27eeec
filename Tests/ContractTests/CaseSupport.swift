import Dialects
import Migrator
import TestSupport
import Testing

// What the numbered cases share: short words for "apply these migrations", "do this by hand", "what is there now".

extension Database {
    /// Applies what is pending of a history that consists of `migrations`.
    @discardableResult
    func migrate(_ migrations: Migration..., allowsDataLoss: Bool = false) async throws -> MigrationReport {
        try await migrator(migrations, allowsDataLoss: allowsDataLoss).up()
    }

    /// Undoes the last of `migrations`, all of which are applied.
    @discardableResult
    func undoLast(_ migrations: Migration..., allowsDataLoss: Bool = true) async throws -> MigrationReport {
        try await migrator(migrations, allowsDataLoss: allowsDataLoss).down()
    }

    /// Where the database differs from what `migrations`, all of which are applied, declare.
    func drift(from migrations: Migration...) async throws -> [SchemaDifference] {
        try await migrator(migrations).drift()
    }

    func migrator(_ migrations: [Migration], allowsDataLoss: Bool = false) throws -> Migrator {
        Migrator(
            history: try History(migrations), database: self,
            options: Migrator.Options(allowsDataLoss: allowsDataLoss, appliedBy: "test", version: "test"))
    }

    /// Runs a script by hand: what no migration declares.
    func byHand(_ script: String) async throws {
        try await withConnection { try $0.executeScript(script) }
    }

    func query(_ sql: SQL) async throws -> [[Value]] {
        try await withConnection { try $0.query(sql) }
    }

    func value(_ sql: SQL) async throws -> Value? {
        try await withConnection { try $0.queryValue(sql) }
    }

    func count(_ table: String) async throws -> Int64? {
        try await value("SELECT count(*) FROM \(identifier: table)")?.integer
    }

    /// The first column of a query, as text.
    func texts(_ sql: SQL) async throws -> [String?] {
        try await query(sql).map { $0.first?.text }
    }
}

/// SQLite's own text of everything but the ledger: `table t` → `CREATE TABLE …`.
extension Database {
    func sqliteObjects() async throws -> [String: String] {
        let rows = try await query(
            "SELECT type || ' ' || name, sql FROM sqlite_master WHERE tbl_name <> 'tc_migrations' AND sql IS NOT NULL")
        return Dictionary(rows.map { ($0[0].text ?? "", $0[1].text ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// No row points nowhere, and the file is sound.
    func expectSoundSQLite(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let orphans = try await query("SELECT * FROM pragma_foreign_key_check")
        #expect(orphans.isEmpty, sourceLocation: sourceLocation)
        let verdict = try await value("PRAGMA integrity_check")
        #expect(verdict == "ok", sourceLocation: sourceLocation)
    }
}
