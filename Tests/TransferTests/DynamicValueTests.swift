import Dialects
import TestSupport
import Testing
import Transfer

/// Tests expressions over values of which each row decides whether they are numbers or texts, and over others whose class SQLite's rules
/// for types decide. The law: the target accepts the same rows and sorts them alike, or the report lists the object.
@Suite("transfer: numbers among texts", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct DynamicValueTests {
    private static let columns = """
        (id INTEGER PRIMARY KEY, i INTEGER, r REAL, d DECIMAL(8,2), t TEXT, doc TEXT, w INT, u, v, nc TEXT COLLATE NOCASE, dt DATETIME,
            ts DATETIME, iso DATETIME, tm TIME
        """

    /// Rows that decide the columns' types: `w` holds texts as well, `u` only numbers, `v` only texts, and `dt` only days.
    private static let seeds = """
        (-1, 1, 1.5, 1.25, 'x', '{}', 'n/a', 5, '10', 'x', '2024-01-01', '2024-01-01 03:04:05', '2024-01-01T03:04:05', '09:00:00'),
        (-2, 2, 2.0, 2, 'y', '[]', 10, 6, '3', 'y', '2024-01-02', '2024-01-02 00:00:00', '2024-01-02T00:00:00', '10:00:00')
        """

    private static let rows = [
        #"1, 7, 2.5, 5, '5', '{"n":9,"m":10,"s":"x","list":[1,2],"p":1.5,"b":true}', 10, 5, '10', 'ABC', '2024-01-02', '2024-01-02 03:04:05', '2024-01-02T03:04:05', '17:00:00'"#,
        #"2, -3, 1e15, 2.5, '05', '{"n":10,"m":9,"s":"10","p":1.0,"b":false}', 9, 6, '3', 'abd', '2024-01-01', '2024-01-02 00:00:00', '2024-01-02T00:00:00', '16:59:59'"#,
        "3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        #"4, 0, -0.001, -5, 'abc', '{"n":"9","m":"10","s":5,"p":100}', 'n/a', 7, 'zz', 'abc', '2024-01-03', '1970-01-01 00:00:00', '2024-01-03T00:00:01', '17:00:01'"#,
        #"5, 5, 5.0, 0.25, '', '{"n":null,"m":2.50,"s":"a"}', 100, 5, '5', '', '2024-01-02', '2024-01-03 10:00:00', '2023-12-31T10:00:00', '08:00:00'"#,
        #"6, 20000000, 0.00001, 4, '9', '{"n":"b","m":1e3,"s":"9"}', 'abc', 8, '05', 'B', '2023-12-31', '2024-01-01 23:59:59', '2024-01-01T23:59:59', '17:00:00'"#,
        #"7, 5000000000, 1e19, 3, '10', '{"n":5,"m":5.0,"s":"5","g":1e20,"e":1700000000.1234567,"f":1700000000.1234565}', 5, 10, '7.5', 'c', '2024-01-04', '2024-01-04 00:00:00', '2024-01-04T00:00:00', '23:00:00'"#,
    ]

    private static let checks = [
        "w > 9", "w < 10", "w = 10", "w = '10'", "w <> 'n/a'", "w >= 'a'", "w IN (10, 'n/a')", "w BETWEEN 9 AND 11",
        "typeof(w) = 'integer'", "w > '9'", "w IS 10", "w IS NOT 'n/a'", "w + 1 > 10", "w = t", "w > t", "w > i",
        "w > r", "w IN (t)",
        "w > coalesce(i, 0)", "json_extract(doc, '$.n') <= json_extract(doc, '$.m')",
        "typeof(json_extract(doc, '$.n')) = 'integer'",
        "typeof(json_extract(doc, '$.m')) = 'real'", "json_extract(doc, '$.n') > 9", "json_extract(doc, '$.n') = '10'",
        "json_extract(doc, '$.n') = 10", "json_extract(doc, '$.n') >= '9'", "json_extract(doc, '$.s') > t",
        "json_extract(doc, '$.s') = t",
        "json_extract(doc, '$.n') < i", "doc ->> '$.s' = 'x'", "doc ->> 'n' < 'x'", "json_extract(doc, '$.b') = 1",
        "json_extract(doc, '$.p') || '' = '1.5'", "json_extract(doc, '$.p') || '' = '1.0'",
        "json_extract(doc, '$.m') || '' = '1000.0'",
        "json_extract(doc, '$.g') % 1000 = 807", "(json_extract(doc, '$.g') & 255) = 255",
        "~json_extract(doc, '$.g') < -1e18",
        "CAST(json_extract(doc, '$.g') AS INTEGER) = 9223372036854775807",
        "coalesce(json_extract(doc, '$.n'), 0) >= 9", "ifnull(json_extract(doc, '$.z'), '') = ''",
        "nullif(json_extract(doc, '$.n'), 9) IS NULL",
        "CASE WHEN doc ->> 's' = 'x' THEN 1 ELSE doc ->> 'n' END = 9", "json_extract(doc, '$.n') IN (9, '10')",
        "json_extract(doc, '$.n') IS json_extract(doc, '$.m')", "json_extract(doc, '$.n') IS NOT 9",
        "coalesce(i, '') = 5", "coalesce(i, '') > 'a'",
        "coalesce(i, '') < 6", "iif(i, 1, 'x') = 1", "max(i, '') = ''", "coalesce(i, 0.0) / 2 = 3",
        "coalesce(i, 0) / 2 = 3", "-d / 2 >= -2",
        "d / 2 = 2", "typeof(d) IN ('integer')", "typeof(-d) = 'integer'", "typeof(r) = 'real'", "d || '' = '5'",
        "-d || '' = '-5'", "u = '5'",
        "u > '4'", "v > 5", "v = 10", "v < 'x'", "v = '10'", "5 IN (t)", "t IN (i)", "i IN (t)", "t IN ('5', i)",
        "CASE t WHEN '5' THEN 1073741824 ELSE 1 END * 8 > 0", "i > -30 * 86400000", "i * 1000 * 1000 > 5",
        "sign(t) IS NULL",
        "printf('%+5d', i) = '   +7'", "printf('%.2f', r) = '-0.00'", "r || '' = '1.0e+15'", "r || '' = '1.0e-05'",
        "r || '' = '5.0'",
        "+nc = 'abc'", "CAST(nc AS TEXT) = 'abc'", "nc COLLATE BINARY = 'abc'", "'abc' = +nc",
        "(t COLLATE NOCASE) || '' = 'ABC'",
        "r < 9e999 AND r > -9e999", "dt = '2024-01-02'", "dt > '2024-01-02'", "length(dt) = 10", "dt IN ('2024-01-02')",
    ]

    @Test("a check accepts the same rows in the target, or is listed")
    func checks() async throws {
        var script = ""
        for (at, check) in Self.checks.enumerated() {
            script +=
                "CREATE TABLE c\(at) \(Self.columns), CHECK ((\(check)) OR id < 0)); INSERT INTO c\(at) VALUES \(Self.seeds);\n"
        }
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            var listed: [String] = []
            for (at, check) in Self.checks.enumerated() {
                guard !report.omitted.contains(where: { $0.name.hasPrefix("c\(at) CHECK") }) else {
                    listed.append(check)
                    continue
                }
                let accepted = try [fixture.url, url].map { place in try Self.accepted(by: "c\(at)", in: place) }
                #expect(accepted[0] == accepted[1], "\(check)")
            }
            #expect(listed == Self.expectedlyListed)
        }
    }

    /// The checks that PostgreSQL can't make in the same words.
    private static let expectedlyListed = [
        "CASE WHEN doc ->> 's' = 'x' THEN 1 ELSE doc ->> 'n' END = 9", "max(i, '') = ''", "coalesce(i, 0.0) / 2 = 3",
        "sign(t) IS NULL", "printf('%+5d', i) = '   +7'", "length(dt) = 10",
    ]

    /// Returns the numbers of the rows that the table accepts.
    private static func accepted(by table: String, in place: DatabaseURL) throws -> [Int] {
        let connection = try connect(to: place)
        defer { connection.close() }
        return Self.rows.indices.filter { at in
            (try? connection.execute(SQL(trusted: "INSERT INTO \(table) VALUES (\(Self.rows[at]))"))) != nil
        }
    }

    private static let queries = [
        "SELECT id FROM t ORDER BY w, id", "SELECT id FROM t ORDER BY w DESC, id",
        "SELECT id FROM t ORDER BY w DESC NULLS FIRST, id",
        "SELECT id FROM t ORDER BY json_extract(doc, '$.n'), id", "SELECT id FROM t ORDER BY doc ->> 's' DESC, id",
        "SELECT doc ->> 's' AS k, count(*) FROM t GROUP BY k ORDER BY k DESC",
        "SELECT w, count(*) FROM t GROUP BY w ORDER BY w",
        "SELECT max(json_extract(doc, '$.n')), min(json_extract(doc, '$.n')), max(w), min(w) FROM t",
        "SELECT id, row_number() OVER (ORDER BY w, id) FROM t ORDER BY 2",
        "SELECT id FROM t ORDER BY coalesce(i, ''), id",
        "SELECT id FROM t ORDER BY CASE WHEN i > 5 THEN i ELSE 'none' END, id",
        "SELECT w FROM (SELECT id, w FROM t) ORDER BY w",
        "SELECT k FROM (SELECT coalesce(doc ->> 'n', 0) AS k FROM t) ORDER BY k",
        "SELECT w FROM t UNION SELECT i FROM t ORDER BY 1",
        "SELECT DISTINCT doc ->> 's' AS s FROM t ORDER BY s",
        "SELECT DISTINCT json_extract(doc, '$.n') FROM t ORDER BY 1 DESC",
        "SELECT doc ->> 's' AS k, typeof(doc ->> 's'), count(*) FROM t GROUP BY k HAVING k > 5 ORDER BY k",
        "SELECT coalesce(doc ->> 's', 'none') AS c, count(*) FROM t GROUP BY doc ->> 's' HAVING coalesce(doc ->> 's', 0) > 1 ORDER BY c",
        "SELECT id FROM t ORDER BY coalesce(ts, 99999), id",
        "SELECT id FROM t WHERE CAST(w AS TEXT) > '5' ORDER BY CAST(w AS TEXT), id",
        "SELECT id FROM t WHERE t IN (SELECT u FROM t WHERE u > 0) ORDER BY id",
    ]

    /// In a STRICT table `ANY` converts nothing; in another one it makes numbers of such texts.
    @Test("a column of any value compares as its table says, or what compares it is listed")
    func anyValue() async throws {
        let columns = "(id INTEGER PRIMARY KEY, a ANY)"
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE texts \(columns) STRICT; INSERT INTO texts VALUES (1, '7'), (2, 'x');
            CREATE TABLE both \(columns) STRICT; INSERT INTO both VALUES (1, 7), (2, '7'), (3, 'x');
            CREATE TABLE loose \(columns); INSERT INTO loose VALUES (1, 7), (2, '7'), (3, 'x');
            CREATE VIEW in_texts AS SELECT id FROM texts WHERE a = 7;
            CREATE VIEW in_both AS SELECT id FROM both WHERE a = 7;
            CREATE VIEW in_loose AS SELECT id FROM loose WHERE a = 7;
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            #expect(report.omitted.filter { $0.kind == .view }.map(\.name) == ["in_both"])
            let target = try connect(to: url)
            defer { target.close() }
            #expect(try target.queryValue("SELECT count(*) FROM in_texts") == 0)
            #expect(try target.queryValue("SELECT count(*) FROM in_loose") == 2)
        }
    }

    @Test("a view sorts in the same order in the target, or is listed")
    func order() async throws {
        var script = "CREATE TABLE t \(Self.columns));\n"
        script += "INSERT INTO t VALUES \(Self.seeds), \(Self.rows.map { "(\($0))" }.joined(separator: ", "));\n"
        for (at, query) in Self.queries.enumerated() { script += "CREATE VIEW v\(at) AS \(query);\n" }
        script += "CREATE VIEW again AS SELECT w FROM (SELECT * FROM v11) ORDER BY w;\n"
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            // What another query or view shows can't be told apart any more.
            #expect(Set(report.omitted.map(\.name)) == ["v12"], "\(report.omitted)")
            for (view, query) in Self.queries.enumerated().map({ ("v\($0)", $1) })
            where !report.omitted.contains(where: { $0.name == view }) {
                let shown = try [fixture.url, url].map { place in
                    let connection = try connect(to: place)
                    defer { connection.close() }
                    return try connection.query("SELECT * FROM \(trusted: view)").map { $0.values.map(\.text) }
                }
                #expect(shown[0] == shown[1], "\(query)")
            }
        }
    }

    /// In the target all values of such a column are bytes, of which none says what it was.
    @Test("what asks for the class or order of values that are bytes in some rows alone is listed")
    func bytesAmongOthers() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE kv (id INTEGER PRIMARY KEY, k TEXT, v, CHECK (typeof(v) <> 'real'));
            INSERT INTO kv VALUES (1, 'a', 1), (2, 'b', x'00'), (3, 'c', 't');
            CREATE UNIQUE INDEX whole ON kv (k) WHERE typeof(v) = 'integer';
            CREATE UNIQUE INDEX kept ON kv (k) WHERE v IS NOT NULL;
            CREATE VIEW shown AS SELECT id, v FROM kv;
            CREATE VIEW small AS SELECT id FROM kv WHERE v < 5;
            CREATE VIEW rising AS SELECT a.id FROM kv a JOIN kv b ON a.v > b.v;
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            let left = report.omitted.map(\.name)
            #expect(left.count == 4 && Set(left).isSuperset(of: ["whole", "small", "rising"]), "\(report.omitted)")
            let target = try connect(to: url)
            defer { target.close() }
            let made: SQL = """
                SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid = 'kv'::regclass
                """
            #expect(try target.queryValue(made)?.integer == 0)
            #expect(
                try target.queryValue("SELECT to_regclass('kept') IS NOT NULL AND to_regclass('whole') IS NULL")
                    == .boolean(true))
        }
    }
}
