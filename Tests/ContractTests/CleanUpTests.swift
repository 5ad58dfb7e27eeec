import Dialects
import Migrator
import Synchronization
import TestSupport
import Testing

@Suite("What cleaning up must not hide or leave")
struct CleanUpTests {
    private struct Oops: Error {}

    @Test(
        "the error of a body is the one that is thrown, whatever became of the connection", arguments: Backend.available
    )
    func firstError(_ backend: Backend) async throws {
        try await backend.withURL { url in
            let scopes: [(any Connection, () throws -> Void) throws -> Void] = [
                { try $0.withForeignKeysUnenforced($1) }, { try $0.transaction($1) }, { try $0.snapshot($1) },
                { try $0.withLock(AdvisoryLock("x"), waiting: 1, $1) },
                { connection, body in
                    try connection.dialect.withScratch(beside: connection) { _ in try body() }
                },
                { connection, body in try connection.transaction { try connection.keepingSettings(body) } },
            ]
            for scope in scopes {
                let connection = try connect(to: url, ConnectionOptions(access: .create))
                #expect(throws: Oops.self) {
                    try scope(connection) {
                        connection.close()
                        throw Oops()
                    }
                }
                #expect(connection.isLost)
            }
        }
    }

    @Test(
        "a lock that can't be given back goes with its session, and what was done stays done",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func lock() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let (first, second) = (try connect(to: url), try connect(to: url))
            var leftOpen: [any RowCursor] = []
            let value = try first.withLock(AdvisoryLock("x"), waiting: 1) {
                // While the cursor is open, the session accepts no other command.
                let cursor = try first.rows("SELECT generate_series(1, 1000000)")
                _ = try cursor.next()
                leftOpen.append(cursor)
                return 7
            }
            #expect(value == 7 && leftOpen.count == 1)
            try second.withLock(AdvisoryLock("x"), waiting: 10) {}
            leftOpen = []
            first.close()
            second.close()
        }
    }

    @Test("a step is told as started once, and by who runs it", arguments: Backend.available)
    func startedOnce(_ backend: Backend) async throws {
        try await backend.withURL { url in
            let migrations = (1...6).map { number in
                Migration("\(number)") { CreateTable("t\(number)") { Column("id", .bigint).primaryKey() } }
            }
            let events = Events()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        // The timeout is the one that tc-migrate and the daemon use. SQLite does not grant locks in the order of requests.
                        let options = ConnectionOptions(access: .create, lockTimeout: 60, isOwned: true)
                        let database = try Database(url, options: options)
                        try await Migrator(history: try History(migrations), database: database).up { event in
                            events.add(event)
                        }
                        await database.close()
                    }
                }
                try await group.waitForAll()
            }
            let ids = migrations.map(\.id)
            #expect(events.started.sorted() == ids && events.finished.sorted() == ids)
        }
    }

    private final class Events: Sendable {
        private let all = Mutex<[MigrationEvent]>([])
        func add(_ event: MigrationEvent) { all.withLock { $0.append(event) } }
        var started: [String] {
            all.withLock { $0.compactMap { if case .started(let id, _) = $0 { id } else { nil } } }
        }
        var finished: [String] {
            all.withLock { $0.compactMap { if case .finished(let id, _, _) = $0 { id } else { nil } } }
        }
    }
}

@Suite("Kinds of errors")
struct ErrorKindTests {
    @Test("what a trigger refuses in its own words is a kind of its own", arguments: Backend.available)
    func raised(_ backend: Backend) async throws {
        try await backend.withDatabase { database in
            try await database.run(
                backend.words(
                    sqlite: """
                        CREATE TABLE t (a); CREATE TRIGGER no BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'not today'); END
                        """,
                    postgresql: """
                        CREATE TABLE t (a int); CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
                        CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()
                        """))
            let error = await #expect(throws: DatabaseError.self) {
                try await database.withConnection { try $0.execute("INSERT INTO t VALUES (\(42))") }
            }
            #expect(error?.kind == .raised)
            let code = backend.words(sqlite: "SQLITE_CONSTRAINT_TRIGGER", postgresql: "P0001")
            #expect(error?.sentence.hasPrefix("not today [\(code)], in: INSERT INTO t VALUES (") == true)
            #expect(error?.description.contains("42") == false)
        }
    }

    @Test("a password in a statement is not repeated")
    func password() {
        for statement in [
            "ALTER ROLE a PASSWORD 'c4n''ary'; CREATE USER b ENCRYPTED PASSWORD $$c4nary$$",
            "ALTER ROLE a PASSWORD '" + String(repeating: "c4nary", count: 200) + "'",
            "DO $$ BEGIN CREATE ROLE app PASSWORD 'c4nary'; END $$",
            "DO $$ BEGIN CREATE ROLE app PASSWORD 'c4nary';" + String(repeating: " ", count: 600) + "END $$",
            "DO $$ DECLARE p text := 'c4nary'; BEGIN" + String(repeating: " ", count: 600)
                + "ALTER ROLE r PASSWORD p; END $$",
            "CREATE SUBSCRIPTION s CONNECTION 'host=x password=c4nary' PUBLICATION p",
            "CREATE SUBSCRIPTION s CONNECTION 'postgresql://u:c4nary@h/d' PUBLICATION p",
        ] {
            let error = DatabaseError(.other, "no", statement: statement)
            #expect(!"\(error)".contains("c4n"), "\(error)")
        }
    }
}
