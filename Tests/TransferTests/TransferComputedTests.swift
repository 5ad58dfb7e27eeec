import Dialects
import TestSupport
import Testing
import Transfer

/// Tests columns that the source computes. The target computes them too if it gets the same values.
@Suite("computed columns", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferComputedTests {
    private static let script = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, price NUMERIC(10,2), mixed STRING,
            same INTEGER AS (id * 2), triple REAL AS (price * 3) STORED, size INTEGER AS (length(mixed)));
        INSERT INTO t (id, price, mixed) VALUES (1, 0.1, 0.30000000000000004), (2, 2, x'00'), (3, NULL, NULL);
        CREATE VIEW v AS SELECT id, size FROM t;
        CREATE INDEX i ON t (size);
        """

    @Test("one that would have other values there keeps the source's, and is listed; the others go on being computed")
    func otherValues() async throws {
        let fixture = try SQLiteFixture(Self.script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            let kept = report.omitted.filter { $0.reason.contains("the target computes different values") }
            #expect(kept.map(\.name).contains("t.size GENERATED"))
            #expect(!kept.map(\.name).contains("t.same GENERATED"))
            let source = try connect(to: fixture.url)
            let target = try connect(to: url)
            defer {
                source.close()
                target.close()
            }
            let ours = try source.query("SELECT id, same, CAST(triple * 1e17 AS INTEGER), size FROM t ORDER BY id")
            let theirs = try target.query("SELECT id, same, (triple * 1e17)::bigint, size FROM t ORDER BY id")
            #expect(ours.map(\.values) == theirs.map(\.values))
            #expect(try target.query("SELECT * FROM v").count == 3)
            try target.execute("INSERT INTO t (id, price) VALUES (4, 1)")
            #expect(try target.queryValue("SELECT same FROM t WHERE id = 4")?.integer == 8)
        }
    }

    /// Signal's database has such columns. In SQLite a condition is a number, in PostgreSQL it is not.
    @Test("a condition is computed as the 0 or 1 that it is")
    func conditions() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, type TEXT, n INTEGER, isStory INTEGER AS (type IS 'story'),
                isLarge INTEGER AS (n > 5) STORED, isNew BOOLEAN AS (type IS NULL OR type NOT IN ('old', 'older')));
            INSERT INTO t VALUES (1, 'story', 7), (2, 'old', 0), (3, NULL, NULL);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id, type, n) VALUES (4, 'story', 6)")
            let rows = try target.query("SELECT \"isStory\", \"isLarge\", \"isNew\" FROM t ORDER BY id").map(\.values)
            #expect(
                rows == [
                    [1, 1, .boolean(true)], [0, 0, .boolean(false)], [0, .null, .boolean(true)],
                    [1, 1, .boolean(true)],
                ], "\(rows)")
        }
    }

    /// A table that computes with JSON, dates, numbers and texts, and with columns that are computed themselves.
    private static let computing = """
        CREATE TABLE t (id INTEGER PRIMARY KEY, data TEXT, made TEXT, at DATETIME, n INTEGER, price REAL, word TEXT,
            name TEXT AS (json_extract(data, '$.name')), age INTEGER AS (data ->> 'age') STORED,
            isActive BOOLEAN AS (json_extract(data, '$.active')), tags INTEGER AS (json_array_length(data)),
            kind TEXT AS (json_type(data, '$.age')),
            day TEXT AS (date(made)), month TEXT AS (strftime('%Y-%m', made)), whole TEXT AS (datetime(made)),
            seconds INTEGER AS (unixepoch(made)), later TEXT AS (date(made, '+1 month', 'start of month')),
            year INTEGER AS (CAST(strftime('%Y', made) AS INTEGER)), onDay TEXT AS (date(at)), asText TEXT AS (at || ''),
            dayOf DATE AS (date(at)), days REAL AS (julianday(made)),
            total REAL AS (price * n) STORED, rounded REAL AS (round(price, 1)), label TEXT AS (n || ': ' || word),
            padded TEXT AS (printf('%05d', n)), tail TEXT AS (substr(word, -2)), number REAL AS (CAST(word AS REAL)),
            isLarge BOOLEAN AS (CASE WHEN n > 3 THEN 1 ELSE 0 END), half INTEGER AS (round(price)), rest REAL AS (price % 2),
            type TEXT AS (typeof(n)), shout TEXT AS (upper(name)), louder TEXT AS (shout || '!' || (n % 3)));
        """

    private static func rows(from first: Int) -> [String] {
        let values = [
            #"'{"name":"Ann","age":31,"active":true}', '2024-02-29 23:59:59', '2024-02-29 23:59:59', 4, 1.5, 'abc'"#,
            #"'{"name":null,"age":-2,"active":false}', '2023-12-31', '2023-12-31 00:00:00', -7, 0.25, '12 apples'"#,
            #"'{"name":"a \"b\"","active":null}', '2024-01-31T10:00:00+02:30', '2024-01-01 10:00:00', 0, 2.0, ''"#,
            #"'[1,2]', '2024-02-28 12:00', NULL, NULL, NULL, NULL"#,
            #"NULL, 'no date', '1999-12-31 12:00:00', 9, 123456.789, 'ÄÖ'"#,
            #"NULL, '9999-12-31', NULL, 1, 1.5, 'x'"#,
            #"NULL, '08:30', NULL, 1, 1.5, 'x'"#,
            #"NULL, '23:59:59.5', NULL, 1, 1.5, 'x'"#,
        ]
        return values.enumerated().map {
            "INSERT INTO t (id, data, made, at, n, price, word) VALUES (\(first + $0.offset), \($0.element))"
        }
    }

    private static let computedColumns = """
        id, name, age, "isActive", tags, kind, day, month, whole, seconds, later, year, "onDay", "asText", days,
        total, rounded, "isLarge", half, rest, label, padded, tail, number, type, shout, louder
        """

    @Test("JSON, dates, fractions and other computed columns are computed too, also of rows that come later")
    func computedLater() async throws {
        let fixture = try SQLiteFixture(Self.computing + Self.rows(from: 1).joined(separator: ";") + ";")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let source = try connect(to: fixture.url)
            let target = try connect(to: url)
            defer {
                source.close()
                target.close()
            }
            for statement in Self.rows(from: 11) {
                try source.execute(SQL(trusted: statement))
                try target.execute(SQL(trusted: statement))
            }
            let query = SQL(trusted: "SELECT \(Self.computedColumns) FROM t ORDER BY id")
            func texts(_ connection: any Connection) throws -> [[String]] {
                try connection.query(query).map { row in
                    row.values.map {
                        $0 == .boolean(true)
                            ? "\(Value.integer(1))" : $0 == .boolean(false) ? "\(Value.integer(0))" : "\($0)"
                    }
                }
            }
            let (ours, theirs) = (try texts(source), try texts(target))
            #expect(ours.count == 16)
            for (a, b) in zip(ours, theirs) { #expect(a == b) }
            let days = try target.query("SELECT \"dayOf\"::text FROM t WHERE id IN (1, 11) ORDER BY id")
            #expect(days.map { $0[0].text } == ["2024-02-29", "2024-02-29"])
        }
    }

    @Test("a column may compare with a moment of literals")
    func constantMoments() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, day DATE, isLate BOOLEAN AS (day > date('2023-01-01')),
                isEarly BOOLEAN AS (day < date('2023-02-28', '+1 day')));
            INSERT INTO t (day) VALUES ('2022-12-31'), ('2023-03-01'), ('2023-03-02');
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id, day) VALUES (4, '2024-01-01')")
            let rows = try target.query("SELECT \"isLate\", \"isEarly\" FROM t ORDER BY id").map(\.values)
            let (yes, no) = (Value.boolean(true), Value.boolean(false))
            #expect(rows == [[no, yes], [yes, no], [yes, no], [yes, no]])
        }
    }

    @Test("a moment that is made of a Julian day has the day's whole milliseconds")
    func julianDays() async throws {
        let made = ["2024-01-31 10:00:00", "2024-01-31 10:00:01", "1999-12-31 23:59:59", "2023-07-01 00:00:07"]
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, made TEXT, again TEXT AS (datetime(julianday(made))),
                later TEXT AS (datetime(julianday(made) + 1)), first TEXT AS (datetime(id)));
            INSERT INTO t (id, made) VALUES (2400000, '2024-01-31 10:00:00');
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let (source, target) = (try connect(to: fixture.url), try connect(to: url))
            defer {
                source.close()
                target.close()
            }
            for connection in [source, target] {
                for (at, text) in made.enumerated() {
                    try connection.execute("INSERT INTO t (id, made) VALUES (\(2_451_545 + at), \(text))")
                }
            }
            let rows = try [source, target].map { try $0.query("SELECT * FROM t ORDER BY id").map(\.values) }
            #expect(rows[0] == rows[1])
        }
    }

    /// SQLite enforces no number of decimals, and PostgreSQL would round to those of the type.
    @Test("a computed DECIMAL keeps all decimals of rows that come later")
    func decimals() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, price DECIMAL(10,2), n INTEGER, vat DECIMAL(10,2) AS (price * 0.19) STORED,
                gross DECIMAL(10,2) AS (price + vat), total DECIMAL(10,2) AS (price * n + 1), even DECIMAL(10,1) AS (round(price, 1)));
            INSERT INTO t (id, price, n) VALUES (1, 50, 2), (2, 100, 1);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let notes = report.plan.typeNotes.filter { $0.reason.contains("more decimals") }
            #expect(notes.map(\.column) == ["vat", "gross"])
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id, price, n) VALUES (3, 9.99, 3)")
            let row = try target.query("SELECT vat::text, gross::text, total::text, even::text FROM t WHERE id = 3")[0]
            #expect(row.values == ["1.8981", "11.8881", "30.97", "10.0"])
        }
    }

    /// SQLite's doubles show 3.3000000000000003, and 0.09999999999999432 for what is left of 100.10.
    @Test("decimals are computed as decimals, and agree with the source's doubles in their decimals or in 15 digits")
    func exactDecimals() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, price NUMERIC(18,2), qty INTEGER, rate NUMERIC,
                gross NUMERIC(18,2) AS (price * 2) STORED, total NUMERIC(18,2) AS (price * qty) STORED NOT NULL,
                rest NUMERIC(18,2) AS (price - 100), share NUMERIC(18,2) AS (price * rate), third NUMERIC(18,2) AS (round(price / 3, 2)));
            INSERT INTO t (id, price, qty, rate) VALUES (1, 1.10, 3, 0.1), (2, 100.10, 3, 1.5), (3, 7, 1, 2);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("INSERT INTO t (id, price, qty, rate) VALUES (4, 12345678901234.56, 3, 0.1)")
            let row = try target.query(
                "SELECT gross::text, total::text, rest::text, share::text, third::text FROM t WHERE id = 4")[0]
            #expect(
                row.values == [
                    "24691357802469.12", "37037036703703.68", "12345678901134.56", "1234567890123.456",
                    "4115226300411.52",
                ])
            let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
            let other = try Database(url)
            try target.execute("DELETE FROM t WHERE id = 4")
            let comparison = try await Verification(of: source, against: other).run()
            await source.close()
            await other.close()
            #expect(comparison.isEqual && comparison.notCompared.contains { $0.hasPrefix("column t.total:") })
        }
    }

    /// SQLite takes BOOLEAN for a name of numbers, so that this cast changes no 0 and no 1.
    @Test("CAST AS BOOLEAN yields a truth value, and a row of any other number is refused")
    func castToBoolean() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, message TEXT, n INTEGER,
                isRead BOOLEAN NOT NULL AS (coalesce(CAST(json_extract(message, '$.c') AS BOOLEAN), 0)) STORED,
                isOdd BOOLEAN AS (CAST(n AS BOOLEAN)));
            INSERT INTO t (id, message, n) VALUES (1, '{"c": true}', 1), (2, '{"c": 0}', 0), (3, NULL, NULL);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute(#"INSERT INTO t (id, message, n) VALUES (4, '{"c": 1}', 0)"#)
            let rows = try target.query("SELECT \"isRead\", \"isOdd\" FROM t ORDER BY id").map(\.values)
            let (yes, no) = (Value.boolean(true), Value.boolean(false))
            #expect(rows == [[yes, yes], [no, no], [no, .null], [yes, no]])
            #expect(throws: DatabaseError.self) {
                try target.execute(#"INSERT INTO t (id, message, n) VALUES (5, '{"c": 2}', 0)"#)
            }
        }
    }

    @Test("a column whose expression fails in the target for one row keeps its values, and the report says why")
    func failsInTheTarget() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, x REAL, tenfold REAL AS (x * 10));
            CREATE TABLE u (id INTEGER PRIMARY KEY, x REAL, tenfold REAL AS (x * 10));
            INSERT INTO t (x) VALUES (1.5), (1e308), (2);
            INSERT INTO u (x) VALUES (1.5);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            #expect(report.omitted.map(\.name) == ["t.tenfold GENERATED"])
            #expect(report.omitted.first?.reason.contains("the target can't compute them: value out of range") == true)
            let target = try connect(to: url)
            defer { target.close() }
            let values = try target.query("SELECT tenfold FROM t ORDER BY id").map { $0[0] }
            #expect(values == [.real(15), .real(.infinity), .real(20)])
        }
    }

    @Test("rows in several pieces of a table that fail name each column once")
    func failsInSeveralPieces() async throws {
        let rows = (1...2_000).map { "(\($0), \($0 % 700 == 0 ? "1e308" : "\($0).5"))" }.joined(separator: ", ")
        let fixture = try SQLiteFixture(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, x REAL, tenfold REAL AS (x * 10)); INSERT INTO t (id, x) VALUES \(rows);"
        )
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let options = TransferOptions(chunkBytes: 3_000)
            let report = try await TransferTests.transfer(fixture, into: url, options: options)
            #expect(report.verdict == .verified)
            #expect(report.omitted.map(\.name) == ["t.tenfold GENERATED"])
            let target = try connect(to: url)
            defer { target.close() }
            #expect(try target.queryValue("SELECT count(*) FROM t WHERE tenfold = 'infinity'")?.integer == 2)
        }
    }

    @Test("a chain of computed columns that is too long is copied from the place where it grows too long")
    func longChain() async throws {
        let columns = (1...40).map { "c\($0) INTEGER AS (c\($0 - 1) + 1)" }.joined(separator: ", ")
        let fixture = try SQLiteFixture(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, c0 INTEGER, \(columns)); INSERT INTO t (c0) VALUES (1);")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            #expect(report.omitted.map(\.name) == (22...40).map { "t.c\($0) GENERATED" })
            let target = try connect(to: url)
            defer { target.close() }
            #expect(try target.queryValue("SELECT c21 + c40 FROM t")?.integer == 63)
        }
    }

    @Test("and verify, which looks at computed columns too, finds both sides equal")
    func verified() async throws {
        let fixture = try SQLiteFixture(Self.script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            _ = try await TransferTests.transfer(fixture, into: url)
            let source = try Database(fixture.url, options: ConnectionOptions(access: .readOnly))
            let target = try Database(url)
            let report = try await Verification(of: source, against: target).run()
            await source.close()
            await target.close()
            #expect(report.isEqual)
        }
    }
}
