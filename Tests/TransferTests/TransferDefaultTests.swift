import Dialects
import TestSupport
import Testing
import Transfer

@Suite("defaults after a transfer")
struct TransferDefaultTests {
    /// Defaults, each with its column's declared type and a value for the existing row.
    private static let constants = [
        ("TEXT", "1.50", "'x'"), ("TEXT", "1e20", "'x'"), ("TEXT", "(1.0/3)", "'x'"), ("TEXT", "-0.0", "'x'"),
        ("INTEGER", "(2*3+1)", "5"), ("INTEGER", "(length('abc'))", "5"), ("REAL", "(1/2)", "1.5"),
        ("BOOLEAN", "(1=1)", "0"), ("TEXT", "(char(10))", "'x'"), ("TEXT", "(json_object('a',1))", "'{}'"),
        ("TEXT", "(json_array())", "'[]'"), ("TEXT", "(replace('a-b','-',''))", "'x'"),
        ("TEXT", "(printf('%04d', 7))", "'x'"), ("DATE", "(date('2020-01-31','+1 month'))", "'2020-01-01'"),
        ("BLOB", "''", "x'00'"), ("BLOB", "'ä'", "x'00'"), ("BLOB", "x'00ff'", "x'00'"),
        ("BLOB", "(zeroblob(3))", "x'00'"), ("DATETIME", "\"2000-01-01 00:00:00\"", "'2020-01-01 10:00:00'"),
    ]

    @Test("an empty column has the type of the moment that its default computes")
    func emptyColumnsOfMoments() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, created INTEGER NOT NULL DEFAULT CURRENT_TIMESTAMP,
                day DATE NOT NULL DEFAULT CURRENT_TIMESTAMP, seen INTEGER DEFAULT (datetime('now')),
                seconds INTEGER NOT NULL DEFAULT (strftime('%s', 'now')))
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted == [])
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id) VALUES (1)")
            let held = try target.queryValue(
                "SELECT count(*) FROM t WHERE created = day AND seen = day AND seconds > 1700000000")
            #expect(held?.integer == 1)
        }
    }

    @Test("what is constant fills in the very value, whatever functions compute it")
    func constantsAgree() async throws {
        let columns = Self.constants.enumerated().map { "c\($0) \($1.0) NOT NULL DEFAULT \($1.1)" }
        let values = Self.constants.map(\.2).joined(separator: ", ")
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, \(columns.joined(separator: ", ")));
            INSERT INTO t VALUES (1, \(values)); INSERT INTO t (id) VALUES (2);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted == [])
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id) VALUES (3)")
            for (index, constant) in Self.constants.enumerated() {
                let agree = try target.queryValue(
                    SQL(trusted: "SELECT count(DISTINCT c\(index)) = 1 FROM t WHERE id IN (2, 3)"))
                #expect(agree?.boolean == true, "\(constant)")
            }
        }
    }

    @Test("a default that its column would refuse or round is listed, and the column has none")
    func misfits() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(2) DEFAULT 'abc', b DECIMAL(5,2) DEFAULT 12345,
                c DECIMAL(5,2) DEFAULT 1.239, d VARCHAR(3) DEFAULT 12345, e NUMERIC DEFAULT 9e999, f VARCHAR(2) DEFAULT 'ab',
                g DECIMAL(5,2) DEFAULT 1.25);
            INSERT INTO t VALUES (1, 'x', 1, 1, 'x', 1, 'x', 1);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted.map(\.name) == ["a", "b", "c", "d", "e"].map { "t.\($0) DEFAULT" })
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id) VALUES (2)")
            let row = try target.query("SELECT a, b, c, d, e, f, g FROM t WHERE id = 2").first
            #expect(row?.values.map { $0.text ?? "-" } == ["-", "-", "-", "-", "-", "ab", "1.25"])
        }
    }

    @Test("a default that the server refuses to one column ends no transfer, also where a rule gives the type")
    func refusedByServer() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a JSON DEFAULT ('2024' || '-01'), b JSON DEFAULT (strftime('%s', 'now') || ''),
                c JSON DEFAULT '[]', d TEXT DEFAULT 'x', e DOUBLE DEFAULT 9007199254740993);
            INSERT INTO t VALUES (1, '{}', '[]', '[1]', 'y', 0.5);
            """)
        defer { fixture.remove() }
        var table = TransferRules.TableRule(name: "t", line: 1)
        table.columns = ["a", "b", "c"].map { name in
            var rule = TransferRules.ColumnRule(name: name, line: 2)
            rule.type = .json
            return rule
        }
        var options = TransferOptions()
        options.rules.tables = [table]
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url, options: options)
            #expect(report.verdict == .verified)
            #expect(Set(report.omitted.map(\.name)) == ["t.a DEFAULT", "t.b DEFAULT"])
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id) VALUES (2)")
            let row = try target.query("SELECT a::text, b::text, c::text, d FROM t WHERE id = 2").first
            #expect(row?.values.map { $0.text ?? "-" } == ["-", "-", "[]", "x"])
        }
    }

    @Test("a number that fills a column of texts is the text that its rows would be")
    func numbersAsTexts() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a STRING DEFAULT 5.0, b STRING DEFAULT 9223372036854775808,
                c TEXT DEFAULT -9e999, d STRING DEFAULT -1.5e10, e STRING DEFAULT 2.5);
            INSERT INTO t VALUES (1, 'x', 'x', 'x', 'x', 'x'); INSERT INTO t (id) VALUES (2);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted == [])
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id) VALUES (3)")
            for row in try target.query("SELECT a, b, c, d, e FROM t WHERE id > 1") {
                #expect(
                    row.values.map { $0.text ?? "-" } == ["5", "9.223372036854776e+18", "-Inf", "-15000000000", "2.5"])
            }
        }
    }

    @Test("milliseconds of the insert, as SQLite has them since 3.42")
    func subseconds() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a REAL DEFAULT (unixepoch('subsec')),
                b INTEGER DEFAULT (unixepoch('subsec') * 1000), c INTEGER DEFAULT (CAST(unixepoch('now', 'subsecond') * 1000 AS INTEGER)),
                d TEXT DEFAULT (datetime('now', 'subsec')), e TEXT DEFAULT (time('subsec')), f UUID DEFAULT (gen_random_uuid()));
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted == [])
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id) VALUES (1)")
            let agree = try target.queryValue(
                """
                SELECT abs(a * 1000 - b) < 1 AND b = c AND f IS NOT NULL AND e = substr(d, 12)
                    AND d = to_char(to_timestamp(b / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') FROM t
                """)
            #expect(agree?.boolean == true)
        }
    }

    @Test(
        "the time of an insert is cut as SQLite writes it, so that a check and a view of the same second still hold, also on the way back"
    )
    func timesWithoutFractions() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP CHECK (at IS datetime(at)),
                minute DATETIME DEFAULT (strftime('%Y-%m-%d %H:%M', 'now')), clock TIME DEFAULT CURRENT_TIME);
            CREATE VIEW past AS SELECT id FROM t WHERE at <= datetime('now');
            INSERT INTO t (id) VALUES (1);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted == [])
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id) VALUES (2)")
            #expect(try target.queryValue("SELECT count(*) FROM past")?.integer == 2)
            let isCut = try target.queryValue(
                "SELECT extract(microseconds FROM at)::int % 1000000 = 0 AND extract(second FROM minute) = 0 AND clock = at::time FROM t WHERE id = 2"
            )
            #expect(isCut?.boolean == true)
            try await withTemporaryFolder { folder in
                let file = try DatabaseURL(parsing: "sqlite:\(folder)/back.db")
                let (from, to) = (try Database(url), try Database(file))
                let returned = try await DatabaseTransfer(from: from, to: to).run()
                #expect(returned.omitted.filter { $0.name.hasSuffix("DEFAULT") } == [])
                await from.close()
                await to.close()
                let back = try connect(to: file)
                defer { back.close() }
                try back.execute("INSERT INTO t (id) VALUES (3)")
                let row = try back.query(
                    "SELECT substr(at, 20), substr(minute, 18), substr(clock, 9) FROM t WHERE id = 3")
                #expect(row.first?.values.map { $0.text ?? "-" } == [".000000", "00.000000", ".000000"])
            }
        }
    }

    @Test("a default that its column can't take is named, and what is left to the program")
    func defaultsThatDoNotFit() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', b DATETIME DEFAULT 0);
            INSERT INTO t VALUES (1, '2020-01-01 10:00:00', '2020-01-01 10:00:00');
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(
                report.omitted == [
                    Omission(
                        .other, "t.a DEFAULT",
                        reason: "the column has no default: '0000-00-00 00:00:00' is not of type datetime; "
                            + "it is NOT NULL, so each new row must give a value"),
                    Omission(.other, "t.b DEFAULT", reason: "the column has no default: 0 is not of type datetime"),
                ])
        }
    }

    /// A default of nearly a gigabyte is not computed.
    @Test("a constant that is too long is left out, and the text says why")
    func longConstants() async throws {
        let fixture = try SQLiteFixture(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT (hex(zeroblob(400000000)))); INSERT INTO t VALUES (1, 'x');"
        )
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted.map(\.name) == ["t.a DEFAULT"])
        }
    }

    @Test("a check that a JSON column's type implies comes along")
    func jsonValid() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (JSON_VALID("a") OR "a" IS NULL));
            INSERT INTO t VALUES (1, '{"b": 1}'), (2, NULL);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            var column = TransferRules.ColumnRule(name: "a", line: 2)
            column.type = .json
            var table = TransferRules.TableRule(name: "t", line: 1)
            table.columns = [column]
            var rules = TransferRules()
            rules.tables = [table]
            let report = try await TransferTests.transfer(fixture, into: url, options: TransferOptions(rules: rules))
            #expect(report.omitted == [])
        }
    }

    /// TypeORM writes its defaults in this way, for instance in n8n's tables. Read as a text, the word is not a time, and the
    /// default was NULL.
    @Test func theWordNowInAnyCase() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, a datetime(3) NOT NULL DEFAULT (STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
                b TEXT NOT NULL DEFAULT (DATETIME('Now', '+1 day')), c INTEGER NOT NULL DEFAULT (unixepoch('NOW', 'subsec') * 1000));
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            try TransferTests.withBothEnds(fixture, url) { _, target in
                try target.execute("INSERT INTO t (id) VALUES (1)")
                let found = try target.values(
                    "SELECT a BETWEEN now() - interval '1 day' AND now(), b::timestamp > now(), c > 1700000000000 FROM t"
                )
                #expect(found == [[.boolean(true), .boolean(true), .boolean(true)]])
            }
        }
    }
}
