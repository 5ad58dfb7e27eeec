import Testing

@testable import Dialects

struct PostgreSQLNamingTriggersTests {
    private func names(_ body: String) -> Bool { PostgreSQLDialect.names("t", of: "public", in: body) }

    @Test(arguments: [
        "SELECT 1 FROM a JOIN b ON CASE WHEN x THEN y END = 1, t", "SELECT 1 FROM a, t", "SELECT 1 FROM public.t",
        "BEGIN LOCK a, t; END", "BEGIN LOCK t IN SHARE MODE; END", "BEGIN x := 1; LOCK TABLE a, t; END",
        "BEGIN IF x THEN LOCK a, t; END IF; END", "BEGIN CASE x WHEN 1 THEN LOCK a, t; END CASE; END",
        "BEGIN CASE x WHEN 1 THEN y := 1; END CASE; PERFORM 1 FROM a, t; END",
    ])
    func aTableIsNamed(_ body: String) { #expect(names(body)) }

    @Test(arguments: [
        "SELECT a.x, t FROM a", "INSERT INTO a (lock, t) VALUES (1, 2)", "SELECT lock, t INTO x FROM a",
        "SELECT CASE WHEN x THEN lock ELSE lock END, t INTO y FROM a", "SELECT 1 FROM a WHERE x IS DISTINCT FROM t",
        "BEGIN IF x FROM a THEN y := greatest(1, t); END IF; END",
        "SELECT 1 FROM a JOIN b ON CASE WHEN x THEN y END = 1 ORDER BY x, t",
    ])
    func aColumnIsNamed(_ body: String) { #expect(!names(body)) }
}
