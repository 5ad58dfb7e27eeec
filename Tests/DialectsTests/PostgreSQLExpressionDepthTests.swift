import Testing

@testable import Dialects

/// Tests long and deep expressions of PostgreSQL's on their way to SQLite, which reads a hundred levels of parentheses and a
/// thousand levels of a tree.
@Suite("Long and deep expressions of PostgreSQL's")
struct PostgreSQLExpressionDepthTests {
    private static var translation: PostgreSQLExpressionTranslation {
        PostgreSQLExpressionTranslation(
            columns: [Column("a", .bigint), Column("t", .text)])
    }

    private func predicate(_ text: String) throws -> String {
        let translated = try Self.translation.predicate(.native(sqlite: "", postgresql: text), isUnique: false)
        guard case .native(let sqlite, _) = translated else { return "" }
        return sqlite
    }

    /// Returns the expression as PostgreSQL writes it, with parentheses around each operator.
    private func chain(_ sign: String, _ count: Int, of operand: String) -> String {
        (1..<count).reduce(operand) { chain, _ in "(\(chain) \(sign) \(operand))" }
    }

    @Test(
        arguments: [
            ("(((a + a) + a) > 0)", #"(("a" + "a" + "a") > 0)"#),
            ("((a - (a - a)) > 0)", #"(("a" - ("a" - "a")) > 0)"#),
            ("((((a + 1) - 2) + 3) > 0)", #"(((("a" + 1) - 2) + 3) > 0)"#),
            ("(((a / 2) / 3) > 0)", #"(("a" / 2 / 3) > 0)"#),
            (
                "((a > 1) AND (a > 2) AND ((a > 3) OR (a > 4)))",
                #"(("a" > 1) AND ("a" > 2) AND (("a" > 3) OR ("a" > 4)))"#
            ),
            ("(((t || t) || t) = 'x'::text)", #"(("t" || "t" || "t") = 'x')"#),
            ("(a = ANY (ARRAY[1, 2]))", #"("a" IN (1, 2))"#),
            ("(a <> ALL (ARRAY[1, 2]))", #"(NOT ("a" IN (1, 2)))"#),
            ("(a = ANY (ARRAY[1, a]))", #"(("a" IN (1)) OR ("a" = "a"))"#),
        ])
    func chainsAndListsAreFlat(postgresql: String, sqlite: String) throws {
        #expect(try predicate(postgresql) == sqlite)
    }

    @Test func sqliteReadsWhatIsLong() throws {
        let values = (0..<5000).map(String.init).joined(separator: ", ")
        let checks = [
            "(\(chain("+", 800, of: "a")) > 0)", "(\(chain("||", 800, of: "t")) = 'x'::text)",
            (0..<800).map { "(a <> \($0))" }.joined(separator: " AND "), "(a = ANY (ARRAY[\(values)]))",
        ]
        for check in checks {
            _ = try InspectorFixture.inspect("CREATE TABLE x(a INT, t TEXT, CHECK (\(try predicate(check))));")
        }
    }

    @Test func whatIsTooLongOrTooDeepStaysBehind() {
        let texts = [
            "(\(chain("+", 950, of: "a")) > 0)", "(\(chain("+", 5000, of: "a")) > 0)",
            String(repeating: "(", count: 100_000) + "a" + String(repeating: ")", count: 100_000),
            String(repeating: "NOT ", count: 100_000) + "(a > 0)",
            String(repeating: "abs(", count: 100_000) + "a" + String(repeating: ")", count: 100_000),
        ]
        for text in texts { #expect(throws: Untranslatable.self) { try predicate(text) } }
    }
}
