import Dialects
import Migrator
import TestSupport
import Testing
import Transfer

/// Tests transfers from a PostgreSQL database that has one of each kind of object.
@Suite("Transfers out of PostgreSQL", .serialized, .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PostgreSQLSourceTests {
    private static func withRichDatabase(_ body: (DatabaseURL) async throws -> Void) async throws {
        let script = try Fixtures.text("postgresql-rich.sql")
        try await TestPostgreSQL.withFreshDatabase { url in
            let connection = try connect(to: url)
            do {
                try connection.executeScript(script)
                connection.close()
            } catch {
                connection.close()
                throw error
            }
            try await body(url)
        }
    }

    private static func values(_ sql: String, on url: DatabaseURL) throws -> [[Value]] {
        let connection = try connect(to: url, ConnectionOptions(access: .readOnly))
        defer { connection.close() }
        return try connection.values(SQL(trusted: sql))
    }

    @Test("into PostgreSQL: every value, key, index and check as it was")
    func sameEngineCopy() async throws {
        try await Self.withRichDatabase { source in
            try await TestPostgreSQL.withFreshDatabase { target in
                let report = try await TransferPairTests.transfer(source, target)
                #expect(report.verdict == .verified)
                #expect(report.tables.allSatisfy { $0.targetDigest != nil })
                #expect(
                    Set(report.omitted.map(\.name)) == [
                        "p.tw DEFAULT", "mv", "mood", "posint", "twice(integer)",
                    ], "\(report.omitted)")
                #expect(report.remarks.contains("serial columns become identity columns: Kid.id"), "\(report.remarks)")
                let types = Dictionary(uniqueKeysWithValues: report.types.map { ("\($0.table).\($0.column)", $0.type) })
                #expect(types == ["p.m": "text", "p.d": "integer"])
                for query in [
                    "SELECT p::text FROM p ORDER BY id", #"SELECT k::text FROM "Kid" k ORDER BY id"#,
                    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'tc\\_%' ORDER BY 1",
                    """
                    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                    WHERE conrelid <> 0 AND conrelid::regclass::text NOT LIKE 'tc\\_%' AND connamespace = 'public'::regnamespace
                      AND conname NOT IN ('p_m_check', 'p_d_posint_check') ORDER BY 1
                    """, "SELECT pg_get_viewdef('v'::regclass)",
                    """
                    SELECT attname, attidentity, attgenerated, attnotnull, attcollation FROM pg_attribute
                    WHERE attrelid = 'p'::regclass AND attnum > 0 AND attname NOT IN ('m', 'd') ORDER BY attnum
                    """,
                ] {
                    #expect(try Self.values(query, on: source) == Self.values(query, on: target), "\(query)")
                }
                // The checks of an enumeration's labels and of a domain are the table's own by now.
                let named = "conname IN ('p_m_check', 'p_d_posint_check')"
                let checks = try Self.values(
                    "SELECT conname FROM pg_constraint WHERE \(named) ORDER BY 1", on: target)
                #expect(checks == [["p_d_posint_check"], ["p_m_check"]])
                // The sequence continues with a number that was never issued.
                #expect(
                    try Self.insertedID(#"INSERT INTO "Kid" (note) VALUES ('n') RETURNING id"#, target) == 4)
            }
        }
    }

    private static func insertedID(_ statement: String, _ url: DatabaseURL) throws -> Int64? {
        let connection = try connect(to: url)
        defer { connection.close() }
        return try connection.queryValue(SQL(trusted: statement))?.integer
    }

    @Test("into SQLite: what it has no type for as text, and what it has no words for listed")
    func intoSQLite() async throws {
        try await Self.withRichDatabase { source in
            try await withTemporaryFolder { folder in
                let target = try DatabaseURL(parsing: "sqlite:\(folder)/copy.db")
                let report = try await TransferPairTests.transfer(source, target)
                #expect(report.verdict == .verified)
                let rows = try Self.values(
                    """
                    SELECT code, m, d, s, dd, n, n2, ts, tz, da, ti, u, jb, hex(b), bo, ia, ip, iv, r, tt FROM p ORDER BY id
                    """, on: target)
                #expect(
                    rows == [
                        [
                            "a", "ok", 5, 7, "nan", "12345678901234567890.123456789", "1.50",
                            "2024-01-02 03:04:05.678000",
                            "2024-01-02T01:04:05.000000Z", "2024-02-29", "24:00:00.000000",
                            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", #"{"a": [1, 2], "b": 1}"#, "0001FF", 1,
                            "{1,NULL,3}",
                            "10.0.0.0/8", "1 mon 2 days", "[1,5)", "03:04:05+01",
                        ],
                        [
                            "b", "it's", 1, -3, "-inf", "NaN", "0.01", "infinity", "-infinity", "infinity",
                            "00:00:01.500000", nil, "null", "", 1, "{}", "::1", "-1 years", "empty", "23:59:59-12",
                        ],
                        [
                            "c", nil, nil, nil, "0.1", "1.10", "99999999.99", "0044-03-15 12:00:00.000000 BC",
                            "12024-01-01 00:00:00.000000Z", "0044-03-15 BC", "23:59:59.999999", nil, nil, "", nil, nil,
                            nil,
                            nil, nil, nil,
                        ],
                    ])
                let noted = Set(report.types.map(\.column))
                #expect(noted.isSuperset(of: ["m", "d", "dd", "n", "ts", "tz", "da", "ti", "ia", "ip", "mo"]))
                let left = report.omitted.map(\.name)
                #expect(
                    Set(left).isSuperset(of: [
                        "p_jb_idx", "mv", "p.tw DEFAULT", "nokey CHECK (a > 1)",
                    ]))
                let names = try Self.values(
                    "SELECT name FROM sqlite_master WHERE type IN ('view', 'index') AND sql IS NOT NULL ORDER BY 1",
                    on: target)
                #expect(names == [["c_lower"], ["p_lower_idx"], ["part"], ["v"]])
                #expect(
                    try Self.values("SELECT note, code FROM v ORDER BY id", on: target) == [["a", "a"], ["b", "b"]])
                #expect(try Self.values("PRAGMA foreign_key_check", on: target) == [])
                #expect(try Self.insertedID(#"INSERT INTO "Kid" (note) VALUES ('n') RETURNING id"#, target) == 4)
                // Checks and defaults mean the same as in the source.
                for bad in ["('', 1)", "('0123456789a', 1)", "('x', 0)", "('x', '-1.5')"] {
                    #expect(throws: DatabaseError.self) {
                        try Self.insertedID("INSERT INTO p (code, n2) VALUES \(bad) RETURNING id", target)
                    }
                }
                #expect(try Self.insertedID("INSERT INTO p (code, n2) VALUES ('z', '0.01') RETURNING id", target) == 4)
                #expect(try Self.values("SELECT m, jb, bo FROM p WHERE code = 'z'", on: target) == [["sad", "{}", 1]])
            }
        }
    }

    @Test("two names that SQLite takes for one become two, and the report says so")
    func caseOfNames() async throws {
        try await TestPostgreSQL.withFreshDatabase { source in
            _ = try connect(to: source).executeScript(
                #"CREATE TABLE a (x int); CREATE TABLE "A" (x int); INSERT INTO a VALUES (1), (2)"#)
            try await withTemporaryFolder { folder in
                let target = try DatabaseURL(parsing: "sqlite:\(folder)/copy.db")
                let report = try await TransferPairTests.transfer(source, target)
                #expect(report.verdict == .verified && report.renames.count == 1)
                let rename = try #require(report.renames.first)
                #expect(rename.kind == "table" && rename.from.lowercased() == "a" && rename.to.lowercased() != "a")
            }
        }
    }
}
