import Dialects
import Transfer
import TestSupport
import Testing

/// Tests whole transfers into a real server, and compares them value by value.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferTests {
    /// A database of `Tests/Fixtures/torture`, and the expected report. All of these databases are transferred completely.
    struct Torture: Sendable, CustomTestStringConvertible {
        var name: String
        /// The columns whose type differs from the declared one, such as `t.v` → `text`.
        var types: [String: String] = [:]
        /// The names of the objects that are not transferred.
        var omitted: Set<String> = []

        var testDescription: String { name }

        static let all = [
            Torture(name: "01_text_in_int", types: ["t.v": "text"]),
            Torture(name: "02_abc_in_real", types: ["t.v": "text"]),
            Torture(name: "04_int64"),
            Torture(name: "07_inf_negzero"),
            Torture(name: "09_text_nul", types: ["t.v": "bytea"]),
            Torture(name: "11_blob_in_text", types: ["t.v": "bytea"]),
            Torture(name: "13_bool_forms", types: ["t.v": "text"]),
            Torture(name: "15_ts_iso_tz", types: ["t.v": "text"]),
            Torture(name: "16_ts_epoch", types: ["t.v": "bigint"]),
            Torture(name: "20_names"),
            Torture(name: "22_norowid_nopk"),
            Torture(name: "23_generated"),
            Torture(name: "24_fk_cycle"),
            Torture(name: "26_composite_pk_fk"),
            Torture(name: "27_indexes"),
            Torture(name: "30_views_triggers", omitted: ["tr"]),
            Torture(name: "31_fts5"),
            Torture(name: "32_autoinc"),
            // SQLite itself stores 18446744073709551615 as a double.
            Torture(name: "33_types_odd", types: ["t.c": "double precision", "t.d": "bytea"]),
            Torture(name: "36_defaults"),
            Torture(name: "38_null_in_int_notype", types: ["t.v": "bytea"]),
            // A lone surrogate is not valid UTF-8.
            Torture(name: "41_escapes", types: ["t.v": "bytea"]),
            Torture(name: "43_dup_case_cols"),
        ]
    }

    @Test(arguments: Torture.all)
    func torture(_ torture: Torture) async throws {
        let fixture = try SQLiteFixture(Fixtures.text("torture/\(torture.name).sql"))
        defer { fixture.remove() }
        let before = try fixture.contents()
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await Self.transfer(fixture, into: url)
            #expect(try fixture.contents() == before)
            #expect(report.verdict == .verified)
            let types = Dictionary(uniqueKeysWithValues: report.types.map { ("\($0.table).\($0.column)", $0.type) })
            #expect(types == torture.types)
            #expect(Set(report.omitted.map(\.name)) == torture.omitted)
            try Self.withBothEnds(fixture, url) { source, target in
                for table in report.tables {
                    let differences = try TransferComparison(source: source, target: target).differences(
                        table: table.name)
                    #expect(differences == [])
                }
            }
        }
    }

    /// Timestamps that other platforms write for "never", in a time zone of their own.
    @Test(arguments: ["9999-12-31 23:59:59.9999999-05:00", "9999-12-31 23:59:59-05:00", "0001-01-01 00:00:00+02:00"])
    func outOfTheYears(_ text: String) async throws {
        let fixture = try SQLiteFixture("CREATE TABLE t (a DATETIME); INSERT INTO t VALUES ('\(text)');")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await Self.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            #expect(report.types.map(\.type) == ["text"])
            let target = try connect(to: url)
            defer { target.close() }
            let held = try target.queryValue("SELECT a FROM t")?.text
            #expect(held == text)
        }
    }

    /// The program's own tables are not part of the schema. If one of them has rows, the report says that these are left behind.
    @Test(arguments: [0, 1, 2])
    func whatAnEarlierTransferSetAsideIsNamed(_ rows: Int) async throws {
        let values = Array(repeating: "('t', 'id=1', 'v', 'is no number', '{}')", count: rows).joined(separator: ", ")
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY);
            CREATE TABLE tc_quarantine (source_table TEXT, row_key TEXT, column_name TEXT, reason TEXT, record TEXT);
            \(rows == 0 ? "" : "INSERT INTO tc_quarantine VALUES \(values);")
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await Self.transfer(fixture, into: url)
            let remarks = report.remarks.filter { $0.contains("tc_quarantine") }
            let held = rows == 1 ? "1 row" : "\(rows) rows"
            #expect(
                remarks
                    == (rows == 0
                        ? []
                        : ["tc_quarantine stays in the source: it holds \(held) that an earlier transfer set aside"])
            )
        }
    }

    /// TeleClaude's own single-user database: 200 sessions, orphans, mixed timestamps, full-text tables.
    @Test func legacyDatabase() async throws {
        let fixture = try SQLiteFixture(copyOf: Fixtures.path("legacy/small.db"))
        defer { fixture.remove() }
        let before = try fixture.contents()
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await Self.transfer(fixture, into: url)
            #expect(try fixture.contents() == before)
            #expect(report.verdict == .verified)
            #expect(report.tables.count == 21)
            let notes = report.tables.flatMap(\.notes)
            #expect(notes.count == 3 && notes.allSatisfy { $0.contains("no parent in") }, "\(notes)")
            try Self.withBothEnds(fixture, url) { source, target in
                for table in report.tables {
                    let differences = try TransferComparison(source: source, target: target).differences(
                        table: table.name)
                    #expect(differences == [])
                }
                let indexes = try target.queryValue("SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'")
                let made = try source.queryValue(
                    "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
                #expect(indexes?.integer ?? 0 > made?.integer ?? 0)
            }
        }
    }

    static func transfer(
        _ fixture: SQLiteFixture, into url: DatabaseURL, options: TransferOptions = TransferOptions()
    ) async throws -> TransferReport {
        let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
        let target = try Database(url)
        let result: Result<TransferReport, any Error>
        do {
            result = .success(try await DatabaseTransfer(from: source, to: target, options: options).run())
        } catch {
            result = .failure(error)
        }
        await source.close()
        await target.close()
        return try result.get()
    }

    /// Expects that a database has objects of exactly these names.
    static func expectOccupants(_ names: [String], of url: DatabaseURL) throws {
        let connection = try connect(to: url)
        defer { connection.close() }
        let existingObjects = try PostgreSQLDialect().existingObjects(ignoring: [], on: connection)
        #expect(existingObjects == names)
    }

    static func withBothEnds(
        _ fixture: SQLiteFixture, _ url: DatabaseURL, _ check: (any Connection, any Connection) throws -> Void
    ) throws {
        let source = try connect(to: fixture.url, ConnectionOptions(access: .readOnly))
        defer { source.close() }
        let target = try connect(to: url)
        defer { target.close() }
        try check(source, target)
    }
}
