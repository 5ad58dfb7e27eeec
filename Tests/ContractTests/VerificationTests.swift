import Dialects
import Migrator
import TestSupport
import Testing
import Transfer

@Suite("Two databases compared value by value")
struct VerificationTests {
    private static let history = [
        Migration("0001") {
            CreateTable("goods") {
                Column("id", .bigint).primaryKey()
                Column("name", .text).nullable()
                Column("price", .decimal(10, 2)).nullable()
                Column("made", .timestamp).nullable()
            }
        }
    ]

    /// Makes a pair of databases that hold the same 500 rows.
    private static func withPair(
        _ a: Backend, _ b: Backend, _ body: (Database, Database) async throws -> Void
    ) async throws {
        try await a.withDatabase { first in
            try await b.withDatabase { second in
                for database in [first, second] {
                    try await Migrator(history: try History(history), database: database).up()
                    try await database.withConnection { connection in
                        try connection.transaction {
                            for number in 0..<500 {
                                try connection.execute(
                                    """
                                    INSERT INTO goods (id, name, price, made) VALUES (\(number), \("name \(number)"), \
                                    \("\(number).50"), \("2026-01-02T03:04:05.000000Z"))
                                    """)
                            }
                        }
                    }
                }
                try await body(first, second)
            }
        }
    }

    private static let pairs = Backend.available.flatMap { a in Backend.available.map { (a, b: $0) } }

    @Test("equal ones are equal, whatever their kinds", arguments: pairs)
    func equal(_ a: Backend, _ b: Backend) async throws {
        try await Self.withPair(a, b) { first, second in
            let report = try await Verification(of: first, against: second).run()
            #expect(report.isEqual, "\(report)")
            #expect(report.tables.map(\.source.rows) == [500])
        }
    }

    @Test("two SQLite files whose applications keep other numbers in their headers hold the same, which is remarked")
    func headers() async throws {
        try await Self.withPair(.sqlite, .sqlite) { first, second in
            for pragma in ["user_version", "application_id"] {
                try await second.withConnection { try $0.executeScript("PRAGMA \(pragma) = 7") }
                let report = try await Verification(of: first, against: second).run()
                #expect(report.isEqual && report.missing.isEmpty, "\(report)")
                #expect(report.remarks.contains("PRAGMA \(pragma) is 0 in the source and 7 in the target"))
                try await first.withConnection { try $0.executeScript("PRAGMA \(pragma) = 7") }
                let later = try await Verification(of: first, against: second).run()
                #expect(!later.remarks.contains { $0.contains(pragma) }, "\(later.remarks)")
            }
        }
    }

    @Test(
        "a table is left out by its name in either database, aloud; a name that neither has is refused",
        arguments: pairs)
    func excluded(_ a: Backend, _ b: Backend) async throws {
        try await Self.withPair(a, b) { first, second in
            for (database, table) in [(first, "ours"), (second, "theirs"), (first, "kept"), (second, "kept")] {
                try await database.withConnection { connection in
                    try connection.executeScript("CREATE TABLE \(table) (a INTEGER)")
                    if table == "kept", database === first { try connection.execute("INSERT INTO kept VALUES (1)") }
                }
            }
            #expect(try await !Verification(of: first, against: second).run().isEqual)
            let names = ["ours", "theirs", "kept"]
            let report = try await Verification(of: first, against: second, excluding: names).run()
            #expect(report.isEqual, "\(report)")
            #expect(report.notCompared == names.map { "table \($0): left out, as requested" })
            await #expect(throws: TransferError.inNeither("nothing", nearest: nil)) {
                try await Verification(of: first, against: second, excluding: ["nothing"]).run()
            }
        }
    }

    @Test(
        "columns whose types have no form in common differ",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func incomparable() async throws {
        try await Self.withPair(.postgresql, .postgresql) { first, second in
            for (database, type) in [(first, "integer"), (second, "text")] {
                try await database.withConnection { try $0.executeScript("CREATE TABLE codes (c \(type), d text)") }
            }
            let report = try await Verification(of: first, against: second).run()
            #expect(!report.isEqual)
            #expect(
                report.missing == [
                    "column codes.c: integer in the source and text in the target have no form in common"
                ])
        }
    }

    @Test(
        "a column that has become one of texts, or of numbers, on the way through a file is compared by its meaning",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func throughAFile() async throws {
        try await Self.withPair(.postgresql, .postgresql) { first, second in
            try await first.withConnection { connection in
                try connection.executeScript(
                    """
                    CREATE TABLE v (d date, z timestamptz, n numeric, u uuid, b boolean, c character(3), t date,
                        f double precision, r real);
                    INSERT INTO v VALUES ('2024-01-02', '2024-01-02 03:04:05Z', 1.50,
                        'f827bffd-bd9e-5441-be36-a92a51d0b79e', true, 'a', 'infinity', 'NaN', 0.5);
                    """)
            }
            try await second.withConnection { connection in
                try connection.executeScript(
                    """
                    CREATE TABLE v (d text, z text, n text, u text, b bigint, c text, t text, f text, r text);
                    INSERT INTO v VALUES ('2024-01-02', '2024-01-02T03:04:05.000000Z', '1.50',
                        'f827bffd-bd9e-5441-be36-a92a51d0b79e', 1, 'a', 'infinity', 'nan', '0.5');
                    """)
            }
            let report = try await Verification(of: first, against: second).run()
            #expect(report.isEqual && report.missing.isEmpty, "\(report)")
            #expect(report.remarks.contains("declared as date and text, compared as date: v.d, v.t"), "\(report)")
            try await second.withConnection { try $0.executeScript("UPDATE v SET d = '2024-01-03'") }
            #expect(try await !Verification(of: first, against: second).run().isEqual)
        }
    }

    @Test(
        "a column of doubles that a NaN has made one of texts on the way through a file is compared by its numbers",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func doublesThroughAFile() async throws {
        try await Self.withPair(.postgresql, .postgresql) { first, second in
            try await first.withConnection { connection in
                try connection.executeScript(
                    """
                    CREATE TABLE v (d double precision, r real);
                    INSERT INTO v VALUES ('NaN', 'NaN'), (0.1, 0.1), ('-0', '-Infinity'), (1e300, 1e30);
                    """)
            }
            try await second.withConnection { connection in
                try connection.executeScript(
                    """
                    CREATE TABLE v (d text, r text);
                    INSERT INTO v VALUES ('nan', 'nan'), ('0.1', '0.10000000149011612'), ('-0.0', '-inf'),
                        ('1e+300', '1.0000000150474662e+30');
                    """)
            }
            let report = try await Verification(of: first, against: second).run()
            #expect(report.isEqual && report.missing.isEmpty, "\(report)")
            try await second.withConnection { try $0.executeScript("UPDATE v SET d = '0.2' WHERE d = '0.1'") }
            #expect(try await !Verification(of: first, against: second).run().isEqual)
        }
    }

    /// pgloader gives a REAL column this type.
    @Test(
        "a column that was cut to single precision differs",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func narrowed() async throws {
        try await Self.withPair(.sqlite, .postgresql) { first, second in
            for (database, type) in [(first, "REAL"), (second, "real")] {
                try await database.withConnection { connection in
                    try connection.executeScript("CREATE TABLE weights (g \(type)); INSERT INTO weights VALUES (0.1)")
                }
            }
            let report = try await Verification(of: first, against: second).run()
            #expect(report.notCompared.isEmpty)
            #expect(report.tables.filter { !$0.isEqual }.map(\.name) == ["weights"])
        }
    }

    @Test("a changed, a missing and an extra row are named by key and column", arguments: pairs)
    func different(_ a: Backend, _ b: Backend) async throws {
        try await Self.withPair(a, b) { first, second in
            try await second.withConnection { connection in
                try connection.execute("UPDATE goods SET price = \("7.51"), name = NULL WHERE id = 7")
                try connection.execute("DELETE FROM goods WHERE id = 8")
                try connection.execute("INSERT INTO goods (id) VALUES (1000)")
            }
            let report = try await Verification(of: first, against: second).run()
            #expect(!report.isEqual)
            let table = try #require(report.tables.first)
            #expect(table.source.rows == table.target.rows)
            #expect(
                Set(table.differences.map { "\($0.kind.rawValue) \($0.key) \($0.columns)" }) == [
                    #"differs id=7 ["name", "price"]"#, "only_in_source id=8 []", "only_in_target id=1000 []",
                ])
        }
    }

    @Test(
        "what a transfer renamed is compared with what it was, both ways",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason), arguments: [false, true])
    func renamed(_ isLowercase: Bool) async throws {
        try await Backend.sqlite.withDatabase { first in
            try await Backend.postgresql.withDatabase { second in try await renamed(isLowercase, first, second) }
        }
    }

    private func renamed(_ isLowercase: Bool, _ first: Database, _ second: Database) async throws {
        let long = String(repeating: "long", count: 20)
        try await first.withConnection { connection in
            try connection.executeScript(
                """
                CREATE TABLE \(long)1 (ctid INTEGER PRIMARY KEY, "\(long)ä" TEXT, "\(long)ö" TEXT);
                CREATE TABLE \(long)2 (id INTEGER PRIMARY KEY, Price TEXT);
                INSERT INTO \(long)1 VALUES (1, 'a', 'b'); INSERT INTO \(long)2 VALUES (1, '7'), (2, '8');
                """)
        }
        var rules = TransferRules()
        rules.lowercaseNames = isLowercase
        let options = TransferOptions(rules: rules)
        let moved = try await DatabaseTransfer(from: first, to: second, options: options).run()
        #expect(moved.renames.count >= 4)
        for verification in [Verification(of: first, against: second), Verification(of: second, against: first)] {
            let report = try await verification.run()
            #expect(report.isEqual && report.tables.count == 2, "\(report)")
        }
        let names = try await second.withConnection { connection in
            try connection.values("SELECT relname::text FROM pg_class WHERE relname LIKE 'longlong%' AND relkind = 'r'")
        }
        for name in names.compactMap({ $0.first?.text }) {
            _ = try await second.withConnection { try $0.execute("DELETE FROM \(identifier: name)") }
        }
        let report = try await Verification(of: first, against: second).run()
        #expect(report.tables.flatMap(\.differences).map(\.key).sorted() == ["ctid=1", "id=1", "id=2"], "\(report)")
    }

    /// Compares two SQLite files, each made by a script.
    private func compared(_ first: String, _ second: String) async throws -> VerificationReport {
        try await Backend.sqlite.withDatabase { a in
            try await Backend.sqlite.withDatabase { b in
                for (database, script) in [(a, first), (b, second)] {
                    try await database.withConnection { try $0.executeScript(script) }
                }
                return try await Verification(of: a, against: b).run()
            }
        }
    }

    @Test("names that PostgreSQL has cut on the way from file to file are found, and said")
    func cutOnTheWay() async throws {
        let (table, column) = (String(repeating: "t", count: 70), String(repeating: "c", count: 70))
        let report = try await compared(
            "CREATE TABLE \(table) (\(column)); INSERT INTO \(table) VALUES (1)",
            "CREATE TABLE \(table.prefix(63)) (\(column.prefix(63))); INSERT INTO \(table.prefix(63)) VALUES (1)")
        #expect(report.isEqual && report.tables.map(\.source.rows) == [1], "\(report)")
        #expect(report.remarks.contains { $0.hasPrefix("matched under another name: table tttt") })
    }

    @Test("rows that repeat are named where there is no key, or where it takes NULL")
    func repeated() async throws {
        let report = try await compared(
            "CREATE TABLE t (a); INSERT INTO t VALUES (1), (1), (2); CREATE TABLE u (k TEXT PRIMARY KEY, v);"
                + "INSERT INTO u VALUES (NULL, 1), (NULL, 2)",
            "CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (2); CREATE TABLE u (k TEXT PRIMARY KEY, v);"
                + "INSERT INTO u VALUES (NULL, 3), (NULL, 2)")
        #expect(report.tables.map(\.isEqual) == [false, false])
        #expect(
            report.tables[0].differences.map(\.key) == [
                "a=1 (2 times in the source, 1 in the target)", "a=2 (1 times in the source, 2 in the target)",
            ])
        #expect(report.tables[1].differences.map(\.key) == ["k=NULL"])
    }

    @Test(
        "values of two files are what they are: their storage class, NULL, the sign of zero, what is no text",
        arguments: [
            ("a TEXT", "'x'", "x'78'"), ("a", "1", "1.0"), ("a BLOB", "-0.0", "0.0"), ("a TEXT", "NULL", "''"),
            ("a JSON", "'{}'", "'{ }'"), ("a TEXT", "CAST(x'ff' AS TEXT)", "CAST(x'fe' AS TEXT)"),
            ("a TEXT", "'a' || char(0) || 'b'", "'a' || char(0) || 'c'"), ("a BOOLEAN", "1", "'true'"),
            ("a TEXT COLLATE NOCASE", "'x'", "'X'"),
        ])
    func stored(_ column: String, _ first: String, _ second: String) async throws {
        func table(_ value: String) -> String { "CREATE TABLE t (\(column)); INSERT INTO t VALUES (\(value))" }
        #expect(try await compared(table(first), table(first)).isEqual)
        #expect(try await !compared(table(first), table(second)).isEqual)
    }

    /// Core Data keeps seconds in a `TIMESTAMP`. They come back from PostgreSQL in a column of doubles.
    @Test(
        "numbers that a column was not declared for are compared as numbers",
        arguments: ["TIMESTAMP", "DATE", "TIME", "BOOLEAN", "JSON"])
    func numbers(_ declared: String) async throws {
        let numbers = "INSERT INTO t VALUES (642382753), (0), (1), (0.5), (NULL)"
        let own = "CREATE TABLE t (a \(declared)); \(numbers)"
        let report = try await compared(own, "CREATE TABLE t (a REAL); \(numbers)")
        #expect(report.isEqual, "\(report)")
        #expect(try await !compared(own, "CREATE TABLE t (a REAL); \(numbers); UPDATE t SET a = 2 WHERE a = 1").isEqual)
    }

    @Test(
        "what PostgreSQL has made of a column on the way from file to file is compared by its meaning",
        arguments: [
            ("DATE", "TEXT", "'2000-01-02 00:00:00'", "'2000-01-02'", "'2000-01-03'"),
            ("DATE", "TEXT", "'2000-01-02T00:00:00Z'", "'2000-01-02'", "'2000-01-02 00:00:01'"),
            ("DATETIME", "TEXT", "'2000-01-02'", "'2000-01-02 00:00:00.000000'", "'2000-01-01 23:59:59'"),
            ("BLOB", "BLOB", "'a'", "x'61'", "x'62'"), ("BLOB", "BLOB", "''", "x''", "NULL"),
            ("BLOB", "BLOB", "5", "x'35'", "x'05'"), ("BLOB", "REAL", "1", "1.0", "1.5"),
            ("REAL", "BLOB", "0.5", "x'302e35'", "x'30'"), ("BLOB", "ANY", "1", "1.0", "1.5"),
            ("", "ANY", "1", "1.0", "-1.0"), ("", "ANY", "0", "0.0", "-0.0"),
        ])
    func madeOnTheWay(
        _ declared: String, _ made: String, _ value: String, _ arrived: String, _ other: String
    ) async throws {
        let own = "CREATE TABLE t (a \(declared)); INSERT INTO t VALUES (\(value))"
        func copy(_ value: String) -> String { "CREATE TABLE t (a \(made)) STRICT; INSERT INTO t VALUES (\(value))" }
        let report = try await compared(own, copy(arrived))
        #expect(report.isEqual, "\(report)")
        #expect(try await compared(copy(arrived), own).isEqual)
        #expect(try await !compared(own, copy(other)).isEqual)
    }

    @Test("a limit makes no other type, and what is declared otherwise is said with what it was compared as")
    func declaredOtherwise() async throws {
        let limited = try await compared(
            "CREATE TABLE t (a VARCHAR(5)); INSERT INTO t VALUES ('x')",
            "CREATE TABLE t (a TEXT); INSERT INTO t VALUES (x'78')")
        #expect(!limited.isEqual)
        let other = try await compared(
            "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (10)",
            "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('10')")
        #expect(other.isEqual && other.remarks == ["declared as bigint and text, compared as decimal: t.a"], "\(other)")
    }

    @Test("tables without a column in common are counted, and what nobody reads is said")
    func uncompared() async throws {
        let report = try await compared(
            "CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE VIRTUAL TABLE r USING fts5(x, content='')",
            "CREATE TABLE t (b); INSERT INTO t VALUES (1), (2); CREATE VIRTUAL TABLE r USING fts5(x, content='')")
        #expect(report.missing == ["column t.a is only in the source", "column t.b is only in the target"])
        #expect(report.tables.map(\.source.rows) == [1] && report.tables.map(\.target.rows) == [2])
        #expect(report.notCompared.contains { $0.hasPrefix("virtual table r: ") }, "\(report)")
    }

    @Test("a table and a column that only one side has are named", arguments: Backend.available)
    func missing(_ backend: Backend) async throws {
        try await Self.withPair(backend, backend) { first, second in
            try await first.withConnection { try $0.executeScript("CREATE TABLE alone (id integer)") }
            // A transfer would change these names to lower case, but even so they have no counterpart.
            try await second.withConnection { connection in
                try connection.executeScript(
                    #"ALTER TABLE goods ADD COLUMN "More" integer; CREATE TABLE "Other" (id integer)"#)
            }
            let report = try await Verification(of: first, against: second).run()
            #expect(
                report.missing == [
                    "table alone is only in the source", "table Other is only in the target",
                    "column goods.More is only in the target",
                ])
            #expect(!report.isEqual)
        }
    }
}
