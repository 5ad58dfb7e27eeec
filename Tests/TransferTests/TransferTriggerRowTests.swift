import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests how a trigger compares the values of NEW and OLD, and an upsert those of `excluded`.
extension TransferTriggerTests {
    private static let comparisons = [
        "NEW.n = '5'", "NEW.s = 5", "NEW.s = 5.0", "NEW.n IN ('5', '6')", "NEW.s IN (5, 6)",
        "NEW.n BETWEEN '4' AND '6'",
        "CASE NEW.n WHEN '5' THEN 1 ELSE 0 END", "NEW.b = '1'", "NEW.r >= '1'", "NEW.m = '5'", "NEW.s > NEW.n",
        "NEW.n = NEW.s",
        "NEW.n <> OLD.s", "NEW.n IS OLD.s", "NEW.n IS NOT '5'", "NEW.s IS 5", "NEW.day = '2024'", "NEW.g = '6'",
        "NEW.id = '1'", "NEW.rowid = '1'", "NEW.id = NEW.s", "NEW.id IN ('1')", "CAST(NEW.n AS INTEGER) = '5'",
        "EXISTS (SELECT 1 FROM u WHERE x = NEW.s)", "EXISTS (SELECT 1 FROM u WHERE z = NEW.n)",
        "EXISTS (SELECT 1 FROM u WHERE NEW.free = z)", "EXISTS (SELECT 1 FROM (SELECT NEW.n AS q) WHERE q = '5')",
        "(SELECT NEW.n) = '5'", "NEW.name = 'ABC'", "'ABC' = NEW.name", "NEW.name = NEW.s", "NEW.s = NEW.name",
        "NEW.name IN ('ABC')", "NEW.name <> 'ABC'", "EXISTS (SELECT 1 FROM u WHERE NEW.s = y)",
        "EXISTS (SELECT 1 FROM u WHERE y = NEW.s)",
    ]

    @Test("what a declared type converts beside a column, it does not convert beside NEW and OLD")
    func rowValuesHaveNoAffinity() async throws {
        let triggers = Self.comparisons.enumerated().map { at, comparison in
            """
            CREATE TRIGGER g\(at) AFTER UPDATE ON t BEGIN
                INSERT INTO log (what, at) SELECT CASE WHEN \(comparison) THEN 1 ELSE 0 END, \(at); END;
            """
        }
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT, b BOOLEAN, r REAL, m NUMERIC, day DATE, free,
                name TEXT COLLATE NOCASE, g INTEGER AS (n + 1));
            CREATE TABLE u (x INTEGER, y TEXT COLLATE NOCASE, z TEXT); CREATE TABLE log (what INTEGER, at INTEGER);
            INSERT INTO t VALUES (1, 0, '0', 0, 0.5, 0.5, '2024-01-01', 0, 'x'); INSERT INTO u VALUES (5, 'abc', '5');
            \(triggers.joined(separator: "\n"))
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            let fives = "UPDATE t SET n = 5, s = '5', b = true, r = 5, m = 5, free = 5, name = 'abc'"
            let rest = ["UPDATE t SET s = '1'", "UPDATE t SET s = 'ABC', n = NULL", "UPDATE t SET s = NULL, n = 5"]
            for statement in [fives] + rest {
                for connection in [source, target] { try connection.execute(SQL(trusted: statement)) }
                let rows = try [source, target].map { try $0.values("SELECT at, what FROM log ORDER BY at, what") }
                #expect(rows[0].count == Self.comparisons.count)
                let others = zip(rows[0], rows[1]).filter { $0 != $1 }.map { "\($0): \($1)" }
                #expect(rows[0] == rows[1], "\(statement): \(others)")
                for connection in [source, target] { try connection.execute("DELETE FROM log") }
            }
        }
    }

    @Test("in an upsert, excluded has neither the column's type nor its collation")
    func excludedValuesHaveNoCollation() async throws {
        let conditions = [
            "excluded.n = '5'", "excluded.s = 5", "excluded.id = '2'", "excluded.n = e.s", "excluded.name = 'X'",
            "excluded.name IN ('X')",
            "excluded.name = e.name", "excluded.k = e.name", "e.name = excluded.k", "e.n = '5'",
            "excluded.name COLLATE NOCASE = 'X'",
        ]
        let triggers = conditions.enumerated().map { at, condition in
            """
            CREATE TRIGGER g\(at) AFTER INSERT ON t WHEN NEW.id = \(at) BEGIN
                INSERT INTO e VALUES (2, 'A', 5, '5', 'x', 0)
                    ON CONFLICT (k) DO UPDATE SET holds = CASE WHEN \(condition) THEN 1 ELSE 0 END; END;
            """
        }
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY);
            CREATE TABLE e (id INTEGER PRIMARY KEY, k TEXT UNIQUE, n INTEGER, s TEXT, name TEXT COLLATE NOCASE, holds INTEGER);
            INSERT INTO e VALUES (1, 'A', 5, '5', 'a', NULL);
            \(triggers.joined(separator: "\n"))
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            for (at, condition) in conditions.enumerated() {
                let rows = try [source, target].map { connection in
                    try connection.execute("INSERT INTO t VALUES (\(at))")
                    return try connection.values("SELECT holds FROM e")
                }
                #expect(rows[0] == rows[1], "\(condition)")
            }
        }
    }
}
