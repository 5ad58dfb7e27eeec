import Dispatch
import Testing

@testable import Dialects
import TestSupport

@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLConnectionTests {
    private func withConnection(_ body: (any Connection) throws -> Void) throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            try body(connection)
        }
    }

    @Test func theSessionIsSetUp() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let options = ConnectionOptions(lockTimeout: 0, statementTimeout: 3, applicationName: "tc-test")
            let connection = try connect(to: url, options)
            defer { connection.close() }
            for (setting, value) in [
                "TimeZone": "UTC", "DateStyle": "ISO, YMD", "client_encoding": "UTF8", "bytea_output": "hex",
                "application_name": "tc-test", "lock_timeout": "1ms", "statement_timeout": "3s",
                "default_transaction_read_only": "off", "extra_float_digits": "1",
            ] {
                #expect(try connection.queryValue("SHOW \(identifier: setting)") == .text(value), "\(setting)")
            }
        }
    }

    @Test func theURLsOwnOptionsAreKept() throws {
        let connection = try connect(
            to: TestPostgreSQL.url(["options": "-c work_mem=12345kB", "application_name": "mine"]))
        defer { connection.close() }
        #expect(try connection.queryValue("SHOW work_mem") == "12345kB")
        #expect(try connection.queryValue("SHOW application_name") == "mine")
    }

    @Test func aReadOnlySessionWritesNothing() throws {
        let connection = try connect(to: TestPostgreSQL.requireURL(), ConnectionOptions(access: .readOnly))
        defer { connection.close() }
        let error = #expect(throws: DatabaseError.self) { try connection.execute("CREATE TABLE never (a int)") }
        #expect(error?.kind == .permission)
        #expect(error?.code == "25006")
    }

    @Test func everyKindOfValueComesBack() throws {
        try withConnection { connection in
            try connection.execute(
                "CREATE TABLE t (a bigint, b float8, c boolean, d text, e bytea, f int2, g int4, h float4)")
            let values: [Value] = [
                .integer(.min), .real(0.1 + 0.2), .boolean(true), "né'\\\n", .blob([0, 255, 92]), 7, -8, .real(0.5),
            ]
            let inserted = try connection.execute(
                """
                INSERT INTO t VALUES (\(values[0]), \(values[1]), \(values[2]), \(values[3]), \(values[4]), \(values[5]),
                    \(values[6]), \(values[7])), (\(Value.null), NULL, \(Value.boolean(false)), '', \(Value.blob([])), 0, 0, 'NaN')
                """)
            #expect(inserted == 2)
            let rows = try connection.values("SELECT * FROM t ORDER BY a NULLS LAST")
            #expect(rows[0] == values)
            #expect(rows[1].dropLast() == [.null, .null, .boolean(false), "", .blob([]), 0, 0])
            guard case .real(let last)? = rows[1].last else { throw TestFailure("no real") }
            #expect(last.isNaN)
        }
    }

    @Test func textBecomesWhateverStandsThere() throws {
        try withConnection { connection in
            try connection.execute("CREATE TABLE t (a uuid, b jsonb, c timestamptz, d numeric, e date, f text)")
            try connection.execute(
                """
                INSERT INTO t VALUES (\("123E4567-E89B-12D3-A456-426614174000"), \("{\"a\": 1}"),
                    \("2024-01-02T03:04:05+02:00"), \("1.50"), \("2024-01-02"), \(42))
                """)
            #expect(
                try connection.values("SELECT * FROM t") == [
                    [
                        "123e4567-e89b-12d3-a456-426614174000", "{\"a\": 1}", "2024-01-02 01:04:05+00", "1.50",
                        "2024-01-02", "42",
                    ]
                ])
        }
    }

    @Test func aTextWithNULIsRefusedBeforeItIsCut() throws {
        try withConnection { connection in
            let error = #expect(throws: DatabaseError.self) { try connection.queryValue("SELECT \("a\0b")::text") }
            #expect(error?.remedy == "store it as bytes")
        }
    }

    @Test func aCursorReadsRowByRowAndMayBeClosedEarly() throws {
        try withConnection { connection in
            let cursor = try connection.rows("SELECT generate_series(1, 1000000000) AS i, 'x' AS t")
            #expect(cursor.columnNames == ["i", "t"])
            for expected in 1...3 {
                #expect(try cursor.next())
                #expect(cursor.raw(0).copied == .integer(Int64(expected)))
            }
            let error = #expect(throws: DatabaseError.self) { try connection.execute("SELECT 1") }
            #expect(error?.message.contains("still open") == true)
            cursor.close()
            #expect(try connection.queryValue("SELECT 2") == 2)
        }
    }

    @Test func closingACursorKeepsItsTransaction() throws {
        try withConnection { connection in
            try connection.transaction {
                let cursor = try connection.rows("SELECT generate_series(1, 10000)")
                #expect(try cursor.next())
                cursor.close()
                #expect(try connection.queryValue("SELECT 1") == 1)
            }
        }
    }

    @Test func aQueryWithoutRowsHasColumnNames() throws {
        try withConnection { connection in
            let cursor = try connection.rows("SELECT 1 AS a WHERE \(Value.boolean(false))")
            #expect(cursor.columnNames == ["a"])
            #expect(try !cursor.next())
            #expect(try !cursor.next())
            #expect(try connection.execute("SELECT 1") == 1)
        }
    }

    @Test func anErrorAmidTheRowsIsThrown() throws {
        try withConnection { connection in
            let cursor = try connection.rows("SELECT 10 / (3 - i) FROM generate_series(1, 3) AS i")
            #expect(try cursor.next())
            #expect(try cursor.next())
            let error = #expect(throws: DatabaseError.self) { try cursor.next() }
            #expect(error?.code == "22012")
            #expect(try connection.queryValue("SELECT 1") == 1)
        }
    }

    @Test func aScriptRunsWhole() throws {
        try withConnection { connection in
            try connection.executeScript("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2); SELECT * FROM t;")
            #expect(try connection.queryValue("SELECT count(*) FROM t") == 2)
            let error = #expect(throws: DatabaseError.self) {
                try connection.executeScript("INSERT INTO t VALUES (3); SELEKT")
            }
            #expect(error?.kind == .syntax)
            #expect(try connection.queryValue("SELECT count(*) FROM t") == 2)
        }
    }

    @Test(arguments: ["COPY t FROM STDIN", "COPY t TO STDOUT"])
    func aCopyAsAStatementIsRefusedAndLeavesTheSessionUsable(statement: String) throws {
        try withConnection { connection in
            try connection.execute("CREATE TABLE t (a int)")
            try connection.execute("INSERT INTO t SELECT generate_series(1, 100)")
            let error = #expect(throws: DatabaseError.self) { try connection.execute(SQL(trusted: statement)) }
            #expect(error?.remedy?.contains("copyIn") == true)
            #expect(throws: DatabaseError.self) { try connection.executeScript(statement) }
            #expect(throws: DatabaseError.self) { try connection.rows(SQL(trusted: statement)) }
            #expect(try connection.queryValue("SELECT count(*) FROM t") == 100)
        }
    }

    @Test func transactionsCommitAndRollBack() throws {
        try withConnection { connection in
            try connection.execute("CREATE TABLE t (a int)")
            try connection.transaction {
                #expect(connection.isInTransaction)
                try connection.execute("INSERT INTO t VALUES (1)")
            }
            #expect(!connection.isInTransaction)
            #expect(throws: TestFailure.self) {
                try connection.transaction {
                    try connection.execute("INSERT INTO t VALUES (2)")
                    throw TestFailure("no")
                }
            }
            #expect(try connection.queryValue("SELECT sum(a) FROM t") == 1)
        }
    }

    @Test func committingAFailedTransactionIsAnError() throws {
        try withConnection { connection in
            try connection.begin()
            #expect(throws: DatabaseError.self) { try connection.execute("SELECT 1 / 0") }
            #expect(connection.isInTransaction)
            let error = #expect(throws: DatabaseError.self) { try connection.commit() }
            #expect(error?.code == "25P02")
            #expect(!connection.isInTransaction)
        }
    }

    @Test func rollingBackEndsAnOpenCursorAndAnOpenCopy() throws {
        try withConnection { connection in
            try connection.execute("CREATE TABLE t (a int)")
            try connection.begin()
            let cursor = try connection.rows("SELECT generate_series(1, 1000000000)")
            try connection.rollback()
            #expect(!connection.isInTransaction)
            try connection.begin()
            let writer = try connection.copyIn(table: "t", columns: ["a"], types: [.integer])
            try writer.write(.integer(1), column: 0)
            try writer.endRow()
            try connection.rollback()
            #expect(try connection.queryValue("SELECT count(*) FROM t") == 0)
            // A cursor and a writer that were left open must not affect the current command.
            let newer = try connection.copyIn(table: "t", columns: ["a"], types: [.integer])
            cursor.close()
            writer.cancel()
            #expect(throws: DatabaseError.self) { while try cursor.next() {} }
            try newer.write(.integer(1), column: 0)
            try newer.endRow()
            #expect(try newer.finish() == 1)
        }
    }

    @Test func aSnapshotSeesOneMomentAndWritesNothing() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let (reader, writer) = (try connect(to: url), try connect(to: url))
            defer { [reader, writer].forEach { $0.close() } }
            try writer.execute("CREATE TABLE t (a int)")
            try reader.snapshot {
                #expect(try reader.queryValue("SELECT count(*) FROM t") == 0)
                try writer.execute("INSERT INTO t VALUES (1)")
                #expect(try reader.queryValue("SELECT count(*) FROM t") == 0)
            }
            let error = #expect(throws: DatabaseError.self) {
                try reader.snapshot { try reader.execute("DELETE FROM t") }
            }
            #expect(error?.code == "25006")
        }
    }

    @Test func aSessionIsCalledAfterItsProgram() throws {
        try withConnection { connection in
            let name = try connection.queryValue("SELECT current_setting('application_name')")?.text
            #expect(name?.isEmpty == false && CommandLine.arguments[0].hasSuffix("/\(name ?? "")"))
        }
    }

    @Test func preparedStatementsSurviveDDL() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let (connection, other) = (try connect(to: url), try connect(to: url))
            defer { [connection, other].forEach { $0.close() } }
            try connection.execute("CREATE TABLE t (a int)")
            try connection.execute("INSERT INTO t VALUES (1)")
            let query: SQL = "SELECT * FROM t WHERE a = \(1)"
            #expect(try connection.values(query) == [[1]])
            try other.execute("ALTER TABLE t ADD COLUMN b text DEFAULT 'x'")
            #expect(try connection.values(query) == [[1, "x"]])
            try connection.transaction {
                try connection.execute("ALTER TABLE t ADD COLUMN c boolean DEFAULT true")
                #expect(try connection.values(query) == [[1, "x", .boolean(true)]])
            }
            try connection.execute("DISCARD ALL")
            #expect(try connection.values(query) == [[1, "x", .boolean(true)]])
        }
    }

    @Test func aStalePlanInATransactionFailsOnce() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let (connection, other) = (try connect(to: url), try connect(to: url))
            defer { [connection, other].forEach { $0.close() } }
            try connection.execute("CREATE TABLE t (a int)")
            let query: SQL = "SELECT * FROM t WHERE a = \(1)"
            #expect(try connection.values(query) == [])
            try connection.begin()
            try other.execute("ALTER TABLE t ADD COLUMN b text")
            let error = #expect(throws: DatabaseError.self) { try connection.values(query) }
            #expect(error?.code == "0A000")
            try connection.rollback()
            #expect(try connection.values(query) == [])
        }
    }

    @Test func questionsToCatalogsStayPreparedThroughDDL() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            defer { connection.close() }
            func ask() throws {
                _ = try connection.dialect.undeclaredObjects(of: Schema(), around: ["t"], on: connection)
                _ = try connection.values("SELECT \(1)::int FROM t")
            }
            func prepared() throws -> Set<String> {
                Set(try connection.values("SELECT name FROM pg_prepared_statements").compactMap { $0[0].text })
            }
            try connection.execute("CREATE TABLE t (a int)")
            try ask()
            let first = try prepared()
            try connection.execute("ALTER TABLE t ADD COLUMN b int")
            try ask()
            // Only the query of the table has been replaced by another one.
            #expect(first.count > 5)
            let second = try prepared()
            #expect(second.count == first.count && second.subtracting(first).count == 1)
        }
    }

    @Test func theStatementCacheIsBounded() throws {
        try withConnection { connection in
            for number in 0..<200 { _ = try connection.values(SQL(trusted: "SELECT \(number) + ") + 1) }
            let prepared = try connection.queryValue("SELECT count(*) FROM pg_prepared_statements")?.integer
            #expect(try #require(prepared) <= Int64(PostgreSQLStatementCache.limit) + 1)
            _ = try connection.values("SELECT \(1)::int")
            _ = try connection.values("SELECT \(1)::int")
            #expect(
                try connection.queryValue("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%::int%'")
                    == 1)
        }
    }

    @Test func anInterrupterStopsAStatement() throws {
        try withConnection { connection in
            let interrupter = connection.interrupter
            DispatchQueue.global().asyncAfter(deadline: .now() + 0.3) { interrupter.interrupt() }
            let error = #expect(throws: DatabaseError.self) { try connection.execute("SELECT pg_sleep(60)") }
            #expect(error?.kind == .interrupted)
            let answer = try connection.queryValue("SELECT 1")
            #expect(answer == 1)
        }
    }

    @Test func aCancelledTaskStartsNoFurtherStatement() async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            let database = try Database(url)
            let (started, start) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await database.withConnection { connection in
                    try connection.execute("CREATE TABLE t (a int)")
                    try connection.transaction {
                        while true {
                            try connection.execute("INSERT INTO t VALUES (1)")
                            start.yield()
                        }
                    }
                }
            }
            for await _ in started { break }
            task.cancel()
            let error = await #expect(throws: DatabaseError.self) { try await task.value }
            #expect(error?.kind == .interrupted)
            let rows = try await database.withConnection { try $0.queryValue("SELECT count(*) FROM t") }
            #expect(rows == 0)
            await database.close()
        }
    }

    @Test func anInterrupterOfAClosedConnectionDoesNothing() throws {
        let connection = try connect(to: TestPostgreSQL.requireURL())
        let interrupter = connection.interrupter
        connection.close()
        interrupter.interrupt()
        let error = #expect(throws: DatabaseError.self) { try connection.execute("SELECT 1") }
        #expect(error?.kind == .lost)
        #expect(!connection.isInTransaction)
    }

    @Test func aPoolConnectsAnewWhenASessionWasLost() async throws {
        try await TestPostgreSQL.withFreshDatabase { url in
            let database = try Database(url)
            let first = try await database.withConnection { try $0.queryValue("SELECT pg_backend_pid()") }
            let again = try await database.withConnection { try $0.queryValue("SELECT pg_backend_pid()") }
            #expect(first == again)
            let error = await #expect(throws: DatabaseError.self) {
                try await database.withConnection { connection in
                    try connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                }
            }
            #expect(error?.kind == .lost)
            let other = try await database.withConnection { try $0.queryValue("SELECT pg_backend_pid()") }
            #expect(other != first)
            await database.close()
        }
    }

    @Test func aTerminatedSessionIsLost() throws {
        try TestPostgreSQL.withFreshDatabase { url in
            let (connection, other) = (try connect(to: url), try connect(to: url))
            defer { [connection, other].forEach { $0.close() } }
            let process = try #require(try connection.queryValue("SELECT pg_backend_pid()"))
            try connection.begin()
            #expect(try other.queryValue("SELECT pg_terminate_backend(\(process)::int, 5000)") == .boolean(true))
            let error = #expect(throws: DatabaseError.self) { try connection.execute("SELECT 1") }
            #expect(error?.kind == .lost)
            #expect(throws: DatabaseError.self) { try connection.rollback() }
            let again = #expect(throws: DatabaseError.self) { try connection.values("SELECT \(1)") }
            #expect(again?.kind == .lost)
        }
    }
}

struct TestFailure: Error {
    var text: String
    init(_ text: String) { self.text = text }
}

/// `1 + $1`
private func + (sql: SQL, number: Int) -> SQL { "\(trusted: sql.text { "$\($0)" })\(number)" }
