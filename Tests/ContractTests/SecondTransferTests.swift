import Dialects
import Migrator
import TCMigrations
import TestSupport
import Testing
import Transfer

@Suite("Transfers into a schema that the history has made before", .serialized)
struct SecondTransferTests {
    private static let events = """
        CREATE TABLE signal_clusters (id INTEGER PRIMARY KEY AUTOINCREMENT, cluster_key TEXT NOT NULL, tags TEXT,
            is_burst INTEGER NOT NULL DEFAULT 0, formed_at TEXT NOT NULL, UNIQUE (cluster_key));
        CREATE TABLE notifications (id INTEGER PRIMARY KEY AUTOINCREMENT, event_type TEXT NOT NULL, source TEXT NOT NULL,
            level INTEGER NOT NULL, idempotency_key TEXT UNIQUE, payload TEXT NOT NULL, created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL);
        INSERT INTO signal_clusters VALUES (7, 'c', '["ai"]', 1, '2026-03-01T10:00:00+00:00');
        INSERT INTO notifications VALUES (1, 'x', 'd', 0, NULL, '{"a": 1}', '2026-03-01T10:00:00.000001+00:00', '2026-03-01T10:00:00Z'),
            (2, 'x', 'd', 0, NULL, '{}', '2026-03-01 10:00:00', '2026-03-01T10:00:00'), (3, 'x', 'd', 0, 'k', '[]',
            '2026-03-01T10:00:00.5Z', '2026-03-01T10:00:00+02:00'), (90, 'x', 'd', 0, 'k90', '{}', '2026-03-01', '2026-03-01');
        DELETE FROM notifications WHERE id = 90;
        """

    private static func withSource<T>(_ script: String, _ body: (Database) async throws -> T) async throws -> T {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
        let result: Result<T, any Error>
        do { result = .success(try await body(source)) } catch { result = .failure(error) }
        await source.close()
        return try result.get()
    }

    private static func setting(_ connection: any Connection) throws {
        _ = try connection.execute("INSERT INTO system_settings (key, value) VALUES ('mine', 'kept')")
        _ = try connection.execute("UPDATE daemon_lease SET epoch = 7")
    }

    private static func settings(_ connection: any Connection) throws -> [[Value]] {
        try connection.values("SELECT value, (SELECT epoch FROM daemon_lease) FROM system_settings")
    }

    private static func epoch(_ target: Database) async throws -> Int64? {
        try await target.withConnection { try $0.queryValue("SELECT epoch FROM daemon_lease")?.integer }
    }

    @Test("its empty tables are filled, and the others stay as they are", arguments: Backend.available)
    func fills(_ backend: Backend) async throws {
        let history = try History.teleclaude()
        try await backend.withDatabase { target in
            try await Migrator(history: history, database: target).up()
            try await target.withConnection { try Self.setting($0) }
            try await Self.withSource(Self.events) { source in
                let transfer = HistoryTransfer(from: source, to: target, into: history)
                #expect(try await transfer.plan().tables.map(\.rows).reduce(0, +) == 4)
                let report = try await transfer.run()
                #expect(report.verdict == .verified && report.omitted == [])
                #expect(report.tables.map(\.name).sorted() == ["notifications", "signal_clusters"])
                // A second run finds the tables filled, and changes nothing.
                for run in [{ _ = try await transfer.run() }, { _ = try await transfer.plan() }] {
                    let refusal = await #expect(throws: SchemaTransferError.self) { try await run() }
                    guard case .filled(let names) = refusal else {
                        Issue.record("\(String(describing: refusal))")
                        continue
                    }
                    #expect(names.sorted() == ["notifications", "signal_clusters"])
                }
            }
            #expect(try await Migrator(history: history, database: target).drift() == [])
            try await target.withConnection { connection throws in
                #expect(try Self.settings(connection) == [["kept", 7]])
                #expect(try connection.values("SELECT id, is_burst FROM signal_clusters").count == 1)
                let again =
                    "INSERT INTO notifications (event_type, source, level, idempotency_key, created_at, updated_at)"
                let moment = "2026-03-01T10:00:00.000000Z"
                _ = try connection.execute("\(trusted: again) VALUES ('x', 'd', 0, NULL, \(moment), \(moment))")
                #expect(try connection.queryValue("SELECT max(id) FROM notifications")?.integer == 91)
                #expect(throws: DatabaseError.self) {
                    try connection.execute("\(trusted: again) VALUES ('x', 'd', 0, 'k', \(moment), \(moment))")
                }
            }
        }
    }

    @Test("what is refused there leaves it as it was", arguments: Backend.available)
    func refusals(_ backend: Backend) async throws {
        let history = try History.teleclaude()
        let bad =
            Self.events + "INSERT INTO notifications VALUES (4, 'x', 'd', 0, NULL, '{', 'yesterday', '2026-03-01');"
        try await backend.withDatabase { target in
            try await Migrator(history: history, database: target).up()
            try await target.withConnection { try Self.setting($0) }
            try await Self.withSource(bad) { source in
                await #expect(throws: TransferError.self) {
                    try await HistoryTransfer(from: source, to: target, into: history).run()
                }
                // A table was filled between the plan and the load.
                await #expect(throws: SchemaTransferError.nothingToIgnore("none")) {
                    try await HistoryTransfer(from: source, to: target, into: history, ignoring: ["none"]).run()
                }
            }
            // Rows that migrations have inserted are replaced in an otherwise empty target, but never in a target that is in use.
            try await Backend.sqlite.withDatabase { own in
                try await Migrator(history: history, database: own).up()
                let refusal = await #expect(throws: SchemaTransferError.self) {
                    try await HistoryTransfer(from: own, to: target, into: history).run()
                }
                #expect(refusal?.code == "target_filled")
            }
            #expect(try await Migrator(history: history, database: target).drift() == [])
            try await target.withConnection { connection throws in
                let (settings, count) = (
                    try Self.settings(connection), try connection.queryValue("SELECT count(*) FROM notifications")
                )
                #expect(settings == [["kept", 7]])
                #expect(count?.integer == 0)
            }
        }
    }

    /// Runs `body` on a source of this same history, whose migrations have put rows into both databases.
    private static func withOwn(_ history: History, _ body: (Database) async throws -> Void) async throws {
        try await Backend.sqlite.withDatabase { own in
            try await Migrator(history: history, database: own).up()
            try await own.withConnection { try Self.setting($0) }
            try await body(own)
        }
    }

    @Test(
        "what a killed run has migrated is gone on with, unless somebody else has changed rows since",
        arguments: Backend.available)
    func continued(_ backend: Backend) async throws {
        let history = try History.teleclaude()
        try await Self.withOwn(history) { own in
            try await backend.withDatabase { target in
                // The load is one transaction, so that a run which is killed in it leaves what its migrations made.
                let transfer = HistoryTransfer(from: own, to: target, into: history)
                try await transfer.migrate(besides: [])
                let epoch = try await Self.epoch(target)
                try await target.withConnection { _ = try $0.execute("UPDATE daemon_lease SET epoch = 9") }
                for run in [
                    { _ = try await transfer.run() }, { _ = try await transfer.plan() },
                    { _ = try await HistoryTransfer.abandon(in: target, of: history) },
                ] {
                    let refusal = await #expect(throws: SchemaTransferError.self) { try await run() }
                    #expect(refusal?.code == "target_in_use")
                }
                #expect(try await Self.epoch(target) == 9)
                try await target.withConnection {
                    _ = try $0.execute("UPDATE daemon_lease SET epoch = \(epoch ?? 0)")
                }
                #expect(try await transfer.plan().tables.isEmpty == false)
                #expect(try await transfer.run().verdict == .verified)
                try await target.withConnection { connection throws in
                    let (settings, isNoted) = (
                        try Self.settings(connection), try connection.hasTable("tc_filling")
                    )
                    #expect(settings == [["kept", 7]] && !isNoted)
                }
            }
            // The run was killed between two migrations.
            try await backend.withDatabase { target in
                let shorter = try History(Array(history.migrations.dropLast()))
                try await HistoryTransfer(from: own, to: target, into: shorter).migrate(besides: [])
                #expect(try await HistoryTransfer(from: own, to: target, into: history).run().verdict == .verified)
                #expect(try await Migrator(history: history, database: target).drift() == [])
            }
        }
    }

    @Test("what a killed run has migrated can be abandoned, and what others made stays", arguments: Backend.available)
    func abandoned(_ backend: Backend) async throws {
        let history = try History.teleclaude()
        try await Self.withOwn(history) { own in
            try await backend.withDatabase { target in
                try await HistoryTransfer(from: own, to: target, into: history).migrate(besides: [])
                try await target.withConnection { try $0.executeScript("CREATE TABLE others (a int)") }
                let plan = try await HistoryTransfer.abandonment(in: target, of: history)
                #expect(plan.kept == ["others"] && plan.removed.contains("daemon_lease"))
                #expect(try await HistoryTransfer.abandon(in: target, of: history) == plan)
                let left = try await target.withConnection { try target.transferDialect.existingObjects(on: $0) }
                #expect(left == ["others"])
                await #expect(throws: TransferError.self) {
                    try await HistoryTransfer.abandon(in: target, of: history)
                }
            }
        }
    }

    @Test(
        "a target that somebody else has migrated since is theirs, also with no row changed, and another history's is left alone",
        arguments: Backend.available)
    func migratedSince(_ backend: Backend) async throws {
        let first = Migration("0001-a") { CreateTable("a") { Column("id", .bigint).primaryKey() } }
        let later = Migration("0002-b") { CreateTable("b") { Column("id", .bigint).primaryKey() } }
        let history = try History([first, later])
        try await Backend.sqlite.withDatabase { source in
            try await Migrator(history: history, database: source).up()
            try await backend.withDatabase { target in
                let begun = try History([first])
                try await HistoryTransfer(from: source, to: target, into: begun).migrate(besides: [])
                let other = try History([Migration("0001-x") { CreateTable("x") { Column("a", .text) } }])
                await #expect(throws: MigratorError.self) { try await HistoryTransfer.abandon(in: target, of: other) }
                try await Migrator(history: history, database: target).up()
                let refusal = await #expect(throws: SchemaTransferError.self) {
                    try await HistoryTransfer.abandon(in: target, of: history)
                }
                #expect(refusal == .inUse(["tc_migrations"]))
                #expect(try await Migrator(history: history, database: target).drift() == [])
                #expect(try await HistoryTransfer(from: source, to: target, into: history).run().verdict == .verified)
            }
        }
    }

    @Test("the note follows rows and names through every kind of migration", arguments: Backend.available)
    func noteFollows(_ backend: Backend) async throws {
        let migrations = [
            Migration("1") { CreateTable("a") { Column("id", .bigint).primaryKey() } },
            Migration("2") { RunSQL("INSERT INTO a VALUES (1), (2)", undo: .script("DELETE FROM a")) },
            Migration("3") { AlterTable("a") { AddColumn("note", .text).default("x") } },
            Migration("4") { RenameTable("a", to: "b") },
            Migration("5") { CreateView("v", as: "SELECT id FROM b") },
            Migration("6") { DropView("v") },
            Migration("7") { CreateView("w", as: "SELECT id FROM b") },
        ]
        try await Backend.sqlite.withDatabase { source in
            try await backend.withDatabase { target in
                for count in 1...migrations.count {
                    let history = try History(Array(migrations.prefix(count)))
                    try await HistoryTransfer(from: source, to: target, into: history).migrate(besides: [])
                    let plan = try await HistoryTransfer.abandonment(in: target, of: history)
                    #expect(plan.kept == [], "after \(count) migrations")
                }
                let history = try History(migrations)
                let removed = try await HistoryTransfer.abandon(in: target, of: history).removed
                #expect(Set(removed) == ["b", "w", "tc_filling", "tc_migrations"])
                try await target.withConnection {
                    let left = try target.transferDialect.existingObjects(on: $0)
                    #expect(left == [])
                }
            }
        }
    }

    @Test("a target that stands elsewhere in the history is refused", arguments: Backend.available)
    func elsewhere(_ backend: Backend) async throws {
        let history = try History.teleclaude()
        let shorter = try History(Array(history.migrations.dropLast()))
        let last = history.migrations.last?.id ?? ""
        try await Self.withSource(Self.events) { source in
            try await backend.withDatabase { target in
                try await Migrator(history: shorter, database: target).up()
                let transfer = HistoryTransfer(from: source, to: target, into: history)
                await #expect(throws: MigratorError.behind([last])) { try await transfer.run() }
                await #expect(throws: MigratorError.behind([last])) { try await transfer.plan() }
            }
            try await backend.withDatabase { target in
                try await Migrator(history: history, database: target).up()
                await #expect(throws: MigratorError.newer([last])) {
                    try await HistoryTransfer(from: source, to: target, into: shorter).run()
                }
            }
            try await backend.withDatabase { target in
                try await Migrator(
                    history: try History([Migration("0001-x") { CreateTable("x") { Column("a", .text) } }]),
                    database: target
                ).up()
                await #expect(throws: MigratorError.newer(["0001-x"])) {
                    try await HistoryTransfer(from: source, to: target, into: history).run()
                }
                let isThere = try await target.withConnection { try $0.hasTable("x") }
                #expect(isThere)
            }
        }
    }

    @Test("two at once: one fills it, and the other leaves alone what it finds", arguments: Backend.available)
    func atOnce(_ backend: Backend) async throws {
        let history = try History.teleclaude()
        try await Self.withSource(Self.events) { source in
            try await backend.withURL { url in
                let results = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<2 {
                        group.addTask {
                            guard
                                let target = try? Database(
                                    url, options: ConnectionOptions(access: .create, isOwned: true))
                            else { return false }
                            let report = try? await HistoryTransfer(from: source, to: target, into: history).run()
                            await target.close()
                            return report?.verdict == .verified
                        }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                guard results > 0 else { return }
                #expect(results == 1)
                let target = try Database(url, options: ConnectionOptions(access: .readWrite, isOwned: true))
                let rows = try await target.withConnection {
                    try $0.queryValue("SELECT count(*) FROM notifications")?.integer
                }
                await target.close()
                #expect(rows == 3)
            }
        }
    }
}
