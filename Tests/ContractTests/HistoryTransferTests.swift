import Dialects
import TCMigrations
import Migrator
import TestSupport
import Testing
import Transfer

@Suite("Transfers into a declared schema", .serialized)
struct HistoryTransferTests {
    private static let history = [
        Migration("0001-shop") {
            CreateTable("goods") {
                Column("id", .bigint).identity().primaryKey()
                Column("name", .text)
                Column("price", .decimal(10, 2)).nullable()
                Column("made", .timestamp).nullable()
                Column("sold", .boolean).default(false)
                Column("next_id", .bigint).nullable().references("goods", "id")
                Column("group_id", .bigint).nullable()
            }
            CreateTable("groups") {
                Column("id", .bigint).identity().primaryKey()
                Column("best_id", .bigint).nullable().references("goods", "id")
            }
            AlterTable("goods") { Add(ForeignKey(["group_id"], to: "groups", ["id"])) }
        }
    ]

    private static let script = """
        CREATE TABLE goods (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, price REAL, made TIMESTAMP, sold, next_id INTEGER, group_id INTEGER);
        CREATE TABLE "groups" (id INTEGER PRIMARY KEY, best_id INTEGER);
        INSERT INTO goods VALUES (1, 'a', 1.5, '2026-01-02 03:04:05', 't', 2, 1), (2, 'b', 7, '2026-01-02T03:04:05.25+02:00', 0, 1, 1);
        INSERT INTO "groups" VALUES (1, 2);
        INSERT INTO goods (id, name, sold) VALUES (90, 'c', 1); DELETE FROM goods WHERE id = 90;
        """

    private static func transfer(
        _ fixture: SQLiteFixture, _ target: Database, _ migrations: [Migration], ignoring: [String] = [],
        rules: TransferRules = TransferRules()
    ) async throws -> TransferReport {
        let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
        let result: Result<TransferReport, any Error>
        do {
            let transfer = HistoryTransfer(
                from: source, to: target, into: try History(migrations), ignoring: ignoring, rules: rules)
            result = .success(try await transfer.run())
        } catch {
            result = .failure(error)
        }
        await source.close()
        return try result.get()
    }

    /// Runs a transfer that must be refused, expects that it leaves nothing behind, and returns the error.
    private static func refused(
        _ script: String, _ backend: Backend, ignoring: [String] = []
    ) async throws -> (any Error)? {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        var refusal: (any Error)?
        try await backend.withDatabase { target in
            do {
                _ = try await transfer(fixture, target, history, ignoring: ignoring)
                Issue.record("it was not refused")
            } catch {
                refusal = error
            }
            guard !target.isMissing else { return }
            try await backend.expectNothing(in: target)
        }
        return refusal
    }

    @Test("rows go where the declared schema has them, cycles and counters included", arguments: Backend.available)
    func matched(_ backend: Backend) async throws {
        let fixture = try SQLiteFixture(Self.script)
        defer { fixture.remove() }
        try await backend.withDatabase { target in
            let report = try await Self.transfer(fixture, target, Self.history)
            #expect(report.verdict == .verified && report.omitted == [])
            #expect(report.tables.map { [$0.sourceRows, $0.targetRows] }.reduce(0) { $0 + $1[1] } == 3)
            let text = try target.dialect.conversion(of: "made", from: .timestamp, to: .text).expression
            try await target.withConnection { connection in
                let rows = try connection.values(
                    "SELECT id, name, price, \(trusted: text), sold, next_id, group_id FROM goods ORDER BY id")
                #expect(rows.map { [$0[0].integer, $0[5].integer, $0[6].integer] } == [[1, 2, 1], [2, 1, 1]])
                #expect(rows.map { Double($0[2].text ?? "") } == [1.5, 7])
                #expect(rows.map(\.[3].text) == ["2026-01-02T03:04:05.000000Z", "2026-01-02T01:04:05.250000Z"])
                #expect(rows.map(\.[4].boolean) == [true, false])
                let next = try connection.queryValue("INSERT INTO goods (name) VALUES ('d') RETURNING id")
                #expect(next?.integer == 91)
                #expect(throws: DatabaseError.self) {
                    try connection.execute("UPDATE goods SET next_id = 1000 WHERE id = 1")
                }
            }
            let migrator = Migrator(history: try History(Self.history), database: target)
            #expect(try await migrator.status().position == .current)
            #expect(try await migrator.drift() == [])
        }
    }

    @Test("what has no place is refused, unless it may stay behind", arguments: Backend.available)
    func noPlace(_ backend: Backend) async throws {
        let script =
            Self.script + "CREATE TABLE logs (a); ALTER TABLE goods ADD COLUMN more TEXT; INSERT INTO logs VALUES (1);"
        #expect(try await Self.refused(script, backend) as? SchemaTransferError == .noPlace(["goods.more", "logs"]))
        #expect(
            try await Self.refused(script, backend, ignoring: ["logs", "goods.mre"]) as? SchemaTransferError
                == .nothingToIgnore("goods.mre"))
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        try await backend.withDatabase { target in
            let report = try await Self.transfer(fixture, target, Self.history, ignoring: ["logs", "goods.more"])
            #expect(report.verdict == .verified)
            #expect(report.omitted.map(\.name) == ["goods.more", "logs"])
        }
    }

    @Test("values that the declared schema does not take are refused, and named", arguments: Backend.available)
    func refusals(_ backend: Backend) async throws {
        #expect(
            try await Self.refused("CREATE TABLE goods (id INTEGER PRIMARY KEY); INSERT INTO goods VALUES (1)", backend)
                as? SchemaTransferError == .noSource(["goods.name"]))
        for (script, column) in [
            ("UPDATE goods SET name = NULL WHERE id = 2", "name"),
            ("UPDATE goods SET made = 1767322800 WHERE id = 2", "made"),
            ("UPDATE goods SET price = 'dear' WHERE id = 2", "price"),
            ("UPDATE goods SET sold = 2 WHERE id = 2", "sold"),
        ] {
            let error = try await Self.refused(Self.script + script, backend)
            guard case TransferError.incompatibleValues(let incompatibleValues)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(
                incompatibleValues.map(\.column) == [column]
                    && incompatibleValues[0].examples[0].hasSuffix(" in row id=2"), "\(incompatibleValues)")
        }
    }

    @Test(
        "another program's table stays, although the transfer is refused and removes what it made: one of the time when the source is examined, and one of the load",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason), arguments: [true, false])
    func theirs(_ isPlanned: Bool) async throws {
        let fixture = try SQLiteFixture(
            "CREATE TABLE goods (id INTEGER, name TEXT); INSERT INTO goods VALUES (1, 'a'), (1, 'b')")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
            let target = try Database(url)
            let transfer = HistoryTransfer(from: source, to: target, into: try History(Self.history))
            await #expect(throws: DatabaseError.self) {
                try await transfer.run { event in
                    switch event {
                    case .planned where isPlanned, .phase(.loading) where !isPlanned: Self.makeTheirs(in: url)
                    default: break
                    }
                }
            }
            let names = try await target.withConnection {
                try PostgreSQLDialect().existingObjects(ignoring: [], on: $0)
            }
            #expect(names == ["theirs"])
            await source.close()
            await target.close()
        }
    }

    @Test(
        "a refused transfer also removes views and sequences that a migration's script has made",
        arguments: Backend.available)
    func scriptsObjects(_ backend: Backend) async throws {
        let script =
            switch backend {
            case .sqlite: "CREATE VIEW extra AS SELECT id FROM goods; CREATE VIEW again AS SELECT id FROM extra"
            case .postgresql:
                """
                CREATE VIEW zero AS SELECT id FROM goods; CREATE MATERIALIZED VIEW middle AS SELECT id FROM zero;
                CREATE VIEW again AS SELECT id FROM middle; CREATE SEQUENCE numbers;
                CREATE TABLE counted (n bigint DEFAULT nextval('numbers'))
                """
            }
        let fixture = try SQLiteFixture(
            "CREATE TABLE goods (id INTEGER, name TEXT); INSERT INTO goods VALUES (1, 'a'), (1, 'b')")
        defer { fixture.remove() }
        let migrations = Self.history + [Migration("0002-script") { RunSQL(.sql(script), undo: .nothing) }]
        try await backend.withDatabase { target in
            let error = await #expect(throws: DatabaseError.self) {
                try await Self.transfer(fixture, target, migrations)
            }
            #expect(error?.kind == .unique, "\(String(describing: error))")
            if !target.isMissing { try await backend.expectNothing(in: target) }
        }
    }

    private static func makeTheirs(in url: DatabaseURL) {
        do {
            let other = try connect(to: url)
            defer { other.close() }
            try other.execute("CREATE TABLE theirs (a int)")
        } catch {
            Issue.record(error)
        }
    }

    @Test("rules say how values are read, and what becomes of those that do not fit", arguments: Backend.available)
    func rules(_ backend: Backend) async throws {
        let fixture = try SQLiteFixture(
            Self.script + "UPDATE goods SET made = 1767322800, price = 'dear' WHERE id = 2; CREATE TABLE logs (a)")
        defer { fixture.remove() }
        var rules = TransferRules()
        var goods = TransferRules.TableRule(name: "goods", line: 1)
        var made = TransferRules.ColumnRule(name: "made", line: 2)
        made.moment = .unix
        goods.columns = [made]
        goods.onMismatch = .quarantine
        var logs = TransferRules.TableRule(name: "logs", line: 3)
        logs.isSkipped = true
        rules.tables = [goods, logs]
        try await backend.withDatabase { target in
            let report = try await Self.transfer(fixture, target, Self.history, rules: rules)
            #expect(report.verdict == .verified)
            let line = try #require(report.tables.first { $0.name == "goods" })
            #expect([line.sourceRows, line.targetRows, line.quarantined] == [2, 1, 1])
            let aside = try await target.withConnection {
                try $0.values("SELECT row_key, column_name FROM tc_quarantine")
            }
            #expect(aside == [["id=2", "price"]])
        }
        goods.rename = "wares"
        rules.tables = [goods, logs]
        let renaming = rules
        _ = try await backend.withDatabase { target in
            await #expect(throws: SchemaTransferError.renamed("goods", line: 1)) {
                try await Self.transfer(fixture, target, Self.history, rules: renaming)
            }
        }
    }

    @Test("rows without a parent are kept and listed", arguments: Backend.available)
    func orphans(_ backend: Backend) async throws {
        let fixture = try SQLiteFixture(Self.script + "UPDATE goods SET group_id = 9 WHERE id = 2")
        defer { fixture.remove() }
        try await backend.withDatabase { target in
            let report = try await Self.transfer(fixture, target, Self.history)
            #expect(report.verdict == .verified)
            let notes = report.tables.flatMap(\.notes)
            #expect(notes.count == 1 && notes[0].contains("1 row has no parent in groups (group_id=9)"), "\(notes)")
            // The only drift is a foreign key that can't be validated, because rows break it.
            let migrator = Migrator(history: try History(Self.history), database: target)
            let drift = try await migrator.drift().map(\.description)
            #expect(drift.count == (target.transferDialect.addsConstraints ? 1 : 0), "\(drift)")
        }
    }

    @Test("a database of our own at an earlier position is matched by name, and the report says so")
    func earlier() async throws {
        let later =
            Self.history + [Migration("0002-more") { AlterTable("goods") { AddColumn("more", .text).nullable() } }]
        try await Backend.sqlite.withDatabase { source in
            try await Migrator(history: try History(Self.history), database: source).up()
            try await Backend.sqlite.withDatabase { target in
                let report = try await HistoryTransfer(from: source, to: target, into: try History(later)).run()
                #expect(report.verdict == .verified)
                #expect(report.remarks.contains { $0.contains("lacks 0002-more") && $0.contains("run up") })
            }
        }
    }

    @Test("rows that migrations put into the target give way to those of our own source", arguments: Backend.available)
    func ownRows(_ backend: Backend) async throws {
        let history = try History.teleclaude()
        try await Backend.sqlite.withDatabase { source in
            try await Migrator(history: history, database: source).up()
            let zeros = String(repeating: "0", count: 64)
            try await source.withConnection { connection in
                _ = try connection.execute("UPDATE daemon_lease SET epoch = 7")
                for seq in 1...3 {
                    _ = try connection.execute(
                        """
                        INSERT INTO audit_log (seq, at, uid, role, action, outcome, previous_hash, hash) VALUES \
                        (\(seq), '2026-01-02T03:04:05.000006Z', 0, 'admin', 'send', 'allowed', \(zeros), \(zeros))
                        """)
                }
            }
            try await backend.withDatabase { target in
                let report = try await HistoryTransfer(from: source, to: target, into: history).run()
                #expect(report.verdict == .verified && report.omitted == [])
                try await target.withConnection { connection throws in
                    #expect(try connection.queryValue("SELECT epoch FROM daemon_lease")?.integer == 7)
                    #expect(try connection.values("SELECT id, seq FROM audit_head") == [[1, 3]])
                    // The triggers work again.
                    #expect(throws: DatabaseError.self) { try connection.execute("DELETE FROM audit_log") }
                    #expect(throws: DatabaseError.self) { try connection.execute("UPDATE audit_head SET seq = 0") }
                }
                let migrator = Migrator(history: history, database: target)
                #expect(try await migrator.drift() == [])
            }
        }
    }

    @Test("rows that migrations put into the target are in a stranger's way", arguments: Backend.available)
    func strangersRows(_ backend: Backend) async throws {
        let history =
            Self.history + [Migration("0002-row") { RunSQL("INSERT INTO goods (name) VALUES ('x')", undo: .nothing) }]
        let fixture = try SQLiteFixture(Self.script)
        defer { fixture.remove() }
        try await backend.withDatabase { target -> Void in
            await #expect(throws: SchemaTransferError.filledByHistory(["goods"])) {
                try await Self.transfer(fixture, target, history)
            }
        }
    }

    /// Transfers TeleClaude's own single-user database. A few rows hold broken JSON, and one a NUL, which the declared schema does not
    /// accept.
    @Test("the legacy database goes into the real history", arguments: Backend.available)
    func legacy(_ backend: Backend) async throws {
        let fixture = try SQLiteFixture(copyOf: Fixtures.path("legacy/small.db"))
        defer { fixture.remove() }
        let before = try fixture.contents()
        let migrations = try History.teleclaude().migrations
        try await backend.withDatabase { target in
            await #expect(throws: TransferError.self) {
                try await Self.transfer(fixture, target, migrations, ignoring: ["schema_migrations"])
            }
            if !target.isMissing { try await backend.expectNothing(in: target) }
        }
        try await backend.withDatabase { target in
            let report = try await Self.transfer(
                fixture, target, migrations, ignoring: ["schema_migrations"], rules: .forLegacyDatabase)
            #expect(report.verdict == .verified)
            #expect(report.tables.allSatisfy { $0.sourceRows == $0.targetRows + $0.quarantined })
            #expect(report.tables.first { $0.name == "sessions" }?.targetRows == 200)
            #expect((1...5).contains(report.tables.reduce(0) { $0 + $1.quarantined }))
            #expect(report.tables.flatMap(\.notes).filter { $0.contains("no parent") }.count == 3)
            #expect(
                try await Migrator(history: try History(migrations), database: target).status().position == .current)
        }
        #expect(try fixture.contents() == before)
    }
}

extension Backend {
    fileprivate func expectNothing(in target: Database) async throws {
        let names = try await target.withConnection { try $0.existingObjects(of: self) }
        #expect(names == [])
    }
}

extension Connection {
    fileprivate func existingObjects(of backend: Backend) throws -> [String] {
        switch backend {
        case .sqlite: try SQLiteDialect().existingObjects(ignoring: [], on: self)
        case .postgresql: try PostgreSQLDialect().existingObjects(ignoring: [], on: self)
        }
    }
}
