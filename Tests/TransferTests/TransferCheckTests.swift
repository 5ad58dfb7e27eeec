import Dialects
import TestSupport
import Testing
import Transfer

/// Tests checks and indexes whose expressions compute something.
@Suite("checks and indexes of a transfer", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferCheckTests {
    /// A check, a value of the column `v` that it accepts, and one that it refuses.
    static let checks: [(check: String, accepted: String, refused: String)] = [
        ("json_valid(v)", "'[1]'", "'{'"),
        ("json_valid(v) OR v IS NULL", "NULL", "'nothing'"),
        ("v IS NULL OR json_valid(v)", "'{}'", "''"),
        ("json_valid(v) AND json_array_length(v) < 3", "'[1,2]'", "'[1,2,3]'"),
        ("json_array_length(v) = 0", "'{\"a\":1}'", "'[1]'"),
        ("json_type(v) = 'array'", "'[]'", "'{}'"),
        ("json_type(v, '$.a') IN ('integer', 'true')", "'{\"a\":true}'", "'{\"a\":1.5}'"),
        ("json_extract(v, '$.n') > 3", "'{\"n\":10}'", "'{\"n\":2}'"),
        ("json_extract(v, '$.on') = 1", "'{\"on\":true}'", "'{\"on\":false}'"),
        ("v IS date(v)", "'2024-02-29'", "'2024-2-9'"),
        ("v = strftime('%Y-%m-%d %H:%M:%S', v)", "'2024-01-02 03:04:05'", "'2024-01-02T03:04:05'"),
        ("datetime(v) IS NOT NULL", "'2024-01-02T03:04Z'", "'soon'"),
        ("julianday(v) > julianday('2024-01-01')", "'2024-01-02'", "'2023-12-31'"),
        ("substr(v, -4) = '.txt'", "'a.txt'", "'a.png'"),
        ("CAST(v AS INTEGER) BETWEEN 1 AND 5", "'3 apples'", "'9'"),
        ("length(v) = CASE WHEN v LIKE 'a%' THEN 2 ELSE 3 END", "'ab'", "'bc'"),
        ("round(length(v) / 2.0) = 2", "'abc'", "'abcde'"),
        ("hex(v) <> '61'", "'b'", "'a'"),
        ("printf('%03d', length(v)) = '002'", "'ab'", "'abc'"),
        ("typeof(v) = 'text'", "'1'", "NULL"),
    ]

    @Test("a check accepts and refuses the same rows in the target", arguments: checks)
    func sameRows(_ example: (check: String, accepted: String, refused: String)) async throws {
        let fixture = try SQLiteFixture("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, CHECK (\(example.check)));")
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted.isEmpty, "\(report.omitted)")
            for place in [try fixture.url, url] {
                let connection = try connect(to: place)
                defer { connection.close() }
                try connection.execute(SQL(trusted: "INSERT INTO t (v) VALUES (\(example.accepted))"))
                #expect(throws: DatabaseError.self) {
                    try connection.execute(SQL(trusted: "INSERT INTO t (v) VALUES (\(example.refused))"))
                }
            }
        }
    }

    @Test("a check and an index's condition may name their table before a column, as Drizzle writes it")
    func ownTable() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE users (id INTEGER PRIMARY KEY, Age INT, "a b" TEXT, CONSTRAINT grown CHECK ("users"."age" > 21),
                CHECK ([USERS].[a b] <> 'x'), CHECK ('users'.'age' < 200 AND users.id > 0), CHECK (main.users.age <> 99));
            INSERT INTO users VALUES (1, 30, 'y');
            CREATE INDEX old ON users (age) WHERE users.age > 60;
            CREATE VIEW ages AS SELECT users.age AS n FROM users;
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted.isEmpty, "\(report.omitted)")
            for place in [try fixture.url, url] {
                let connection = try connect(to: place)
                defer { connection.close() }
                try connection.execute("INSERT INTO users VALUES (2, 61, 'z')")
                for row in ["3, 21, 'y'", "3, 30, 'x'", "3, 200, 'y'", "0, 30, 'y'", "3, 99, 'y'"] {
                    #expect(throws: DatabaseError.self) {
                        try connection.execute(SQL(trusted: "INSERT INTO users VALUES (\(row))"))
                    }
                }
            }
        }
    }

    @Test("what a check can't say in the target is listed: there an error would refuse rows that are allowed")
    func listed() async throws {
        let fixture = try SQLiteFixture(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, CHECK (json_valid(v) OR v = '')); INSERT INTO t (v) VALUES ('');"
        )
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.omitted.map(\.name) == ["t CHECK (json_valid(v) OR v = '')"])
        }
    }

    @Test(
        "a check of the class of values tells the type of an empty column without one, and is listed where it refuses all"
    )
    func classes() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE a (id INTEGER PRIMARY KEY, f CHECK(typeof(f)='integer'), g CHECK ((typeof("g") IN ('blob', 'null'))),
                h CHECK (typeof(h) == 'text'), r CHECK (typeof(r) = 'real'), n CHECK (typeof(n) = 'integer' OR n IS NULL),
                t TEXT CHECK (typeof(t) <> 'text'), d DATE CHECK (typeof(d) IN ('integer', 'real')), i INT CHECK (typeof(i) = 'integer'),
                b BLOB CHECK (NOT typeof(b) = 'blob'), k TEXT CHECK (typeof(k) = 'null' OR length(k) > 1),
                x REAL CHECK (typeof(x) = 'integer' OR typeof(x) = 'real' OR x IS NULL), y TEXT CHECK (y <> 'a' OR typeof(y) = 'real'),
                z TEXT CHECK (NOT (typeof(z) = 'text' AND typeof(z) <> 'null')));
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            let types = report.types.map { "\($0.column) \($0.type)" }
            #expect(types == ["f bigint", "g bytea", "r double precision", "n text"], "\(report.types)")
            let listed = report.omitted.compactMap { $0.name.split(separator: "typeof(").dropFirst().first?.first }
            #expect(listed == ["r", "n", "t", "d", "b", "z"], "\(report.omitted)")
            let connection = try connect(to: url)
            defer { connection.close() }
            try connection.execute("INSERT INTO a (f, g, h, i) VALUES (5, NULL, 'x', 1)")
            for row in ["NULL, 'x', 1", "5, NULL, 1", "5, 'x', NULL"] {
                #expect(throws: DatabaseError.self) {
                    try connection.execute(SQL(trusted: "INSERT INTO a (f, h, i) VALUES (\(row))"))
                }
            }
        }
    }

    @Test("a unique index over values that differ only in SQLite is listed, and does not end the transfer")
    func oneInTheTarget() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, data TEXT);
            CREATE UNIQUE INDEX byValue ON t (json_extract(data, '$.v'));
            INSERT INTO t (data) VALUES ('{"v":1}'), ('{"v":"1"}');
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.map(\.name) == ["byValue"], "\(report.omitted)")
        }
    }

    @Test("indexes over JSON, dates and other columns' texts come along, and unique ones refuse the same rows")
    func indexes() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, data TEXT, made TEXT, at DATETIME, n INTEGER);
            CREATE UNIQUE INDEX byName ON t (json_extract(data, '$.name'));
            CREATE UNIQUE INDEX byDay ON t (date(made), n);
            CREATE INDEX byMonth ON t (strftime('%Y-%m', at));
            CREATE INDEX byText ON t (n || '', substr(data, -3));
            CREATE INDEX active ON t (n) WHERE json_extract(data, '$.active') = 1;
            INSERT INTO t (data, made, at, n) VALUES ('{"name":"a","active":true}', '2024-01-02', '2024-01-02 03:04:05', 1),
                ('{"name":"b","active":false}', '2024-01-02 03:04:05', '2024-01-03 03:04:05', 2);
            """)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            #expect(
                report.remarks.filter { $0.contains("the unique index") } == [
                    "t: the unique index byName: a number and the text of it are one value there, and two in SQLite"
                ])
            for place in [try fixture.url, url] {
                let connection = try connect(to: place)
                defer { connection.close() }
                try connection.execute(
                    "INSERT INTO t (data, made, n) VALUES ('{\"name\":null}', '2024-01-02T10:00', 3)")
                for refused in ["'{\"name\":\"b\"}', '2020-01-01', 1", "'{}', '2024-01-02 23:59', 2"] {
                    #expect(throws: DatabaseError.self) {
                        try connection.execute(SQL(trusted: "INSERT INTO t (data, made, n) VALUES (\(refused))"))
                    }
                }
            }
        }
    }
}
