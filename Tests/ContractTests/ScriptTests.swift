@testable import Migrator
import TCPOSIX
import TestSupport
import Testing

@Suite("Scripts inside a migration's transaction")
struct ScriptTests {
    private static var table: CreateTable { CreateTable("t") { Column("id", .bigint).primaryKey() } }

    @Test("a script that controls the transaction is refused before anything runs", arguments: Backend.available)
    func refused(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            for control in ["COMMIT", "ROLLBACK", "BEGIN", "SAVEPOINT a", "END", "COMMIT; BEGIN"] {
                let error = try await test.refusal {
                    CreateTable("u") { Column("id", .bigint).primaryKey() }
                    RunSQL(.sql("INSERT INTO t VALUES (1);\n\(control)"), undo: .nothing)
                }
                #expect(error.lowering?.place == "RunSQL, statement 2 (line 2)")
            }
            let error = try await test.refusal {
                RunSQL("INSERT INTO t VALUES (1)", undo: .script("DELETE FROM t; COMMIT"))
            }
            #expect(error.lowering?.place == "RunSQL's undo, statement 2 (line 1)")
        }
    }

    @Test("it is refused before the migrations that stand before it run", arguments: Backend.available)
    func refusedWithAllBefore(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            let history = try History([
                Migration("1") { Self.table }, Migration("2") { RunSQL("COMMIT", undo: .nothing) },
            ])
            await #expect(throws: MigratorError.self) { try await Migrator(history: history, database: database).up() }
            #expect(try await database.withConnection { try $0.hasTable("t") } == false)
        }
    }

    @Test("an expression can't smuggle a statement in", arguments: Backend.available)
    func smuggled(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            let query = "SELECT id FROM t; COMMIT"
            let error = try await test.refusal {
                CreateView("v", as: .native(sqlite: query, postgresql: query))
            }
            #expect(error.lowering?.place == "v")
            let check = "id > 0)); COMMIT; CREATE TABLE x (a int CHECK (a > 0)"
            _ = try await test.refusal {
                CreateTable("u") {
                    Column("id", .bigint).primaryKey()
                    Check(.native(sqlite: check, postgresql: check))
                }
            }
        }
    }

    @Test("a NUL between statements is refused, and nothing of it runs", arguments: Backend.available)
    func nul(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            let error = try await test.refusal {
                RunSQL(.sql("INSERT INTO t VALUES (1);\n\0INSERT INTO t VALUES (2)"), undo: .nothing)
            }
            #expect(error.lowering?.place == "RunSQL, line 2")
            for text in ["INSERT INTO t VALUES (1);\0INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (1) \0, (2)"] {
                await #expect(throws: DatabaseError.self) { try await test.run(text) }
                await #expect(throws: DatabaseError.self) {
                    try await test.database.withConnection { try $0.execute(SQL(trusted: text)) }
                }
            }
            #expect(try await test.count("t") == 0)
        }
    }

    @Test("what ends the transaction all the same is never called rolled back", arguments: Backend.available)
    func net(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            for script in ["COMMIT", "COMMIT; BEGIN", "ROLLBACK; BEGIN", "COMMIT; INSERT INTO nowhere VALUES (1)"] {
                try await test.run("DELETE FROM t")
                let error = await #expect(throws: DatabaseError.self) {
                    try await test.database.withConnection { connection in
                        try connection.transaction {
                            try connection.executeInTransaction("INSERT INTO t VALUES (1)")
                            try connection.executeInTransaction(script)
                        }
                    }
                }
                let rows = try await test.count("t")
                switch backend {
                // SQLite asks for permission before it runs a statement, so the transaction is not ended.
                case .sqlite: #expect(error?.kind == .permission && rows == 0, "\(script)")
                case .postgresql: #expect(error?.kind == .transactionEnded, "\(script)")
                }
            }
        }
    }

    @Test("a failure says what became of it")
    func endings() {
        func failure(_ ending: MigrationFailure.Ending) -> String {
            let cause = DatabaseError(.other, "no", statement: "SELECT\n  1", code: "XX000")
            return "\(MigrationFailure(applied: [], failed: "1", statement: 2, cause: cause, ending: ending))"
        }
        #expect(
            failure(.rolledBack) == "migration 1 failed at statement 2 and was rolled back: no [XX000], in: SELECT 1")
        #expect(!failure(.unknown).contains("was rolled back") && !failure(.notRolledBack).contains("and was rolled"))
    }

    @Test("what a script sets in the session ends with the script", arguments: Backend.available)
    func settings(_ backend: Backend) async throws {
        try await backend.withCase { test in
            let script = backend.words(
                sqlite: """
                    PRAGMA ignore_check_constraints = ON; PRAGMA recursive_triggers = ON; PRAGMA case_sensitive_like = ON;
                    PRAGMA legacy_alter_table = ON; PRAGMA user_version = 7; PRAGMA query_only = ON
                    """,
                postgresql: """
                    CREATE SCHEMA other; SET search_path = other; SET statement_timeout = '77s'; SET TimeZone = 'Asia/Tokyo';
                    SET LOCAL lock_timeout = '1ms'; SET my.marker = 'x'; CREATE TABLE by_hand (a int); RESET DateStyle;
                    SET standard_conforming_strings = off; SET ROLE pg_monitor
                    """)
            let settings: SQL =
                switch backend {
                case .sqlite:
                    """
                    SELECT (SELECT * FROM pragma_ignore_check_constraints), (SELECT * FROM pragma_recursive_triggers),
                        (SELECT * FROM pragma_legacy_alter_table), (SELECT * FROM pragma_query_only), 'A' LIKE 'a'
                    """
                case .postgresql:
                    """
                    SELECT current_setting('search_path'), current_setting('statement_timeout'), current_user,
                        current_setting('TimeZone'), current_setting('lock_timeout'), current_setting('DateStyle'),
                        current_setting('standard_conforming_strings'), coalesce(current_setting('my.marker', true), '')
                    """
                }
            let before = try await test.values(settings)
            try await test.migrate {
                RunSQL(.native(sqlite: script, postgresql: script), undo: .nothing)
                CreateTable("t") { Column("id", .bigint).primaryKey() }
            }
            try await test.migrate { CreateTable("u") { Column("id", .bigint).primaryKey() } }
            #expect(try await test.values(settings) == before)
            for table in ["t", "u", "tc_migrations"] {
                #expect(try await test.database.withConnection { try $0.hasTable(table) }, "\(table)")
            }
            if backend == .sqlite { #expect(try await test.values("PRAGMA user_version") == [[7]]) }
        }
    }

    @Test("a script that fails leaves no setting behind either", arguments: Backend.available)
    func settingsAfterFailure(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            let script = backend.words(
                sqlite: "PRAGMA ignore_check_constraints = ON; INSERT INTO nowhere VALUES (1)",
                postgresql: "SET statement_timeout = '77s'; INSERT INTO nowhere VALUES (1)")
            await #expect(throws: MigrationFailure.self) {
                try await test.migrate { RunSQL(.native(sqlite: script, postgresql: script), undo: .nothing) }
            }
            switch backend {
            case .sqlite: #expect(try await test.values("PRAGMA ignore_check_constraints") == [[0]])
            case .postgresql: #expect(try await test.values("SHOW statement_timeout") == [["0"]])
            }
        }
    }

    @Test("the statement that failed is named, not the whole script", arguments: Backend.available)
    func failingStatement(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { Self.table }
            let error = await #expect(throws: MigrationFailure.self) {
                try await test.migrate {
                    RunSQL("INSERT INTO t VALUES (1); INSERT INTO t VALUES (1); SELECT 1", undo: .nothing)
                }
            }
            #expect(error?.ending == .rolledBack)
            #expect(error?.cause.kind == .unique)
            let code = backend.words(sqlite: "SQLITE_CONSTRAINT_PRIMARYKEY", postgresql: "23505")
            #expect(error?.description.hasSuffix("[\(code)], in: INSERT INTO t VALUES (1)") == true)
            #expect(try await test.count("t") == 0)
        }
    }
}

@Suite("A first migration")
struct FirstMigrationTests {
    @Test("that is refused or fails leaves no file behind, and one that was there stays")
    func noFile() async throws {
        try await withTemporaryFolder { folder in
            let url = try DatabaseURL(parsing: "sqlite:\(folder)/test.db")
            let options = ConnectionOptions(access: .create, isOwned: true)
            for script in ["COMMIT", "INSERT INTO nowhere VALUES (1)"] {
                let database = try Database(url, options: options)
                #expect(database.isMissing)
                for _ in 0..<2 {
                    await #expect(throws: (any Error).self) {
                        try await database.migrator([Migration("1") { RunSQL(.sql(script), undo: .nothing) }]).up()
                    }
                    #expect(database.isMissing)
                }
                // The same program can continue with the same database.
                try await database.migrator([Migration("1") { CreateTable("t") { Column("id", .bigint).primaryKey() } }]
                ).up()
                #expect(try await database.count("t") == 0)
                await database.close()
                for suffix in ["", "-wal", "-shm"] { unlink("\(folder)/test.db\(suffix)") }
            }
            // A file of another program is left alone, even if it is empty.
            _ = try connect(to: url, options).execute("PRAGMA user_version = 7")
            let database = try Database(url, options: options)
            await #expect(throws: (any Error).self) {
                try await database.migrator([Migration("1") { RunSQL("COMMIT", undo: .nothing) }]).up()
            }
            #expect(!database.isMissing)
            await database.close()
        }
    }

    @Test("of two that begin at once neither writes into a file that is gone")
    func twoAtOnce() async throws {
        try await withTemporaryFolder { folder in
            let url = try DatabaseURL(parsing: "sqlite:\(folder)/test.db")
            let options = ConnectionOptions(access: .create, isOwned: true)
            let (first, second) = (try connect(to: url, options), try connect(to: url, options))
            first.discardIfNew()
            #expect(first.isLost && second.isLost)
            let error = #expect(throws: DatabaseError.self) { try second.transaction {} }
            #expect(error?.kind == .lost && error?.remedy != nil)
            let third = try connect(to: url, options)
            try third.executeScript("CREATE TABLE t (a); INSERT INTO t VALUES (1)")
            // A connection that closes later does not touch the new file.
            second.close()
            #expect(try third.values("SELECT a FROM t") == [[1]])
            #expect(try third.queryValue("PRAGMA integrity_check") == "ok")
            third.discardIfNew()
            #expect(!third.isLost)
            third.close()
        }
    }

    @Test("that is refused or fails leaves no ledger behind", arguments: Backend.available)
    func noLedger(_ backend: Backend) async throws {
        let refused: [Migration] = [
            Migration("1") { RunSQL("COMMIT", undo: .nothing) },
            Migration("1") { RunSQL("INSERT INTO nowhere VALUES (1)", undo: .nothing) },
            Migration("1") {
                CreateTable("t") { Column("id", .bigint).primaryKey() }
                RunSQL("INSERT INTO t VALUES (1)", undo: .nothing)
                AlterTable("t") { AddColumn("a", .text) }
            },
        ]
        try await backend.withDatabase { database in
            for migration in refused {
                await #expect(throws: (any Error).self) { try await database.migrator([migration]).up() }
                for table in ["tc_migrations", "t"] {
                    #expect(try await database.withConnection { try $0.hasTable(table) } == false)
                }
            }
            try await database.migrator([Migration("1") { CreateTable("t") { Column("id", .bigint).primaryKey() } }])
                .up()
            #expect(try await database.count("tc_migrations") == 1)
        }
    }
}
