import Migrator
import TestSupport
import Testing

@Suite("Defaults")
struct DefaultTests {
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
    ]

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
