import Dialects
import TestSupport
import Testing
import Transfer

/// A law of transfers: what a column is computed from means the same in both databases, for the rows that were transferred and
/// for those that come later.
@Suite("the law of computed columns", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct ComputedLawTests {
    private static let columns = 20

    @Test("random expressions yield the same values for later rows", arguments: 1...6)
    func sameValues(seed: UInt64) async throws {
        var expressions = RandomExpressions(seed: seed)
        let computed = (0..<Self.columns).map { "c\($0) \(expressions.column())" }
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, x REAL, k NUMERIC(10,2), b BOOLEAN, t TEXT, u TEXT, m TEXT,
                w DATETIME, j TEXT, \(computed.joined(separator: ", ")));
            \((1...30).map { "\(expressions.row(id: $0));" }.joined())
            """)
        defer { fixture.remove() }
        let later = (31...60).map { expressions.row(id: $0) }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            let copied = Set(report.omitted.map(\.name))
            let kept = (0..<Self.columns).filter { !copied.contains("t.c\($0) GENERATED") }
            #expect(kept.count > Self.columns / 2, "\(report.omitted)")
            let (source, target) = (try connect(to: fixture.url), try connect(to: url))
            defer {
                source.close()
                target.close()
            }
            // PostgreSQL may refuse a row, because an expression fails or its result does not fit its column. Such a row is not
            // compared.
            for statement in later where (try? target.execute(SQL(trusted: statement))) != nil {
                try source.execute(SQL(trusted: statement))
            }
            let query = "SELECT id, \(kept.map { "c\($0)" }.joined(separator: ", ")) FROM t ORDER BY id"
            let rows = try [source, target].map { try $0.query(SQL(trusted: query)).map(\.values) }
            #expect(rows[0].count == rows[1].count && rows[0].count > 45)
            for (ours, theirs) in zip(rows[0], rows[1]) {
                for (at, (a, b)) in zip(ours, theirs).enumerated() where !isSame(a, b) {
                    Issue.record("seed \(seed), row \(ours[0]), \(at == 0 ? "id" : computed[kept[at - 1]]): \(a), \(b)")
                }
            }
        }
    }

    /// SQLite has no booleans, and both print other digits behind the fifteenth.
    private func isSame(_ a: Value, _ b: Value) -> Bool {
        guard let x = number(a), let y = number(b) else { return a == b }
        return abs(x - y) <= 1e-9 * max(1, abs(x), abs(y))
    }

    private func number(_ value: Value) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .real(let number): number
        case .boolean(let flag): flag ? 1 : 0
        case .null, .text, .blob: nil
        }
    }
}

/// Makes random expressions of SQLite's over the columns of one table, and rows of that table.
private struct RandomExpressions {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func column() -> String {
        let depth = one(of: [1, 2, 2, 3])
        return switch one(of: [0, 1, 2, 2, 3]) {
        case 0: "INTEGER AS (\(number(depth)))"
        case 1: "REAL AS (\(number(depth)))"
        case 2: "TEXT AS (\(text(depth)))"
        default: "BOOLEAN AS (\(condition(depth)))"
        }
    }

    mutating func row(id: Int) -> String {
        let values = [
            one(of: ["NULL", "0", "1", "5", "-7", "3", "123456789012"]),
            one(of: ["NULL", "0.0", "1.5", "-2.25", "3.0", "0.1", "1e10", "123.456"]),
            one(of: ["NULL", "1.5", "2.25", "-3.75"]), one(of: ["NULL", "false", "true"]),
            one(of: ["NULL", "'a'", "''", "'abc'", "'7'", "'7.5'", "'12 apples'", "' x '", "'Zoë'", "'1e3'", "'-5'"]),
            one(of: ["NULL", "'a'", "'b'", "'AbC'", "'x y'", "'5'", "'ñ'", "'%a'"]),
            one(of: [
                "NULL", "'2024-02-29'", "'2023-12-31 23:59:59'", "'2024-01-31T10:00:00'", "'2024-01-15 12:00:00+02:00'",
                "'no'",
            ]),
            one(of: ["NULL", "'2024-02-29 00:00:00'", "'2023-12-31 23:59:59'", "'1999-01-01 05:06:07'"]),
            one(of: [
                "NULL", #"'{"s":"abc","n":5,"b":true,"o":{"k":"v"}}'"#, #"'{"s":"","n":-2.5,"b":false}'"#,
                #"'{"n":null}'"#,
                "'[1,2,3]'",
            ]),
        ]
        return "INSERT INTO t (id, i, x, k, b, t, u, m, w, j) VALUES (\(id), \(values.joined(separator: ", ")))"
    }

    private mutating func one<T>(of choices: [T]) -> T { choices[Int.random(in: choices.indices, using: &random)] }

    private mutating func number(_ depth: Int) -> String {
        guard depth > 0 else { return one(of: ["i", "x", "i", "x", "b", "1", "2", "-3", "2.5", "length(t)"]) }
        switch Int.random(in: 0..<18, using: &random) {
        case 0...2: return "(\(number(depth - 1)) \(one(of: ["+", "-", "*", "/", "%"])) \(number(depth - 1)))"
        case 3: return "round(\(number(depth - 1)), \(one(of: ["0", "1", "2"])))"
        case 4: return "coalesce(\(number(depth - 1)), \(number(depth - 1)))"
        case 5: return "length(\(text(depth - 1)))"
        case 6: return "instr(\(text(depth - 1)), u)"
        case 7: return "CAST(\(text(depth - 1)) AS \(one(of: ["INTEGER", "REAL"])))"
        case 8: return "CAST(\(number(depth - 1)) AS INTEGER)"
        case 9: return "CASE WHEN \(condition(depth - 1)) THEN \(number(depth - 1)) ELSE \(number(depth - 1)) END"
        case 10: return "\(one(of: ["min", "max"]))(\(number(depth - 1)), \(number(depth - 1)))"
        case 11: return one(of: ["json_extract(j, '$.n')", "json_array_length(j)", "(i << 2)", "(i & 5)"])
        case 12: return "unixepoch(\(moment()))"
        case 13: return "CAST(strftime('\(one(of: ["%Y", "%m", "%j", "%w", "%s", "%H"]))', \(moment())) AS INTEGER)"
        case 14: return "julianday(\(moment()))"
        case 15: return "\(one(of: ["abs", "sign", "-"]))(\(number(depth - 1)))"
        case 16: return "nullif(\(number(depth - 1)), \(number(depth - 1)))"
        default: return "(\(condition(depth - 1)))"
        }
    }

    private mutating func text(_ depth: Int) -> String {
        guard depth > 0 else { return one(of: ["t", "u", "t", "u", "m"]) }
        switch Int.random(in: 0..<16, using: &random) {
        case 0: return "(\(text(depth - 1)) || \(text(depth - 1)))"
        case 1: return "(\(text(depth - 1)) || \(number(depth - 1)))"
        case 2: return "\(one(of: ["upper", "lower", "trim", "ltrim"]))(\(text(depth - 1)))"
        case 3:
            return "substr(\(text(depth - 1)), \(one(of: ["1", "2", "-2", "0"])), \(one(of: ["1", "2", "-1", "5"])))"
        case 4: return "substr(\(text(depth - 1)), \(one(of: ["2", "-3"])))"
        case 5: return "replace(\(text(depth - 1)), 'a', u)"
        case 6: return "coalesce(\(text(depth - 1)), \(text(depth - 1)))"
        case 7: return "CASE WHEN \(condition(depth - 1)) THEN \(text(depth - 1)) ELSE \(text(depth - 1)) END"
        case 8: return "json_extract(j, '$.\(one(of: ["s", "b", "n", "o.k", "z"]))')"
        case 9: return "(j ->> '\(one(of: ["s", "b", "n"]))')"
        case 10: return "\(one(of: ["date", "datetime", "time"]))(\(moment()))"
        case 11: return "strftime('\(one(of: ["%Y-%m", "%d/%m", "%H:%M", "%Y week %W", "%f"]))', \(moment()))"
        case 12: return "typeof(\(one(of: ["i", "x", "t"])))"
        case 13: return "json_type(j, '$.\(one(of: ["s", "b", "n", "o", "z"]))')"
        case 14: return "printf('\(one(of: ["%d", "%05d", "%.2f", "%s-%s"]))', \(number(depth - 1)), u)"
        default: return "nullif(\(text(depth - 1)), \(text(depth - 1)))"
        }
    }

    private mutating func moment() -> String {
        let modifiers = [
            "'+1 day'", "'-1 month'", "'start of month'", "'+1 year'", "'+90 minutes'", "'weekday 1'", "'+1.5 days'",
        ]
        return ([one(of: ["m", "w"])] + (0..<one(of: [0, 0, 1, 2])).map { _ in one(of: modifiers) }).joined(
            separator: ", ")
    }

    private mutating func condition(_ depth: Int) -> String {
        guard depth > 0 else {
            return one(of: [
                "i > 3", "t = 'a'", "b", "t IS NULL", "x < 2.5", "w > '2024-01-01'", "m >= '2024'", "i = '5'", "t = 5",
                "b = 1",
            ])
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return "(\(condition(depth - 1)) \(one(of: ["AND", "OR"])) \(condition(depth - 1)))"
        case 1: return "(NOT \(condition(depth - 1)))"
        case 2: return "(\(number(depth - 1)) \(one(of: ["<", ">", "=", "<>", "IS", "IS NOT"])) \(number(depth - 1)))"
        case 3: return "(\(text(depth - 1)) \(one(of: ["<", ">", "=", "<>", "IS"])) \(text(depth - 1)))"
        case 4: return "(\(text(depth - 1)) LIKE \(one(of: ["'a%'", "u", "'%_y'"])))"
        case 5: return "(\(text(depth - 1)) GLOB '\(one(of: ["a*", "[a-z]*", "?*7"]))')"
        case 6: return "(\(text(depth - 1)) IN ('a', u, 7))"
        default: return "(\(number(depth - 1)) BETWEEN i AND 7)"
        }
    }
}
