import Dialects
import Migrator
import TestSupport
import Testing
import Transfer

/// Transfers every database of `Tests/Fixtures/torture`, and TeleClaude's single-user database, on the ways that lead back to SQLite.
@Suite("Transfers between all pairs of databases", .serialized)
struct TransferPairTests {
    static let torture = [
        "01_text_in_int", "02_abc_in_real", "04_int64", "07_inf_negzero", "09_text_nul", "11_blob_in_text",
        "13_bool_forms", "15_ts_iso_tz", "16_ts_epoch", "20_names", "22_norowid_nopk", "23_generated", "24_fk_cycle",
        "26_composite_pk_fk", "27_indexes", "30_views_triggers", "31_fts5", "32_autoinc", "33_types_odd", "36_defaults",
        "38_null_in_int_notype", "41_escapes", "43_dup_case_cols",
    ]

    @Test("SQLite to SQLite keeps every word of the schema and every value", arguments: torture)
    func sameEngineCopy(_ name: String) async throws {
        let fixture = try SQLiteFixture(Fixtures.text("torture/\(name).sql"))
        defer { fixture.remove() }
        try await Self.expectSameEngineCopy(of: fixture)
    }

    @Test(
        "SQLite to PostgreSQL and home again gives equal values",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason), arguments: torture)
    func roundTrip(_ name: String) async throws {
        let fixture = try SQLiteFixture(Fixtures.text("torture/\(name).sql"))
        defer { fixture.remove() }
        try await Self.expectRoundTrip(of: fixture)
    }

    @Test("the legacy database goes both ways") func legacy() async throws {
        let fixture = try SQLiteFixture(copyOf: Fixtures.path("legacy/small.db"))
        defer { fixture.remove() }
        try await Self.expectSameEngineCopy(of: fixture)
        guard TestPostgreSQL.isWanted else { return }
        try await Self.expectRoundTrip(of: fixture)
    }

    @Test("SQLite to SQLite takes rows as they are, also those that break a check, and the check holds for new ones")
    func brokenChecks() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (v INT CHECK (v > 0)); PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES (-1), (1);
            """)
        defer { fixture.remove() }
        try await withTemporaryFolder { folder in
            let copy = try DatabaseURL(parsing: "sqlite:\(folder)/copy.db")
            #expect(try await Self.transfer(fixture.url, copy).verdict == .verified)
            let connection = try connect(to: copy, ConnectionOptions(access: .readWrite))
            defer { connection.close() }
            let sum = try connection.queryValue("SELECT count(*) || ' ' || sum(v) FROM t")
            #expect(sum == "2 0")
            #expect(throws: DatabaseError.self) { try connection.execute("INSERT INTO t VALUES (-2)") }
        }
    }

    /// SpatiaLite's `SpatialIndex` has no table that holds rows for it, and a table of sqlite-vec has none whose name SQLite knows.
    @Test("SQLite to SQLite keeps virtual tables of modules that only the application has")
    func foreignModules() async throws {
        let fixture = try SQLiteFixture(foreignModule)
        defer { fixture.remove() }
        try await withTemporaryFolder { folder in
            let copy = "\(folder)/copy.db"
            let report = try await Self.transfer(fixture.url, try DatabaseURL(parsing: "sqlite:" + copy))
            #expect(report.verdict == .verified && report.omitted == [], "\(report)")
            let query = """
                SELECT name || ' ' || sql FROM sqlite_master WHERE tbl_name NOT LIKE 'tc\\_%' ESCAPE '\\' \
                AND name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' AND sql IS NOT NULL ORDER BY 1
                """
            #expect(try Self.rows(query, fixture.path) == Self.rows(query, copy))
            #expect(try Self.rows("PRAGMA integrity_check", copy) == [["ok"]])
        }
    }

    @Test("of tables that were asked for, SQLite to SQLite names the virtual tables that stay behind")
    func foreignModulesLeftOut() async throws {
        let fixture = try SQLiteFixture(foreignModule)
        defer { fixture.remove() }
        try await withTemporaryFolder { folder in
            let report = try await Self.transfer(
                fixture.url, try DatabaseURL(parsing: "sqlite:\(folder)/copy.db"),
                options: TransferOptions(tables: ["places"]))
            #expect(report.omitted.map(\.name) == ["Nearest", "places_ai"], "\(report.omitted)")
            #expect(report.omitted.first?.reason == "only the tables that were asked for are transferred")
        }
    }

    private let foreignModule = """
        CREATE TABLE places (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO places VALUES (1, 'a');
        CREATE TABLE Nearest_chunks (id INTEGER PRIMARY KEY, bytes BLOB); INSERT INTO Nearest_chunks VALUES (1, x'00');
        PRAGMA writable_schema = ON;
        INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES
            ('table', 'Nearest', 'Nearest', 0, 'CREATE VIRTUAL TABLE Nearest USING module_of_the_app()');
        PRAGMA writable_schema = RESET;
        CREATE TRIGGER places_ai AFTER INSERT ON places BEGIN INSERT INTO Nearest VALUES (NEW.id); END;
        """

    private static func expectSameEngineCopy(of fixture: SQLiteFixture) async throws {
        try await withTemporaryFolder { folder in
            let copy = "\(folder)/copy.db"
            let report = try await transfer(fixture.url, try DatabaseURL(parsing: "sqlite:" + copy))
            #expect(report.verdict == .verified && report.omitted == [], "\(report)")
            try await expectEqual(fixture.url, try DatabaseURL(parsing: "sqlite:" + copy))
            for query in [
                """
                SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_master \
                WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' AND tbl_name NOT LIKE 'tc\\_%' ESCAPE '\\' ORDER BY 1
                """, "PRAGMA user_version", "PRAGMA application_id",
                "SELECT * FROM pragma_foreign_key_check() ORDER BY 1, 2, 3, 4",
            ] {
                #expect(try rows(query, fixture.path) == rows(query, copy), "\(query)")
            }
            #expect(try rows("PRAGMA integrity_check", copy) == [["ok"]])
        }
    }

    static func expectRoundTrip(of fixture: SQLiteFixture) async throws {
        try await withTemporaryFolder { folder in
            try await TestPostgreSQL.withFreshDatabase { between in
                let home = try DatabaseURL(parsing: "sqlite:\(folder)/home.db")
                #expect(try await transfer(fixture.url, between).verdict == .verified)
                let back = try await transfer(between, home)
                #expect(back.verdict == .verified, "\(back)")
                #expect(back.tables.allSatisfy { $0.targetDigest != nil || $0.targetRows == 0 })
                try await expectEqual(fixture.url, home)
                #expect(try rows("PRAGMA integrity_check", "\(folder)/home.db") == [["ok"]])
            }
        }
    }

    static func transfer(
        _ source: DatabaseURL, _ target: DatabaseURL, options: TransferOptions = TransferOptions()
    ) async throws -> TransferReport {
        let from = try Database(source, options: ConnectionOptions(access: .readOnly))
        let to = try Database(target, options: ConnectionOptions(access: .create))
        let result: Result<TransferReport, any Error>
        do {
            result = .success(try await DatabaseTransfer(from: from, to: to, options: options).run())
        } catch {
            result = .failure(error)
        }
        await from.close()
        await to.close()
        return try result.get()
    }

    static func expectEqual(_ a: DatabaseURL, _ b: DatabaseURL) async throws {
        let databases = try [a, b].map { try Database($0, options: ConnectionOptions(access: .readOnly)) }
        let report = try await Verification(of: databases[0], against: databases[1]).run()
        for database in databases { await database.close() }
        #expect(report.isEqual && report.notCompared == [], "\(report)")
    }

    private static func rows(_ query: String, _ path: String) throws -> [[Value]] {
        let connection = try connect(to: DatabaseURL(parsing: "sqlite:" + path), ConnectionOptions(access: .readOnly))
        defer { connection.close() }
        return try connection.values(SQL(trusted: query))
    }
}
