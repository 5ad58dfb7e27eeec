import Testing

@testable import Dialects
import TestSupport

/// Tests the translation of SQLite's expressions to PostgreSQL, and which expressions have none.
struct SQLiteExpressionTranslationTests {
    static var meaning: SQLiteExpressionTranslation {
        var name = Column("Name", .text)
        name.collation = .nocase
        var odd = Column("odd", .text)
        odd.collation = .native(sqlite: "app", postgresql: "")
        var table = Table(name: "t")
        table.columns = [
            Column("id", .bigint), Column("kind", .text), Column("active", .boolean), Column("price", .real),
            Column("fee", .decimal(10, 2)), Column("day", .date), Column("data", .bytes), name, odd,
        ]
        let declared = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, $0.type) })
        return SQLiteExpressionTranslation(of: NamedRelation(table, declared: declared), names: ["kind": "sort"])
    }

    static func predicate(_ text: String) -> String? {
        do {
            guard case .native(_, let postgresql) = try meaning.predicate(.sql(text), isUnique: true) else {
                return nil
            }
            return postgresql
        } catch {
            return nil
        }
    }

    @Test("the text of a JSON's part comes back out of the words in which a transfer has written it")
    func ownMember() throws {
        let there = PostgreSQLExpressionTranslation(columns: [Column("kind", .json)])
        let written = try there.predicate(
            .native(sqlite: "", postgresql: "(((kind -> 'a'::text) ->> 0) = '1.50'::text)"), isUnique: false)
        guard case .native(let sqlite, _) = written else {
            Issue.record("\(written)")
            return
        }
        let back = Self.predicate(sqlite)
        #expect(back?.contains(#"(("sort")::json #>> ARRAY['a', '0'])"#) == true, "\(sqlite)")
    }

    @Test(
        arguments: [
            (
                "fee / id = 2",
                #"((CASE WHEN "fee" = trunc("fee") THEN div("fee", (nullif("id", 0))::numeric) ELSE "fee" / nullif("id", 0) END) = 2)"#
            ),
            ("fee / 2.0 = price / id", #"(("fee" / 2.0) = ("price" / nullif("id", 0)))"#),
            ("fee || '' = ''", #"((trim_scale("fee")::text || '') = '')"#),
            ("id == 1 AND kind != 'x'", #"(("id" = 1) AND ("sort" <> 'x'))"#),
            ("active", #""active""#),
            ("active = 1", #"("active" = true)"#),
            ("active IN (0, 1)", #"("active" IN (false, true))"#),
            ("id", #"("id" <> 0)"#),
            (#"kind IN ("a", 'b')"#, #"("sort" IN ('a', 'b'))"#),
            ("kind < 'm'", #"("sort" COLLATE "C" < 'm')"#),
            ("NAME = 'Bob'", #"(lower("Name" COLLATE "C") = 'bob')"#),
            ("kind = 'a' COLLATE NOCASE", #"(lower("sort" COLLATE "C") = 'a')"#),
            ("kind LIKE 'A%'", #"(lower("sort" COLLATE "C") LIKE 'a%' ESCAPE '')"#),
            ("kind GLOB 'a*[^0-9].?'", #"("sort" COLLATE "C" ~ '^a.*[^0-9]\..$')"#),
            ("length(kind) BETWEEN 1 AND 9", #"((length("sort")::bigint >= 1) AND (length("sort")::bigint <= 9))"#),
            ("id % 2 = 0 OR kind ISNULL", #"((("id" % 2) = 0) OR ("sort" IS NULL))"#),
            ("NOT kind IS NOT NULL", #"(NOT ("sort" IS NOT NULL))"#),
            ("ifnull(kind, '') <> ''", #"(coalesce("sort", '') <> '')"#),
            ("CASE kind WHEN 'a' THEN id ELSE 0 END > 3", #"((CASE WHEN ("sort" = 'a') THEN "id" ELSE 0 END) > 3)"#),
            ("day >= '2024-01-01'", #"("day" >= '2024-01-01')"#),
            (
                "day || '' = 'today'",
                #"(((lpad(extract(year FROM "day")::text, 4, '0') || '-' || lpad(extract(month FROM "day")::text, 2, '0') "#
                    + #"|| '-' || lpad(extract(day FROM "day")::text, 2, '0')) || '') = 'today')"#
            ),
            ("kind = 5", #"("sort" = '5')"#),
            ("kind <> 0123", #"("sort" <> '123')"#),
            ("kind = 0x10", #"("sort" = '16')"#),
            ("kind IN (05, 0000)", #"("sort" IN ('5', '0'))"#),
            ("kind BETWEEN 05 AND 06", #"(("sort" COLLATE "C" >= '5') AND ("sort" COLLATE "C" <= '6'))"#),
            ("id = '5'", #"("id" = 5)"#),
            ("id = 'five'", #"(CASE WHEN "id" IS NOT NULL AND 'five' IS NOT NULL THEN false END)"#),
            ("odd = 'x'", nil),
            ("typeof(id) = 'integer'", #"((CASE WHEN "id" IS NULL THEN 'null' ELSE 'integer' END) = 'integer')"#),
            ("id / id = 1", #"(("id" / nullif("id", 0)) = 1)"#),
            ("json_valid(kind)", nil),
            (
                "kind",
                #"((CASE WHEN "sort" IS NOT NULL THEN coalesce(substring("sort" from "#
                    + #"'^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?)')::numeric, 0) END) <> 0)"#
            ),
            ("unknown = 1", nil),
            ("id IN (SELECT 1)", nil),
            ("kind || id = 'x'", #"(("sort" || ("id")::text) = 'x')"#),
            ("hex(kind) = '61'", nil),
            ("date(kind, price || ' days') IS NULL", nil),
            ("date(kind, kind) IS NULL", nil),
            ("date(day, id || ' weeks') IS NULL", nil),
            ("date(day, id || 'days') IS NULL", nil),
            ("date(day, printf('%d-%d days', id, id)) IS NULL", nil),
            ("date('now') > day", nil),
            ("kind = 'a' ESCAPE", nil),
        ] as [(String, String?)])
    func predicates(_ sqlite: String, _ postgresql: String?) {
        #expect(Self.predicate(sqlite) == postgresql)
    }

    static func defaultValue(_ text: String, _ type: ColumnType) -> String? {
        do {
            let value = try meaning.value(.expression(.native(sqlite: text, postgresql: "")), for: type, readBy: nil)
            return try value.map { try PostgreSQLDialect().render($0, for: type) }
        } catch {
            return nil
        }
    }

    @Test(
        arguments: [
            ("CURRENT_TIMESTAMP", ColumnType.datetime, "(date_trunc('second', (now() AT TIME ZONE 'UTC')))"),
            ("datetime('now')", .text, "(to_char((now() AT TIME ZONE 'UTC'), 'YYYY-MM-DD HH24:MI:SS'))"),
            ("datetime('now')", .timestamp, "(date_trunc('second', now()))"),
            ("strftime('%Y-%m-%d %H:%M', 'now')", .timestamp, "(date_trunc('minute', now()))"),
            ("datetime('now', 'subsec')", .timestamp, "(now())"),
            ("CURRENT_TIME", .time, "(date_trunc('second', (now() AT TIME ZONE 'UTC'))::time)"),
            ("date('now')", .date, "((now() AT TIME ZONE 'UTC')::date)"),
            (
                "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", .text,
                #"(to_char((now() AT TIME ZONE 'UTC'), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))"#
            ),
            ("unixepoch()", .bigint, "(floor(extract(epoch FROM now()))::bigint)"),
            ("CAST(strftime('%s', 'now') AS INTEGER)", .bigint, "(floor(extract(epoch FROM now()))::bigint)"),
            (
                "lower(hex(randomblob(16)))", .text,
                "(encode((substring(uuid_send(gen_random_uuid()) FROM 10) || substring(uuid_send(gen_random_uuid()) FROM 10) "
                    + "|| substring(uuid_send(gen_random_uuid()) FROM 15)), 'hex'))"
            ),
            ("hex(randomblob(3))", .text, "(upper(encode((substring(uuid_send(gen_random_uuid()) FROM 14)), 'hex')))"),
            ("randomblob(7)", .bytes, "((substring(uuid_send(gen_random_uuid()) FROM 10)))"),
            ("randomblob(100000)", .bytes, nil),
            ("1", .boolean, "true"),
            ("'7'", .bigint, "7"),
            ("(0x10)", .text, "'16'"),
            ("(-0x10)", .text, "'-16'"),
            ("-1.5", .real, "-1.5"),
            (#""open""#, .text, "'open'"),
            ("x'00ff'", .bytes, #"('\x00ff'::bytea)"#),
            ("'2024-02-30'", .date, nil),
            ("'2024-02-29'", .date, "'2024-02-29'"),
            ("datetime('now', 'localtime')", .datetime, "(date_trunc('second', localtimestamp))"),
            ("datetime('now', 'localtime')", .timestamp, nil),
            ("date('now', '+7 days')", .date, "(((now() AT TIME ZONE 'UTC') + interval '+7 day')::date)"),
            (
                "julianday('now')", .real,
                "(((floor(extract(epoch FROM (now() AT TIME ZONE 'UTC')) * 1000) + 210866760000000)::double precision "
                    + "/ 86400000::double precision))"
            ),
            ("strftime('%s', 'now')", .bigint, "(floor(extract(epoch FROM now()))::bigint)"),
            ("strftime('%s', 'now')", .text, "(floor(extract(epoch FROM now()))::bigint::text)"),
            ("strftime('%Y', 'now')", .bigint, "((to_char((now() AT TIME ZONE 'UTC'), 'YYYY'))::bigint)"),
            (
                "'inv-' || strftime('%Y%m', 'now')", .text,
                "(('inv-' || to_char((now() AT TIME ZONE 'UTC'), 'YYYYMM')))"
            ),
            ("strftime('%q', 'now')", .text, nil),
            ("'abc'", .bigint, nil),
            ("2", .boolean, nil),
            ("NULL", .text, nil),
            (
                "abs(random())", .bigint,
                "(abs(('x' || encode(substring(uuid_send(gen_random_uuid()) FROM 10) "
                    + "|| substring(uuid_send(gen_random_uuid()) FROM 16), 'hex'))::bit(64)::bigint))"
            ),
            ("(SELECT 1)", .bigint, nil),
        ] as [(String, ColumnType, String?)])
    func defaults(_ sqlite: String, _ type: ColumnType, _ postgresql: String?) {
        #expect(Self.defaultValue(sqlite, type) == postgresql)
    }

    /// In SQLite, 5 / 2 is 2, and '5' / 2 as well; a sum of numbers with fractions may be the REAL value 5.0, and 5.0 / 2 is 2.5.
    @Test(arguments: ["kind / 2 = 1", "(fee + fee) / 2 = 1", "(fee * id) || '' = ''"])
    func nothingDependsOnHowAComputedNumberIsStored(_ text: String) {
        #expect(Self.predicate(text) == nil)
    }

    @Test func generatedColumnsAreExactOrNothing() throws {
        let exact = try Self.meaning.generated("id * 2", for: .bigint)
        #expect(exact == .native(sqlite: "id * 2", postgresql: #"("id" * 2)"#))
        let fraction = try Self.meaning.generated("price * 2", for: .real)
        #expect(fraction == .native(sqlite: "price * 2", postgresql: #"("price" * 2)"#))
        let text = try Self.meaning.generated("id * 2", for: .text)
        #expect(text == .native(sqlite: "id * 2", postgresql: #"(("id" * 2))::text"#))
        let decimal = try Self.meaning.generated("fee * 2", for: .decimal(10, 2))
        #expect(decimal == .native(sqlite: "fee * 2", postgresql: #"("fee" * 2)"#))
        let rounded = try Self.meaning.generated("round(fee / 3, 1)", for: .numeric)
        let third = #"(CASE WHEN "fee" = trunc("fee") THEN div("fee", (3)::numeric) ELSE "fee" / 3 END)"#
        #expect(
            rounded == .native(sqlite: "round(fee / 3, 1)", postgresql: "round((\(third))::numeric, 1)"))
        let double = try Self.meaning.generated("fee * 2", for: .real)
        #expect(double == .native(sqlite: "fee * 2", postgresql: #"(("fee")::double precision * 2)"#))
        // What SQLite's doubles decide is decided by doubles: 0.1 * 3 is more than 0.3.
        for text in [
            "CASE WHEN fee * 2 > 0.3 THEN fee END", "CASE WHEN fee * 2 BETWEEN 0.3 AND 1 THEN fee END",
            "CASE fee * 2 WHEN 0.3 THEN fee END", "CASE WHEN fee * 2 IN (0.3) THEN fee END",
            "CASE WHEN fee * 2 THEN fee END", "nullif(fee * 2, 0.3)",
        ] {
            guard case .native(_, let sql) = try Self.meaning.generated(.sql(text), for: .decimal(10, 2)) else {
                Issue.record("\(text) is not in PostgreSQL's words")
                continue
            }
            #expect(sql.contains(#"(("fee")::double precision * 2)"#), "\(sql)")
            #expect(!sql.contains(#"("fee" * 2)"#), "\(sql)")
        }
        #expect(throws: Untranslatable.self) { try Self.meaning.generated("kind", for: .bigint) }
        #expect(throws: Untranslatable.self) { try Self.meaning.generated("data", for: .text) }
    }

    /// Each function here needs its argument ten times.
    @Test func functionsInFunctionsDoNotGrowWithoutEnd() throws {
        func nested(_ depth: Int) -> String { depth == 0 ? "kind" : "date(\(nested(depth - 1)), '+1 day')" }
        #expect(throws: Never.self) { try Self.meaning.generated(.sql(nested(2)), for: .text) }
        #expect(throws: Untranslatable("it grows too long in the target")) {
            try Self.meaning.generated(.sql(nested(20)), for: .text)
        }
    }

    @Test(
        "a view reads the current time if its words do, and not because a text in it looks so",
        arguments: [
            ("SELECT 'now()' AS a", false), ("SELECT '(now() AT TIME ZONE ''UTC'')' AS a", false),
            ("SELECT datetime('now') AS a", true), ("SELECT 1 AS a WHERE CURRENT_DATE > '2000-01-01'", true),
        ])
    func timeInWords(_ query: String, _ asks: Bool) throws {
        let view = View("v", as: .sql(query))
        #expect(try SQLiteDialect().query(of: view, over: []).asksForTime == asks)
    }

    @Test("an hour after the beginning of a day is not the beginning of the day of an hour later")
    func hourOfADay() throws {
        let query = "SELECT date_trunc('day'::text, now()) + '01:00:00'::interval AS at"
        let view = View("v", as: .native(sqlite: "", postgresql: query))
        guard case .native(let sqlite, _) = try PostgreSQLDialect().query(of: view, over: []).query else {
            Issue.record("the view has no words of SQLite's own")
            return
        }
        let connection = try InspectorFixture.memory("")
        defer { connection.close() }
        let isSo = "SELECT at = strftime('%Y-%m-%dT01:00:00.000000Z', 'now') FROM (\(sqlite))"
        #expect(try connection.values(SQL(trusted: isSo)) == [[1]])
    }
}
