import Testing

@testable import Dialects

@Suite struct SQLiteDefaultTests {
    private func parse(_ text: String, _ type: String) -> Default? {
        let name = SQLiteTypeName(type)
        return SQLiteDefault.parse(text, for: name.columnType, affinity: name.affinity)
    }

    @Test(arguments: [
        ("'it''s'", "TEXT", Default.text("it's")), ("\"dq\"", "TEXT", .text("dq")), ("active", "TEXT", .text("active")),
        ("12", "INTEGER", .integer(12)), ("-3", "INTEGER", .integer(-3)), ("- 3", "INT", .integer(-3)),
        ("1.5", "REAL", .real(1.5)), ("1", "REAL", .real(1)), ("-1.5e-3", "REAL", .real(-0.0015)),
        ("0x10", "INTEGER", .integer(16)), ("'0x10'", "INTEGER", .text("0x10")), ("'--5'", "REAL", .text("--5")),
        ("0", "TEXT", .text("0")), ("'7'", "INTEGER", .integer(7)),
        ("'abc'", "INTEGER", .text("abc")), ("-9223372036854775808", "INTEGER", .integer(.min)),
        ("1", "BOOLEAN", .boolean(true)), ("FALSE", "BOOLEAN", .boolean(false)), ("true", "INTEGER", .integer(1)),
        ("'{}'", "JSON", .json("{}")), ("0", "NUMERIC", .integer(0)),
    ])
    func literalsAreReadByMeaning(text: String, type: String, value: Default) {
        #expect(parse(text, type) == value)
    }

    @Test(arguments: ["CURRENT_TIMESTAMP", "datetime('now')", "x'00ff'", "'a' || 'b'", "1 + 2"])
    func everythingElseStaysSQLite(text: String) {
        #expect(parse(text, "TEXT") == .expression(.native(sqlite: text, postgresql: "")))
    }

    @Test func nullIsNoDefault() {
        #expect(parse("NULL", "TEXT") == nil)
        #expect(parse("null", "INTEGER") == nil)
    }
}
