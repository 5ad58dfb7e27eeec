import Migrator
import TestSupport
import Testing

/// Values of one type, and their expected conversions to another type.
struct Retyping: Sendable, CustomTestStringConvertible {
    var old: ColumnType
    var new: ColumnType
    /// Each value in SQL, and its text after the conversion; `nil` if it is refused.
    var values: [(sql: String, text: String?)]

    init(_ old: ColumnType, _ new: ColumnType, _ values: [(String, String?)]) {
        self.old = old
        self.new = new
        self.values = values.map { (sql: $0.0, text: $0.1) }
    }

    /// Returns a retyping of texts, each with the text of its converted value.
    static func text(_ new: ColumnType, _ texts: KeyValuePairs<String, String?>) -> Retyping {
        Retyping(.text, new, texts.map { (SQLText.literal($0.key), $0.value) })
    }

    var testDescription: String { "\(old) to \(new)" }
}

/// Tests values whose column changes its type: the result is the same on both databases, or both refuse it.
@Suite("Conversions between types")
struct ConversionTests {
    static let fromText: [Retyping] = [
        .text(
            .integer,
            [
                "12": "12", "007": "7", " 5 ": "5", "+7": "7", "-0": "0", "0": "0", "-2147483648": "-2147483648",
                "2147483647": "2147483647", "2147483648": nil, "-2147483649": nil, "abc": nil, "1.50": nil, "--5": nil,
                "+-5": nil, "": nil, "-": nil, "1e3": nil, "0x10": nil, "1 2": nil, "- 5": nil, "\t5": nil, "5\n": nil,
                "9223372036854775808": nil, "٣": nil,
            ]),
        .text(
            .smallint,
            [
                "32767": "32767", "-32768": "-32768", "007": "7", "32768": nil, "-32769": nil, "99999999999": nil,
                "": nil,
            ]
        ),
        .text(
            .bigint,
            [
                "9223372036854775807": "9223372036854775807", "-9223372036854775808": "-9223372036854775808",
                "9223372036854775808": nil, "-9223372036854775809": nil, "99999999999999999999999": nil,
                "000000000000000000000000000012": "12", "1_000": nil,
            ]),
        .text(
            .real,
            [
                "1.5": "1.5", "-0.25": "-0.25", " 7 ": "7", "5.": "5", ".5": "0.5", "abc": nil, "1e3": "1000",
                "1e400": nil, "": nil,
                "1.2.3": nil, ".": nil, "NaN": nil, "Infinity": nil, "1,5": nil, "0.1": "0.1",
            ]),
        .text(
            .decimal(10, 2),
            [
                "1.50": "1.50", "1.5": "1.50", "1.500": "1.50", "7": "7.00", "007.1": "7.10", "+3": "3.00",
                " 2.25 ": "2.25",
                ".5": "0.50", "-.5": "-0.50", "5.": "5.00", "-0.00": "0.00", "12345678.99": "12345678.99",
                "-12345678.99": "-12345678.99", "123456789": nil, "1.505": nil, "abc": nil, "1e3": nil, "": nil,
                "--1": nil,
                "1-1": nil, "NaN": nil,
            ]),
        .text(.decimal(4, 0), ["12": "12", "12.0": "12", "0": "0", "12.5": nil, "12345": nil, "-9999": "-9999"]),
        .text(.numeric, ["1.50": "1.50", "007": "7", "5.": "5", "-.25": "-0.25", "-0": "0", "abc": nil, "1e3": nil]),
        .text(
            .boolean,
            [
                "true": "true", "T": "true", "1": "true", "Yes": "true", "on": "true", "FALSE": "false", "f": "false",
                "0": "false", "no": "false", "Off": "false", "2": nil, "": nil, "maybe": nil, " true": nil,
            ]),
        .text(
            .uuid,
            [
                "123e4567-e89b-42d3-a456-426614174000": "123e4567-e89b-42d3-a456-426614174000",
                "123E4567-E89B-42D3-A456-426614174000": "123e4567-e89b-42d3-a456-426614174000",
                "123e4567e89b42d3a456426614174000": nil, "123e4567": nil, "": nil,
                "g23e4567-e89b-42d3-a456-426614174000": nil,
            ]),
        .text(.varchar(3), ["abc": "abc", "": "", "äöü": "äöü", "abcd": nil]),
    ]

    static let times: [Retyping] = [
        .text(
            .timestamp,
            [
                "2024-01-15T10:00:00Z": "2024-01-15T10:00:00.000000Z",
                "2024-01-15 10:00:00": "2024-01-15T10:00:00.000000Z",
                "2024-01-15 10:00": "2024-01-15T10:00:00.000000Z", "2024-01-15": "2024-01-15T00:00:00.000000Z",
                "2024-01-15T10:00:00.5+02:00": "2024-01-15T08:00:00.500000Z",
                "2024-01-01T00:30:00.123456+01:00": "2023-12-31T23:30:00.123456Z",
                "2024-01-15T10:00:00.999999-05:30": "2024-01-15T15:30:00.999999Z",
                "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999999Z",
                "2024-02-29 23:59:59.1": "2024-02-29T23:59:59.100000Z",
                "1969-07-20T20:17:40Z": "1969-07-20T20:17:40.000000Z",
                "2024-01-15T10:00:00.1234567Z": nil, "yesterday": nil, "now": nil, "": nil, "2024-02-30": nil,
                "2023-02-29T00:00:00Z": nil, "2024-13-01": nil, "2024-04-31": nil, "0000-01-01": nil,
                "2024-01-15T24:00:00": nil,
                "2024-01-15T10:60:00": nil, "2024-01-15T10:00:60": nil, "2024-01-15T10": nil, "2024-01-15T": nil,
                "2024-01-15  10:00:00": nil, "2024-01-15 10:00:00 CET": nil, "2024-01-15T10:00:00+0200": nil,
                "2024-01-15T10:00:00z": nil, "2024-01-15T10:00:00.": nil, "1705312800": nil, "15.01.2024": nil,
                "2024-1-5": nil, " 2024-01-15": nil, "2024-01-15T10:00:00Zulu": nil, "2024-01-15T10:00:00+15:00": nil,
            ]),
        .text(
            .datetime,
            [
                "2024-01-15T10:00:00.25": "2024-01-15 10:00:00.250000",
                "2024-01-15T10:00:00+02:00": "2024-01-15 08:00:00.000000",
                "2024-01-15": "2024-01-15 00:00:00.000000", "tomorrow": nil,
            ]),
        .text(
            .date,
            [
                "2024-02-29": "2024-02-29", "0001-01-01": "0001-01-01", "9999-12-31": "9999-12-31", "2023-02-29": nil,
                "2024-04-31": nil, "2024-00-10": nil, "2024-01-00": nil, "0000-01-01": nil, "2024-01-15T10:00": nil,
                "15.01.2024": nil, "20240115": nil, "today": nil, "": nil,
            ]),
        .text(
            .time,
            [
                "12:34:56": "12:34:56", "00:00:00": "00:00:00", "12:34:56.5": "12:34:56.5",
                "12:34:56.120": "12:34:56.12",
                "12:34:56.000": "12:34:56", "12:34:56.123456": "12:34:56.123456", "12:34:56.1234567": nil,
                "24:00:00": nil,
                "12:34": nil, "12:60:00": nil, "12:34:60": nil, "12:34:56Z": nil, "12:34:56.": nil, "noon": nil,
                "1:02:03": nil,
            ]),
        Retyping(
            .timestamp, .datetime,
            [("'2024-01-15T10:00:00.123456Z'", "2024-01-15 10:00:00.123456")]),
        Retyping(
            .datetime, .timestamp,
            [
                ("'2024-07-15 10:00:00.000001'", "2024-07-15T10:00:00.000001Z"),
                ("'9999-12-31 23:59:59.999999'", "9999-12-31T23:59:59.999999Z"),
            ]),
        Retyping(
            .timestamp, .date,
            [("'2024-01-15T00:00:00.000000Z'", "2024-01-15"), ("'2024-01-15T00:00:00.000001Z'", nil)]),
        Retyping(
            .datetime, .date, [("'2024-01-15 00:00:00.000000'", "2024-01-15"), ("'2024-01-15 10:00:00.000000'", nil)]),
        Retyping(.date, .timestamp, [("'2024-01-15'", "2024-01-15T00:00:00.000000Z")]),
        Retyping(.date, .datetime, [("'2024-01-15'", "2024-01-15 00:00:00.000000")]),
        Retyping(.timestamp, .text, [("'2024-01-15T10:00:00.120000Z'", "2024-01-15T10:00:00.120000Z")]),
        Retyping(.time, .text, [("'12:34:56.500000'", "12:34:56.5"), ("'10:20:00'", "10:20:00")]),
        Retyping(.date, .text, [("'2024-01-15'", "2024-01-15")]),
    ]

    /// Times that another program has written into a file.
    static let strangeTimes: [Retyping] = [
        Retyping(
            .datetime, .timestamp,
            [
                ("'2024-01-15 10:00:00'", "2024-01-15T10:00:00.000000Z"), ("'soon'", nil),
                ("'2024-01-15 10:00:00.5'", "2024-01-15T10:00:00.500000Z"), ("'-infinity'", "-infinity"),
            ]),
        Retyping(
            .timestamp, .datetime,
            [
                ("'2024-01-15T10:00:00+02:00'", "2024-01-15 08:00:00.000000"), ("'2024-02-30T10:00:00Z'", nil),
                ("'infinity'", "infinity"),
            ]),
        Retyping(
            .timestamp, .date,
            [
                ("'2024-01-15T00:00:00.000000+02:00'", nil), ("'2024-01-15T02:00:00.000000+02:00'", "2024-01-15"),
                ("'2024-01-15T00:00:00Z'", "2024-01-15"), ("'later'", nil), ("'infinity'", "infinity"),
            ]),
        Retyping(.date, .timestamp, [("'soon'", nil), ("'2024-01-15'", "2024-01-15T00:00:00.000000Z")]),
        Retyping(.date, .datetime, [("'2024-02-30'", nil), ("'-infinity'", "-infinity")]),
    ]

    /// Times for which PostgreSQL has words of its own.
    static let boundlessTimes: [Retyping] = [
        Retyping(
            .date, .text,
            [
                ("'infinity'", nil), ("'-infinity'", nil), ("'0044-03-15 BC'", nil), ("'10000-01-01'", nil),
                ("'0001-01-01'", "0001-01-01"), ("'9999-12-31'", "9999-12-31"),
            ]),
        Retyping(
            .timestamp, .text,
            [
                ("'infinity'", nil), ("'0044-03-15 00:00:00Z BC'", nil),
                ("'9999-12-31 23:59:59.999999Z'", "9999-12-31T23:59:59.999999Z"),
            ]),
        Retyping(
            .datetime, .varchar(26), [("'-infinity'", nil), ("'2024-01-15 10:00'", "2024-01-15 10:00:00.000000")]),
    ]

    static let numbers: [Retyping] = [
        Retyping(.integer, .bigint, [("5", "5")]),
        Retyping(.smallint, .integer, [("32767", "32767"), ("-32768", "-32768")]),
        Retyping(.smallint, .bigint, [("32767", "32767")]),
        Retyping(.integer, .smallint, [("32767", "32767"), ("-32768", "-32768"), ("32768", nil), ("-32769", nil)]),
        Retyping(.bigint, .smallint, [("32767", "32767"), ("4294967296", nil)]),
        Retyping(.smallint, .boolean, [("0", "false"), ("1", "true"), ("2", nil)]),
        Retyping(.boolean, .smallint, [("true", "1"), ("false", "0")]),
        Retyping(.smallint, .real, [("-3", "-3")]),
        Retyping(.real, .smallint, [("1.0", "1"), ("-32768.0", "-32768"), ("1.5", nil), ("32768.0", nil)]),
        Retyping(.smallint, .numeric, [("-3", "-3")]),
        Retyping(.smallint, .decimal(4, 1), [("7", "7.0"), ("1000", nil)]),
        Retyping(.numeric, .smallint, [("'32767'", "32767"), ("'32768'", nil), ("'1.5'", nil)]),
        Retyping(.smallint, .text, [("-7", "-7")]),
        Retyping(
            .bigint, .integer, [("2147483647", "2147483647"), ("-2147483648", "-2147483648"), ("2147483648", nil)]),
        Retyping(.integer, .boolean, [("0", "false"), ("1", "true"), ("2", nil), ("-1", nil)]),
        Retyping(.boolean, .integer, [("true", "1"), ("false", "0")]),
        Retyping(.boolean, .bigint, [("true", "1"), ("false", "0")]),
        Retyping(.boolean, .text, [("true", "true"), ("false", "false")]),
        Retyping(.boolean, .varchar(4), [("true", "true"), ("false", nil)]),
        Retyping(.integer, .real, [("-3", "-3")]),
        Retyping(
            .bigint, .real,
            [("9007199254740993", nil), ("-9223372036854775807 - 1", nil), ("42", "42")]),
        Retyping(
            .real, .integer,
            [("1.0", "1"), ("-2147483648.0", "-2147483648"), ("1.5", nil), ("2147483648.0", nil), ("1e300", nil)]),
        Retyping(
            .real, .bigint,
            [
                ("-9223372036854775808.0", "-9223372036854775808"), ("9223372036854775808.0", nil), ("0.5", nil),
                ("1e15", "1000000000000000"),
            ]),
        Retyping(
            .real, .text,
            [("0.1", "0.1"), ("1.0", "1"), ("-2.5", "-2.5"), ("1.0 / 3", "0.3333333333333333"), ("1e300", "1e+300")]),
        Retyping(
            .real, .numeric, [("0.1", "0.1"), ("2.0", "2"), ("1e20", nil), ("1e-9", nil), ("-1234.5678", "-1234.5678")]),
        Retyping(
            .real, .decimal(10, 2),
            [("0.5", "0.50"), ("2.0", "2.00"), ("-1234.56", "-1234.56"), ("0.125", nil), ("123456789.0", nil)]),
        Retyping(.integer, .text, [("-5", "-5")]),
        Retyping(.bigint, .decimal(5, 2), [("999", "999.00"), ("-7", "-7.00"), ("1000", nil), ("0", "0.00")]),
        Retyping(.integer, .numeric, [("12", "12")]),
        Retyping(
            .decimal(12, 4), .decimal(6, 2),
            [
                ("'12.3400'", "12.34"), ("'0.0000'", "0.00"), ("'-9999.9900'", "-9999.99"), ("'12.3450'", nil),
                ("'10000.0000'", nil),
            ]),
        Retyping(.decimal(6, 2), .decimal(8, 2), [("'12.30'", "12.30")]),
        Retyping(.decimal(6, 2), .numeric, [("'12.30'", "12.30")]),
        Retyping(.numeric, .decimal(6, 2), [("'12'", "12.00"), ("'12.345'", nil), ("'-0.1'", "-0.10")]),
        Retyping(
            .decimal(12, 2), .integer,
            [("'12.00'", "12"), ("'0.00'", "0"), ("'12.50'", nil), ("'2147483648.00'", nil), ("'100.00'", "100")]),
        Retyping(
            .numeric, .bigint,
            [("'9223372036854775807'", "9223372036854775807"), ("'9223372036854775808'", nil), ("'-8.0'", "-8")]),
        Retyping(.numeric, .real, [("'0.1'", "0.1"), ("'12345678901234.5678'", nil), ("'100'", "100")]),
        Retyping(.decimal(10, 2), .text, [("'12.30'", "12.30")]),
        Retyping(.uuid, .text, [("'123e4567-e89b-42d3-a456-426614174000'", "123e4567-e89b-42d3-a456-426614174000")]),
        Retyping(.varchar(9), .varchar(3), [("'abc'", "abc"), ("'abcd'", nil)]),
        Retyping(.varchar(9), .integer, [("'12'", "12"), ("'x'", nil)]),
        Retyping(.json, .text, [(#"'{"a": 1}'"#, #"{"a": 1}"#), ("'null'", "null")]),
    ]

    @Test("text", arguments: Backend.available, fromText)
    func convertsText(_ backend: Backend, _ conversion: Retyping) async throws {
        try await convert(conversion, on: backend)
    }

    @Test("times", arguments: Backend.available, times)
    func convertsTimes(_ backend: Backend, _ conversion: Retyping) async throws {
        try await convert(conversion, on: backend)
    }

    @Test("times that another program has written into a file", arguments: strangeTimes)
    func convertsStrangeTimes(_ conversion: Retyping) async throws {
        try await convert(conversion, on: .sqlite)
    }

    @Test(
        "infinity and years before Christ become no text",
        .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason), arguments: boundlessTimes)
    func convertsBoundlessTimes(_ conversion: Retyping) async throws {
        try await convert(conversion, on: .postgresql)
    }

    @Test("numbers and the rest", arguments: Backend.available, numbers)
    func convertsNumbers(_ backend: Backend, _ conversion: Retyping) async throws {
        try await convert(conversion, on: backend)
    }

    private func convert(_ conversion: Retyping, on backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("v", conversion.old).nullable()
                }
            }
            for (id, value) in conversion.values.enumerated() {
                try await test.run("INSERT INTO t VALUES (\(id), \(value.sql))")
            }
            try await test.run("INSERT INTO t VALUES (-1, NULL)")
            let retype = AlterTable("t") { ChangeColumn("v").type(conversion.new) }
            let refused = conversion.values.indices.filter { conversion.values[$0].text == nil }
            #expect(
                try await test.incompatibleValues(from: conversion.old, to: conversion.new) == refused, "refused values"
            )
            if !refused.isEmpty {
                let error = try await test.refusal { retype }
                #expect(error.measured.map(\.rows) == [Int64(refused.count)])
                try await test.run("DELETE FROM t WHERE id IN (\(refused.map(String.init).joined(separator: ", ")))")
            }
            try await test.migrate { retype }
            let fitting = conversion.values.enumerated().filter { $0.element.text != nil }
            #expect(
                try await test.rows("t", "id", "v") == [["-1", nil]]
                    + fitting.map { ["\($0.offset)", $0.element.text] })
            #expect(try await test.drift().isEmpty)
        }
    }

    /// PostgreSQL reports text that is not JSON by a separate error.
    @Test("text becomes JSON, or is refused", arguments: Backend.available)
    func convertsToJSON(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("v", .text).nullable()
                }
            }
            try await test.run(
                #"INSERT INTO t VALUES (1, '{"a": [1, 2.50, null]}'), (2, '"x"'), (3, NULL), (4, '{a: 1}')"#)
            let retype = AlterTable("t") { ChangeColumn("v").type(.json) }
            var attempt = test
            await #expect(throws: (any Error).self) { try await attempt.migrate { retype } }
            #expect(try await test.rows("t", "id", "v").last == ["4", "{a: 1}"])
            try await test.run("DELETE FROM t WHERE id = 4")
            try await test.migrate { retype }
            #expect(
                try await test.rows("t", "id", "v") == [
                    ["1", #"{"a": [1, 2.50, null]}"#], ["2", #""x""#], ["3", nil],
                ])
        }
    }

    @Test(
        "JSON that stays as it is written keeps blanks, repeated members and their order, until it becomes jsonb",
        arguments: Backend.available)
    func jsonText(_ backend: Backend) async throws {
        let written = #" { "b": 1.50, "a": [ ], "b": 2 } "#
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("v", .text).nullable()
                    Column("w", .jsonText).default(.json("[ 1,  2 ]"))
                }
            }
            try await test.run("INSERT INTO t (id, v) VALUES (1, '\(written)'), (2, NULL), (3, '{a')")
            await #expect(throws: (any Error).self) {
                try await test.run("INSERT INTO t (id, w) VALUES (4, '{a')")
            }
            var attempt = test
            let retype = AlterTable("t") { ChangeColumn("v").type(.jsonText) }
            await #expect(throws: (any Error).self) { try await attempt.migrate { retype } }
            try await test.run("DELETE FROM t WHERE id = 3")
            try await test.migrate { retype }
            #expect(try await test.rows("t", "id", "v") == [["1", written], ["2", nil]])
            #expect(try await test.rows("t", "id", "w") == [["1", "[ 1,  2 ]"], ["2", "[ 1,  2 ]"]])
            #expect(try await test.drift().isEmpty)
            try await test.down()
            test.forget()
            #expect(try await test.rows("t", "id", "v") == [["1", written], ["2", nil]])
            try await test.migrate { retype }
            try await test.migrate { AlterTable("t") { ChangeColumn("v").type(.json) } }
            // PostgreSQL has no order for these values, so keys and indexes can't hold them.
            await #expect(throws: HistoryError.self) {
                try await attempt.migrate { AlterTable("t") { AddIndex("w") } }
            }
            let kept = backend == .sqlite ? written : #"{"a": [], "b": 2}"#
            #expect(try await test.rows("t", "id", "v") == [["1", kept], ["2", nil]])
            try await test.migrate { AlterTable("t") { ChangeColumn("v").type(.jsonText) } }
            #expect(try await test.rows("t", "id", "v") == [["1", kept], ["2", nil]])
        }
    }

    @Test("a span of time is declared, kept, inspected, and becomes text", arguments: Backend.available)
    func spansOfTime(_ backend: Backend) async throws {
        try await backend.withCase { test in
            try await test.migrate {
                CreateTable("t") {
                    Column("id", .bigint).primaryKey()
                    Column("v", .interval).default("1 mon -2 days +03:04:05.5")
                    Column("w", .interval).nullable()
                }
            }
            try await test.run("INSERT INTO t (id, w) VALUES (1, '1 year 2 mons'), (2, NULL)")
            #expect(try await test.drift().isEmpty)
            let spans = [
                ["1", "1 mon -2 days +03:04:05.5", "1 year 2 mons"], ["2", "1 mon -2 days +03:04:05.5", nil],
            ]
            #expect(try await test.rows("t", "id", "v", "w") == spans)
            try await test.migrate { AlterTable("t") { ChangeColumn("v").withoutDefault() } }
            try await test.migrate { AlterTable("t") { ChangeColumn("w").type(.text) } }
            #expect(try await test.rows("t", "id", "v", "w") == spans)
            #expect(try await test.drift().isEmpty)
            var attempt = test
            let back = AlterTable("t") { ChangeColumn("w").type(.interval) }
            await #expect(throws: (any Error).self) { try await attempt.migrate { back } }
        }
        // The two databases would show a default in another spelling differently.
        for text in ["1 day 2:03", "P1D", "soon"] { #expect(Default(words: text, for: .interval) == nil, "\(text)") }
    }

    private static let types: [ColumnType] = [
        .smallint, .integer, .bigint, .real, .decimal(10, 2), .numeric, .text, .varchar(9), .boolean, .timestamp,
        .datetime, .date, .time, .interval, .uuid, .json, .jsonText, .bytes,
    ]

    @Test("both databases know a way between the same types")
    func samePairs() {
        for old in Self.types {
            for new in Self.types {
                let known = Backend.allCases.map { (try? $0.dialect.conversion(of: "v", from: old, to: new)) != nil }
                #expect(known[0] == known[1], "from \(old) to \(new)")
                let counted = Backend.allCases.map {
                    (try? $0.dialect.conversion(of: "v", from: old, to: new).incompatibility) != nil
                }
                // On PostgreSQL, text that becomes JSON is checked by reading it, not by a query. SQLite keeps times as texts, which
                // may hold anything; PostgreSQL's become other times without a loss, but not always texts.
                let isChecked =
                    [.timestamp, .datetime, .date].contains(old) || (old.isText && [.json, .jsonText].contains(new))
                #expect(counted[0] == counted[1] || isChecked, "from \(old) to \(new)")
            }
        }
    }
}

extension CaseDatabase {
    /// Returns the ids of the values that the dialect's conversion would refuse.
    fileprivate func incompatibleValues(from old: ColumnType, to new: ColumnType) async throws -> [Int] {
        guard let incompatibility = try backend.dialect.conversion(of: "v", from: old, to: new).incompatibility else {
            return []
        }
        let rows = try await values(
            "SELECT id FROM t WHERE id >= 0 AND v IS NOT NULL AND (\(trusted: incompatibility)) ORDER BY id")
        return rows.compactMap { $0[0].integer.map(Int.init) }
    }
}
