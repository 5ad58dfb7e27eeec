import Dialects
import Migrator
import TestSupport
import Testing

@Suite("Defaults")
struct DefaultTests {
    @Test("a default that was changed by hand stays, unless a migration gives the column one")
    func changedByHand() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text).nullable()
                    Column("level", .text).default("low")
                    Column("price", .decimal(6, 2)).default("1.50")
                }
                CreateTable("kids") {
                    Column("t", .bigint).references("t")
                    Column("level", .text).default("low")
                }
            }
            try await Self.change("'low'", to: "'high'", in: test)
            // The same number.
            try await Self.change("1.50", to: "1.5", in: test)
            try await test.migrate {
                AlterTable("t") { ChangeColumn("n").type(.varchar(20)) }
                AlterTable("t") { ChangeColumn("id").type(.text) }
            }
            try await test.run("INSERT INTO t (id) VALUES ('1'); INSERT INTO kids (t) VALUES ('1')")
            #expect(try await test.rows("t", "level", "price") == [["high", "1.50"]])
            #expect(try await test.rows("kids", "level") == [["high"]])
            try await Self.change("'high'", to: "upper('high')", in: test)
            try await test.migrate { AlterTable("t") { ChangeColumn("n").type(.varchar(30)) } }
            // The declared default already: only the live one is another.
            try await test.migrate { AlterTable("kids") { ChangeColumn("level").default("low") } }
            try await test.run("INSERT INTO t (id) VALUES ('2'); DELETE FROM kids; INSERT INTO kids (t) VALUES ('2')")
            #expect(try await test.rows("t", "level") == [["HIGH"], ["high"]])
            #expect(try await test.rows("kids", "level") == [["low"]])
        }
    }

    @Test(
        "a default that is no JSON document is refused with the history, also when its column becomes one",
        arguments: [("", .text("")), ("{nope", .json("{nope")), ("{'a': 1}", .text("{'a': 1}"))]
            as [(String, Default)],
        [ColumnType.json, .jsonText])
    func notJSON(_ given: (String, Default), _ type: ColumnType) {
        let (text, value) = given
        func message(@MigrationBuilder _ operations: () -> [SchemaOperation]) -> String {
            let migrations = [Migration(id: "1", operations: operations())]
            let error = #expect(throws: HistoryError.self) { try History(migrations) }
            return "\(String(describing: error))"
        }
        let expected = "its default '\(text)' is not valid JSON"
        let created = message { CreateTable("t") { Column("j", type).default(value) } }
        #expect(created.contains(expected), "\(created)")
        let retyped = message {
            CreateTable("t") { Column("j", .text).default(value) }
            AlterTable("t") { ChangeColumn("j").type(type) }
        }
        #expect(retyped.contains(expected), "\(retyped)")
        let filled = message {
            CreateTable("t") { Column("id", .bigint) }
            AlterTable("t") { AddColumn("j", type).filling(value) }
        }
        #expect(filled.contains("filling: the value '\(text)' is not valid JSON"), "\(filled)")
    }

    @Test(
        "a default that was written by hand as a word, or in double quotes, stays that text",
        arguments: [#""high""#, "high", "[high]"])
    func wordByHand(_ word: String) async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text).nullable()
                    Column("level", .varchar(9)).default("low")
                }
            }
            try await Self.change("'low'", to: word, in: test)
            try await test.migrate { AlterTable("t") { ChangeColumn("n").type(.varchar(20)) } }
            try await test.migrate { AlterTable("t") { ChangeColumn("level").type(.text) } }
            try await test.run("INSERT INTO t (id) VALUES (1)")
            #expect(try await test.rows("t", "level") == [["high"]])
        }
    }

    @Test("a default that was changed by hand stops a change of type that it might not survive")
    func unfitByHand() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("level", .text).default("low")
                }
            }
            try await Self.change("'low'", to: "'much too high'", in: test)
            let error = try await test.refusal { AlterTable("t") { ChangeColumn("level").type(.varchar(5)) } }
            #expect(error.lowering?.place == "t.level")
            #expect(error.lowering?.reason.contains("'much too high'") == true, "\(error)")
            try await test.migrate { AlterTable("t") { ChangeColumn("level").type(.varchar(5)).default("mid") } }
            try await test.run("INSERT INTO t (id) VALUES (1)")
            #expect(try await test.rows("t", "level") == [["mid"]])
        }
    }

    @Test("a computed column that was changed by hand stops a rebuild that says nothing of it")
    func computedByHand() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("n", .text)
                    Column("m", .text)
                    Column("loud", .text).generated("m || '!'")
                }
            }
            try await test.run("INSERT INTO t (id, n, m) VALUES (1, 'n', 'a')")
            try await Self.change("'!'", to: "'?'", in: test)
            let error = try await test.refusal { AlterTable("t") { ChangeColumn("n").type(.varchar(40)) } }
            #expect(error.lowering?.reason.contains("column loud") == true, "\(error)")
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("t") {
                    ChangeColumn("n").type(.varchar(40))
                    ChangeColumn("loud").generated("m || '.'")
                }
            }
            #expect(try await test.rows("t", "loud") == [["a."]])
            try await Self.change("'.'", to: "'?'", in: test)
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("t") {
                    ChangeColumn("n").type(.varchar(50))
                    DropColumn("loud")
                }
            }
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("what else was made of a computed column by hand is lost by no word on how it is computed")
    func computedAndMoreByHand() async throws {
        try await Backend.sqlite.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("m", .text)
                    Column("n", .text)
                    Column("loud", .text).generated("m || '!'")
                }
            }
            try await Self.change("'!'", to: "'?'", in: test)
            try await Self.change(#""loud" TEXT"#, to: #""loud" TEXT COLLATE NOCASE"#, in: test)
            let error = try await test.refusal { AlterTable("t") { ChangeColumn("loud").generated("m || '.'") } }
            #expect(error.lowering?.reason.contains("column loud") == true, "\(error)")
            try await test.migrate(allowsDataLoss: true) {
                AlterTable("t") {
                    ChangeColumn("n").type(.varchar(50))
                    DropColumn("loud")
                }
            }
            #expect(try await test.drift().isEmpty)
        }
    }

    /// Changes the text of all tables as a program would that writes SQLite's own table.
    private static func change(_ old: String, to new: String, in test: CaseDatabase) async throws {
        try await test.run(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, \(SQLText.literal(old)), \(SQLText.literal(new)))
            WHERE name IN ('t', 'kids');
            PRAGMA writable_schema = RESET; CREATE TABLE notice (x); DROP TABLE notice
            """)
    }

    private static let moment = #"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"#

    /// Each a column's type, its default, and a pattern for the text of the value that a row gets.
    private static let defaults: [(type: ColumnType, value: Default, pattern: String)] = [
        (.text, "", ""), (.text, "it's \"quoted\"", #"it's "quoted""#), (.text, "null", "null"),
        (.text, "now()", #"now\(\)"#),
        (.varchar(9), "CURRENT", "CURRENT"), (.json, .json("{}"), #"\{\}"#), (.json, "[1, 2]", #"\[1, 2\]"#),
        (.integer, 7, "7"), (.bigint, -9_007_199_254_740_993, "-9007199254740993"), (.real, 1.5, #"1\.5"#),
        (.real, 2, #"2(\.0)?"#), (.decimal(10, 2), "1.50", #"1\.50"#), (.numeric, 7, "7"), (.boolean, true, "true"),
        (.boolean, 0, "false"), (.timestamp, .now, moment), (.text, .now, moment),
        (.datetime, .now, #"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}"#), (.date, .now, #"20\d\d-\d\d-\d\d"#),
        (.date, .today, #"20\d\d-\d\d-\d\d"#), (.text, .today, #"20\d\d-\d\d-\d\d"#),
        (.time, .now, #"\d\d:\d\d:\d\d(\.\d+)?"#), (.bigint, .now, #"\d{10}"#),
        (.uuid, .uuid, "[0-9a-f-]{36}"), (.text, .uuid, "[0-9a-f-]{36}"), (.date, "2024-02-29", "2024-02-29"),
        (.integer, .expression("1 + 1"), "2"), (.text, .expression("lower('ABC')"), "abc"),
    ]

    @Test("case 44: one default gives the same on both", arguments: Backend.available)
    func case44SameValues(_ backend: Backend) async throws {
        try await backend.withCase { test in
            let all = Self.defaults.enumerated()
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    for (number, (type, value, _)) in all { Column("c\(number)", type).default(value) }
                }
            }
            try await test.run("INSERT INTO t (id) VALUES (1)")
            for (number, (type, value, pattern)) in all {
                let row = try await test.rows("t", "c\(number)")
                let text = try #require(row.first?.first ?? nil, "\(value) of \(type)")
                #expect(text.wholeMatch(of: try Regex(pattern)) != nil, "\(value) of \(type) gave \(text)")
            }
            #expect(try await test.drift().isEmpty)
        }
    }

    @Test("case 44: a default that the other database does not know is refused", arguments: Backend.available)
    func case44ForeignFunction(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate { CreateTable("other") { Column("id", .bigint).primaryKey() } }
            for function in ["now()", "gen_random_uuid()", "datetime('now')", "CURRENT_TIMESTAMP"] {
                let error = try await test.refusal {
                    CreateTable("t") { Column("a", .text).default(.expression(.sql(function))) }
                }
                #expect(error.lowering?.place == "t.a", "\(error)")
                #expect(error.lowering?.reason.contains("not common to SQLite and PostgreSQL") == true)
            }
        }
    }

    private static let incompatibleValues: [(type: ColumnType, value: Default)] = [
        (.integer, "seven"), (.integer, 1.5), (.integer, 2_147_483_648), (.bigint, .uuid), (.boolean, 2),
        (.boolean, "true"),
        (.text, true), (.text, 7), (.timestamp, .today), (.timestamp, 0), (.real, "1"), (.uuid, .now), (.bytes, "x"),
        (.json, 1), (.date, .uuid), (.varchar(3), "four"),
        (.decimal(5, 1), 1.25), (.decimal(5, 1), "1.25"), (.decimal(5, 1), 999_999), (.decimal(5, 1), "abc"),
        (.numeric, "NaN"), (.numeric, "1,5"), (.date, "2024-1-5"), (.date, "2024-02-30"), (.time, "25:00:00"),
        (.time, "9:30"), (.timestamp, "now"), (.timestamp, "2024-01-05"), (.timestamp, "2024-01-05T00:00:00+02:00"),
        (.datetime, "2024-01-05 00:00:00"), (.uuid, "x"), (.uuid, "1B4E28BA-2FA1-4D3B-A3F5-EF19B5A7633B"),
        (.interval, "1 day, 2:03:04"),
    ]

    @Test("a default, a filling and what undoing fills in are refused with the form that fits")
    func refusalNamesTheForm() throws {
        func objection(_ change: some ChangeVerb) -> String {
            let error = #expect(throws: HistoryError.self) {
                try History {
                    Migration("1") { CreateTable("t") { Column("a", .decimal(5, 1)).nullable() } }
                    Migration("2") { AlterTable("t") { change } }
                }
            }
            return error.map { "\($0)" } ?? ""
        }
        let day = "b: filling: the value '2024-1-5' is not a valid date; write it like '2026-01-31'"
        #expect(objection(AddColumn("b", .date).filling("2024-1-5")).contains(day))
        let uuid = "write '1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b'"
        #expect(objection(AddColumn("b", .uuid).default("1B4E28BA-2FA1-4D3B-A3F5-EF19B5A7633B")).contains(uuid))
        let moment = "write '2024-01-04T22:00:00.000000Z'"
        #expect(objection(AddColumn("b", .timestamp).default("2024-01-05T00:00:00+02:00")).contains(moment))
        let number = "1.25 is not a valid decimal(5,1), which has at most 4 digits before the point and 1 after it"
        #expect(objection(ChangeColumn("a").required(filling: "1.25")).contains(number))
        #expect(objection(DropColumn("a", undoFilling: 1.25)).contains(number))
    }

    @Test("a decimal that a row gets has the decimals of its type", arguments: Backend.available)
    func decimals(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("a", .decimal(10, 2)).default(0)
                    Column("b", .decimal(10, 2)).default(1.5)
                    Column("c", .decimal(10, 2)).default("-7e1")
                    Column("d", .numeric).default("1.50")
                }
            }
            try await test.run("INSERT INTO t (id) VALUES (1)")
            try await test.migrate { AlterTable("t") { AddColumn("e", .decimal(5, 1)).filling(3) } }
            let row = try await test.texts(
                """
                SELECT CAST(a AS TEXT) || ' ' || CAST(b AS TEXT) || ' ' || CAST(c AS TEXT) || ' ' || CAST(d AS TEXT) || ' '
                    || CAST(e AS TEXT) FROM t
                """)
            #expect(row == ["0.00 1.50 -70.00 1.50 3.0"])
            #expect(try await test.drift() == [])
        }
    }

    @Test("what an earlier version of this program wrote for a default is no drift", arguments: Backend.available)
    func earlierSpelling(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("made", .bigint).default(.now)
                    Column("price", .decimal(10, 2)).default(0)
                }
            }
            switch backend {
            case .sqlite:
                try await test.run(
                    """
                    DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY NOT NULL,
                        made INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER)), price TEXT NOT NULL DEFAULT 0) STRICT
                    """)
            case .postgresql:
                try await test.run("ALTER TABLE t ALTER made SET DEFAULT (extract(epoch FROM now())::bigint)")
            }
            #expect(try await test.drift() == [])
            try await test.run(
                backend.words(
                    sqlite:
                        "DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY NOT NULL, made INTEGER, price TEXT DEFAULT 1) STRICT",
                    postgresql: "ALTER TABLE t ALTER price SET DEFAULT 1, ALTER made DROP DEFAULT"))
            #expect(try await test.drift().count == 2)
        }
    }

    @Test(
        "the second of an insert does not lie in the future",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
    func secondsAreCutOff() async throws {
        try await Backend.postgresql.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("made", .bigint).default(.now)
                }
            }
            let text = try await test.texts(
                "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 't'::regclass")
            #expect(text == ["(floor(EXTRACT(epoch FROM now())))::bigint"])
        }
    }

    /// SQLite would accept these defaults, and fail or store another value at the first insert.
    @Test(
        "case 44: a default of another class than its column is refused without a database",
        arguments: incompatibleValues)
    func case44Class(_ type: ColumnType, _ value: Default) throws {
        let error = #expect(throws: HistoryError.self) {
            try History { Migration("1") { CreateTable("t") { Column("a", type).default(value) } } }
        }
        guard case .impossible("1", .contradiction("a", table: "t", because: _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
