import TestSupport
import Testing

@testable import Dialects

/// Tests what becomes of expressions and queries that compare texts by a collation which only SQLite or an application knows: the target
/// would compare bytes.
@Suite("translation: collations that the target doesn't have")
struct SQLiteForeignCollationTests {
    private static var relation: NamedRelation {
        var name = Column("name", .text)
        name.collation = .native(sqlite: #""unicase""#, postgresql: "")
        var nick = Column("nick", .text)
        nick.collation = .nocase
        var table = Table(name: "t")
        table.columns = [Column("id", .bigint), name, nick, Column("plain", .text)]
        return NamedRelation(table)
    }

    @Test(
        "an expression whose value depends on such a collation has no translation",
        arguments: [
            "name = 'A'", "nullif(name, 'A')", "nullif('A', name)", "max(name, 'B')", "min('B', +name)",
            "name BETWEEN 'a' AND 'b'", "name IN ('a', 'b')",
            "CASE name WHEN 'a' THEN 1 END", "plain = 'a' COLLATE rtrim",
            "nullif(plain COLLATE rtrim, 'a')",
            "max(CAST(name AS TEXT), 'B')", "plain < (CASE WHEN id THEN 'a' COLLATE unicase END)",
        ])
    func expressions(_ text: String) {
        let translation = SQLiteExpressionTranslation(of: Self.relation)
        let native = SQLExpression.native(sqlite: text, postgresql: "")
        #expect(throws: Untranslatable.self) { try translation.predicate(native, isUnique: true) }
        #expect(throws: Untranslatable.self) { try translation.check(native) }
        #expect(throws: Untranslatable.self) { try translation.generated(native, for: .text) }
        #expect(throws: Untranslatable.self) { try translation.value(native, collated: nil, isUnique: false) }
    }

    @Test(
        "an expression that compares nothing by such a collation keeps its translation",
        arguments: [
            ("name || 'x'", #"("name" || 'x')"#), ("length(name)", #"length("name")::bigint"#),
            ("name COLLATE BINARY = 'A'", #"("name" = 'A')"#), ("plain = name", #"("plain" = "name")"#),
            ("name LIKE 'a%'", #"(lower("name" COLLATE "C") LIKE 'a%' ESCAPE '')"#),
            ("nullif(plain, 'A')", #"nullif("plain", 'A')"#), ("name IS NULL", #"("name" IS NULL)"#),
        ])
    func unaffectedExpressions(_ text: String, _ postgresql: String) throws {
        let translation = SQLiteExpressionTranslation(of: Self.relation)
        let value = try translation.value(.native(sqlite: text, postgresql: ""), collated: nil, isUnique: false)
        #expect(value == .native(sqlite: text, postgresql: postgresql))
    }

    @Test(
        "a query that sorts, groups or merges rows by such a collation has no translation",
        arguments: [
            "SELECT name, count(*) AS n FROM t GROUP BY name",
            "SELECT count(*) AS n FROM t GROUP BY name || '' COLLATE unicase",
            "SELECT DISTINCT name FROM t", "SELECT count(DISTINCT name) AS n FROM t",
            "SELECT group_concat(DISTINCT name) AS n FROM t",
            "SELECT min(name) AS n FROM t", "SELECT max(name) AS n, id FROM t", "SELECT max(name, plain) AS n FROM t",
            "SELECT name FROM t UNION SELECT plain FROM t", "SELECT plain FROM t EXCEPT SELECT name FROM t",
            "SELECT name FROM t INTERSECT SELECT plain FROM t", "SELECT id FROM t WHERE name IN (SELECT plain FROM t)",
            "SELECT id FROM t WHERE 'A' IN (SELECT name FROM t)",
            "SELECT id FROM t WHERE plain IN (SELECT plain COLLATE nocase FROM t)",
            "SELECT rank() OVER (ORDER BY name) AS n FROM t", "SELECT count(*) OVER (PARTITION BY name) AS n FROM t",
            "SELECT sum(id) OVER w AS n FROM t WINDOW w AS (ORDER BY name RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
            "SELECT id FROM t ORDER BY name LIMIT 2", "SELECT id, name AS n FROM t ORDER BY n",
            "SELECT id, name FROM t ORDER BY 2 DESC",
            "SELECT plain FROM t ORDER BY plain COLLATE rtrim",
            "SELECT DISTINCT plain FROM t ORDER BY plain COLLATE rtrim",
            "SELECT name FROM t UNION ALL SELECT plain FROM t ORDER BY 1",
            "SELECT 'x' AS n UNION ALL SELECT name FROM t ORDER BY n",
            "SELECT group_concat(id, ',' ORDER BY name) AS n FROM t",
            "SELECT DISTINCT n FROM (SELECT name AS n FROM t)",
            "WITH RECURSIVE r(n) AS (SELECT name FROM t UNION SELECT n FROM r) SELECT n FROM r",
            "SELECT a.id FROM t AS a JOIN t AS b USING (name)",
            "SELECT id FROM t GROUP BY id HAVING nullif(max(id), name) IS NULL",
        ])
    func queries(_ text: String) {
        #expect(throws: Untranslatable.self) { try SQLiteExpressionTranslation.view(text, over: [Self.relation]) }
    }

    @Test(
        "a query that only shows such texts, or says how they compare, keeps its translation",
        arguments: [
            "SELECT id, name FROM t", "SELECT name FROM t ORDER BY id", "SELECT count(name) AS n FROM t",
            "SELECT group_concat(name) AS n FROM t", "SELECT name FROM t UNION ALL SELECT plain FROM t",
            "SELECT plain FROM t UNION ALL SELECT name FROM t ORDER BY 1",
            "SELECT name FROM t ORDER BY name COLLATE NOCASE",
            "SELECT id FROM t WHERE plain IN (SELECT name FROM t)",
            "SELECT length(name) AS n, count(*) AS c FROM t GROUP BY 1",
            "SELECT DISTINCT name COLLATE BINARY AS n FROM t", "SELECT count(DISTINCT nick) AS n FROM t",
            "SELECT lag(name) OVER (ORDER BY id) AS n FROM t",
            "SELECT max(CASE WHEN plain = 'a' COLLATE NOCASE THEN 1 ELSE 0 END) AS n FROM t",
            "SELECT max(CASE WHEN plain BETWEEN 'a' AND 'b' COLLATE NOCASE THEN 'x' ELSE plain END) AS n FROM t",
            "SELECT max(CASE WHEN 'a' COLLATE NOCASE LIKE plain COLLATE BINARY THEN 'x' ELSE plain END) AS n FROM t",
        ])
    func unaffectedQueries(_ text: String) {
        #expect(throws: Never.self) { try SQLiteExpressionTranslation.view(text, over: [Self.relation]) }
    }

    @Test(
        "rows that are merged, or texts that are searched, without regard to case stay behind, too",
        arguments: [
            "SELECT group_concat(DISTINCT nick) AS n FROM t", "SELECT id FROM t WHERE 'a' IN (SELECT nick FROM t)",
            "SELECT count(*) AS n FROM t GROUP BY CASE WHEN id THEN plain COLLATE nocase END",
            "SELECT DISTINCT CASE WHEN plain = 'a' COLLATE nocase THEN 'x' ELSE plain END AS n FROM t",
            "SELECT max(CASE WHEN plain COLLATE nocase IN ('a') THEN 'x' ELSE plain END) AS n FROM t",
            "SELECT max(CASE WHEN plain COLLATE nocase BETWEEN 'a' AND 'b' THEN 'x' ELSE plain END) AS n FROM t",
        ])
    func caseless(_ text: String) {
        #expect(throws: Untranslatable.self) { try SQLiteExpressionTranslation.view(text, over: [Self.relation]) }
    }

    @Test("texts of several SELECTs are sorted by the first collation among them")
    func firstCollation() throws {
        let query = "SELECT 'x' AS n UNION ALL SELECT nick FROM t ORDER BY n"
        let rows = try SQLiteExpressionTranslation.view(query, over: [Self.relation])
        #expect(rows.sql.contains(#"ORDER BY lower("rows"."n" COLLATE "C")"#), "\(rows.sql)")
    }

    @Test(
        "a virtual column can't be read if its value depends on a collation that only an application knows",
        arguments: [
            ("name = 'A'", true), ("nullif(name, 'A')", true), ("max('B', name)", true), ("name IN ('A')", true),
            ("name BETWEEN 'a' AND 'b'", true), ("CASE name WHEN 'a' THEN 1 END", true),
            ("NOT (id > 0 AND name < 'b')", true),
            ("(id, name) > (1, 'a')", true), ("plain = 'a' COLLATE unicase", true),
            ("coalesce(nullif(+name, ''), 'x')", true),
            ("name || 'x'", false), ("length(name) > 3", false), ("name COLLATE NOCASE = 'A'", false),
            ("plain = 'a' COLLATE rtrim", false), ("plain = name", false), ("name IS NULL", false),
            ("name LIKE 'a%'", false), ("nick IN ('a', name)", false), ("coalesce(name, 'x')", false),
        ])
    func virtualColumns(_ text: String, _ isUnreadable: Bool) {
        var table = Self.relation.table
        for (name, storage) in [("g", Generated.Storage.virtual), ("s", .stored)] {
            var column = Column(name, .text)
            column.generated = Generated(.sql(text), storage)
            table.columns.append(column)
        }
        let reason = #"computed by the collation "unicase", which only the application knows"#
        #expect(SQLiteVirtualColumns.unreadable(in: table) == (isUnreadable ? ["g": reason] : [:]))
    }

    @Test("a virtual column that reads such a column can't be read either, wherever it stands")
    func virtualColumnsOfVirtualColumns() {
        var table = Self.relation.table
        for (name, text, storage) in [
            ("third", "second || '!'", Generated.Storage.virtual), ("second", "First || '?'", .virtual),
            ("first", "name = 'A'", .virtual), ("kept", "first || '.'", .stored), ("other", "id * 2", .virtual),
            ("round", "turn", .virtual), ("turn", "round", .virtual),
        ] {
            var column = Column(name, .text)
            column.generated = Generated(.sql(text), storage)
            table.columns.append(column)
        }
        #expect(Set(SQLiteVirtualColumns.unreadable(in: table).keys) == ["first", "second", "third"])
    }

    @Test("of several such columns the first one is the reason, in every run")
    func firstReason() {
        var table = Self.relation.table
        for (name, text) in [
            ("a", "plain = 'A' COLLATE one"), ("b", "plain = 'A' COLLATE two"), ("both", "b || a"),
        ] {
            var column = Column(name, .text)
            column.generated = Generated(.sql(text), .virtual)
            table.columns.append(column)
        }
        let reason = #"computed by the collation "one", which only the application knows"#
        for _ in 0..<20 { #expect(SQLiteVirtualColumns.unreadable(in: table)["both"] == reason) }
    }
}
