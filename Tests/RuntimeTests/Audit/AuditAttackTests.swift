import Dialects
import Foundation
import TCMigrations
import Migrator
import TestSupport
import Testing

@testable import TCRuntime

/// Tests attacks that circumvent the runtime, and use the rights that the runtime itself has in the database.
@Suite("Attacks on the audit log's tables")
struct AuditAttackTests {
    private static let row = """
        (seq, at, uid, role, action, outcome, previous_hash, hash)
        SELECT %SEQ%, at, uid, role, action, outcome, %PREVIOUS%, hash FROM audit_log WHERE seq = 3
        """

    /// Returns a statement that inserts a copy of row 3 at another place in the chain.
    static func forged(_ verb: String, seq: String, previous: String = "(SELECT hash FROM audit_head)") -> String {
        "\(verb) INTO audit_log " + row.replacing("%SEQ%", with: seq).replacing("%PREVIOUS%", with: previous)
    }

    static let everywhere = [
        "UPDATE audit_log SET reason = 'x' WHERE seq = 3", "UPDATE audit_log SET reason = reason",
        "UPDATE audit_log SET seq = 30 WHERE seq = 20", "DELETE FROM audit_log WHERE seq = 3", "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE seq = 20", forged("INSERT", seq: "3"), forged("INSERT", seq: "22"),
        forged("INSERT", seq: "0"), forged("INSERT", seq: "-1"), forged("INSERT", seq: "NULL"),
        forged("INSERT", seq: "21", previous: "previous_hash"), forged("INSERT", seq: "21", previous: "NULL"),
        forged("INSERT", seq: "3") + " AND true ON CONFLICT (seq) DO UPDATE SET reason = 'x'",
        forged("INSERT", seq: "22") + " AND true ON CONFLICT (seq) DO NOTHING",
        "UPDATE audit_head SET seq = 10", "UPDATE audit_head SET seq = 21", "UPDATE audit_head SET seq = NULL",
        "UPDATE audit_head SET seq = 19, hash = (SELECT hash FROM audit_log WHERE seq = 19)",
        "UPDATE audit_head SET hash = (SELECT hash FROM audit_log WHERE seq = 3)", "UPDATE audit_head SET id = 2",
        "DELETE FROM audit_head", "INSERT INTO audit_head (id, seq, hash) VALUES (2, 0, '')",
        "INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '') ON CONFLICT (id) DO UPDATE SET seq = 0",
    ]

    static let sqlite = [
        forged("REPLACE", seq: "3"), forged("REPLACE", seq: "20"), forged("INSERT OR REPLACE", seq: "3"),
        forged("REPLACE", seq: "3", previous: "previous_hash"), forged("INSERT OR IGNORE", seq: "3"),
        "UPDATE OR REPLACE audit_log SET seq = 4 WHERE seq = 3", "UPDATE OR IGNORE audit_log SET reason = 'x'",
        "REPLACE INTO audit_head (id, seq, hash) VALUES (1, 0, '')",
        "UPDATE audit_log SET rowid = 40 WHERE rowid = 3",
    ]

    static let postgresql = [
        "TRUNCATE audit_log", "TRUNCATE audit_head", "TRUNCATE audit_log, audit_head CASCADE",
        "MERGE INTO audit_log l USING audit_head h ON l.seq = h.seq WHEN MATCHED THEN UPDATE SET reason = 'x'",
        "WITH gone AS (DELETE FROM audit_log RETURNING seq) SELECT count(*) FROM gone",
        "SET session_replication_role = replica; UPDATE audit_log SET reason = 'x'",
        "SET session_replication_role = replica; DELETE FROM audit_log",
        "SET session_replication_role = replica; \(forged("INSERT", seq: "22"))",
    ]

    /// Statements that remove or disable the triggers, which only the owner of the tables may do.
    static let byOwners = [
        "ALTER TABLE audit_log DISABLE TRIGGER ALL", "ALTER TABLE audit_log DISABLE TRIGGER audit_log_refuse",
        "ALTER TABLE audit_log ENABLE REPLICA TRIGGER audit_log_refuse", "DROP TRIGGER audit_log_refuse ON audit_log",
        "DROP TABLE audit_log", "ALTER TABLE audit_log RENAME TO gone", "ALTER TABLE audit_log DROP COLUMN reason",
        "DROP FUNCTION audit_refuse() CASCADE", "ALTER FUNCTION audit_refuse() RENAME TO gone",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE sql AS ''",
        "CREATE TRIGGER more BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE RULE more AS ON INSERT TO audit_log DO INSTEAD NOTHING", "CREATE TABLE more (id integer)",
        "CREATE TEMPORARY TABLE audit_head (id bigint, seq bigint, hash text)",
        "SET session_replication_role = replica", "SELECT audit_refuse()",
        "GRANT UPDATE ON audit_log TO CURRENT_USER; UPDATE audit_log SET reason = 'x'",
    ]

    @Test("the database refuses each, and the log stays as it is", arguments: Backend.available)
    func refused(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            try await log.fill(20)
            let before = try await log.lines()
            for attack in Self.everywhere + (backend == .sqlite ? Self.sqlite : Self.postgresql) {
                try expectRefusal(of: attack, at: url)
                #expect(try await log.lines() == before, "\(attack)")
            }
            #expect(try await log.verify() == .intact(20, try await log.head()))
            try await log.fill(1)
        }
    }

    @Test(
        "a row with a false hash is taken, since a database can't hash it, and verify names it",
        arguments: Backend.available)
    func falseHash(_ backend: Backend) async throws {
        try await backend.withAuditLog { log, url in
            try await log.fill(20)
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript(Self.forged("INSERT", seq: "21"))
            try await log.fill(2)
            let flaw = try await log.verify().flaw
            #expect(flaw?.kind == .edited && flaw?.seq == 21)
        }
    }

    @Test("as the app role", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func appRole() async throws {
        try await Backend.postgresql.withAuditLog { owner, url in
            try await AuditRoles.with(url) { roles in
                let app = try Database(try roles.url("app"), options: ConnectionOptions(isOwned: true, isDurable: true))
                let log = AuditLog(database: app)
                try await log.fill(20)
                let before = try await log.lines()
                for attack in Self.everywhere + Self.postgresql + Self.byOwners + roles.escalations {
                    try expectRefusal(of: attack, at: try roles.url("app"))
                    #expect(try await owner.lines() == before, "\(attack)")
                }
                try await log.fill(1)
                #expect(try await log.verify() == .intact(21, try await owner.head()))
                await app.close()
                #expect(throws: DatabaseError.self) { try connect(to: try roles.url("owner")) }
            }
        }
    }

    @Test(
        "a temporary table does not pass for the head", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason)
    )
    func temporaryHead() async throws {
        try await Backend.postgresql.withAuditLog { log, url in
            try await log.fill(3)
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.executeScript(
                """
                CREATE TEMPORARY TABLE audit_head AS SELECT 1::bigint AS id, 30::bigint AS seq, hash FROM audit_head;
                """)
            #expect(throws: DatabaseError.self) { try connection.executeScript(Self.forged("INSERT", seq: "31")) }
            #expect(try await log.verify().isIntact)
        }
    }

    @Test("the migrator migrates as the owner", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func migratorRole() async throws {
        try await Backend.postgresql.withAuditLog { log, url in
            try await log.fill(2)
            try await AuditRoles.with(url) { roles in
                let database = try Database(try roles.url("migrator", as: "owner"))
                let migrator = Migrator(history: try .teleclaude(), database: database)
                #expect(try await migrator.down().steps.count == 1)
                #expect(try await migrator.up().steps.count == 1)
                await database.close()
                #expect(try await log.verify().entries == 2)
                // Without taking the owner's role, the migrator may do nothing.
                try expectRefusal(of: "SELECT count(*) FROM audit_log", at: try roles.url("migrator"))
            }
        }
    }

    private func expectRefusal(of attack: String, at url: DatabaseURL) throws {
        let connection = try connect(to: url)
        defer { connection.close() }
        #expect(throws: DatabaseError.self, "\(attack)") { try connection.executeScript(attack) }
    }
}

/// The roles of docs/postgresql-roles.sql. Each test has names of its own for them, because roles belong to the whole server.
struct AuditRoles {
    private let prefix: String
    private let database: String

    static func with(_ url: DatabaseURL, _ body: (AuditRoles) async throws -> Void) async throws {
        let admin = try connect(to: url)
        defer { admin.close() }
        let name = try #require(try admin.queryValue("SELECT current_database()")?.text)
        let roles = AuditRoles(prefix: "tc_\(UInt64.random(in: 0 ... .max))_", database: name)
        let script = try String(contentsOfFile: AuditDocs.path("postgresql-roles.sql"), encoding: .utf8)
            .replacing("teleclaude_", with: roles.prefix)
        // The script runs twice, because it claims that it can be repeated.
        for _ in 1...2 { try admin.executeScript(script) }
        defer {
            let all = ["migrator", "app", "owner"].map { roles.prefix + $0 }.joined(separator: ", ")
            try? admin.executeScript("REASSIGN OWNED BY \(all) TO CURRENT_USER; DROP OWNED BY \(all); DROP ROLE \(all)")
        }
        try await body(roles)
    }

    func url(_ role: String) throws -> DatabaseURL {
        try TestPostgreSQL.url(["dbname": database, "user": prefix + role])
    }

    /// Returns the URL by which a role connects and takes another role at once.
    func url(_ role: String, as other: String) throws -> DatabaseURL {
        try TestPostgreSQL.url(["dbname": database, "user": prefix + role, "options": "-c role=\(prefix + other)"])
    }

    var escalations: [String] {
        ["SET ROLE \(prefix)owner", "SET ROLE \(prefix)migrator", "GRANT \(prefix)owner TO \(prefix)app"]
    }
}
