import Dialects
import Testing
import TestSupport

/// Tests that portable text means the same in both databases, or is refused before anything runs.
@Suite("Portable text", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PortableSQLTests {
    private static let commonConditions = [
        // Decimals are compared as numbers.
        "p < 100", "p <= 100.00", "p > '20'", "p = 20", "p <> 20.0", "p BETWEEN 5 AND 100", "p NOT BETWEEN 5 AND 100",
        "p IN (5, 20, 1000)",
        "p NOT IN (5, 20, NULL)", "100 > p", "p > n", "p >= b", "p = r", "p > 0", "w > 0", "q > 0", "q <> 0",
        "w <= 1000", "w = 99.99",
        "-p < 0", "abs(p) <= 20", "coalesce(p, 0) >= 20", "CASE WHEN f THEN p ELSE 7 END > 6", "p IS NULL OR p >= 0",
        "p IS DISTINCT FROM 20", "p IS NOT DISTINCT FROM 5", "CASE p WHEN 5 THEN TRUE WHEN 20 THEN FALSE END",
        "CAST(p AS double precision) > 20.5", "p < 1e2", "p > -.5",
        // LIKE is case-sensitive.
        "s LIKE 'a%'", "s NOT LIKE 'A%'", "s LIKE '_b_'", "s LIKE 'É'", "v LIKE 'ab\\%'", "v LIKE 'a!_b' ESCAPE '!'",
        "s LIKE '%'",
        "v LIKE '%\\%%'", "s LIKE ''", "v LIKE 'a*'", "v LIKE '[a]%'", "v LIKE '_'",
        // Letters and texts.
        "lower(s) = 'é'", "upper(s) = 'É'", "lower(s) = 'a'", "s < 'b'", "s BETWEEN 'A' AND 'a'", "s >= v",
        "lower(s) < v", "s <> v",
        "s IN ('a', 'B')", "length(s) = 1", "length(k) = 2", "substr(s, 1, 1) = 'a'", "substr(s, 2) = 'bc'",
        "trim(s) = s",
        "ltrim(s, 'Aa') = 'bc'", "replace(s, 'b', 'x') = 'axc'", "s || v = 'aa'", "s || n = 'a5'",
        "nullif(s, '') IS NULL",
        "coalesce(s, v, 'x') > 'a'", "s COLLATE \"C\" < 'b'", "s COLLATE BINARY < v", "(s || v) > 'B'", "'b' > s",
        "s > 'É'",
        "CAST(n AS text) < '5'", "CAST(u AS text) LIKE 'a0%'",
        // Numbers.
        "n + 1 > 5", "n * 1000 > 5000000000", "n * n > 4", "-n > 0", "n - 1 < -2147483648", "abs(n) > 5", "b / 2 = 3",
        "n % 3 = 2",
        "n / nullif(b, 0) > 0", "-7 / 2 = -3", "b = r", "n = 5.0", "n > 0.5", "r < 0.1", "r = 0.1", "r * 0.5 > 0.2",
        "n + r > 5",
        "r / 3 > 0.1", "b > 9007199254740992", "n = '5'", "n + 1 = '6'", "r > '0.4'", "n IN (1, 5, '100')", "n & 1 = 1",
        "(n | 8) > 8",
        "CAST(n AS bigint) * 4 > 20", "CAST(n AS real) / 2 > 2.2", "CAST(n AS double precision) / 2 = 2.5",
        "60 * 60 * 24 > n",
        "CAST(v AS integer) > 0", "CAST(nullif(v, 'a') AS bigint) = 12", "CAST(f AS integer) = 1",
        // Booleans.
        "f", "NOT f", "f = 1", "f = TRUE", "f IN (0, 1)", "0 = f", "f IS TRUE", "f IS NOT FALSE", "f = 'true'",
        "f AND n > 0 OR s = 'B'",
        "f IS NOT DISTINCT FROM TRUE", "n IS NOT NULL", "n ISNULL", "(n = 5) = f", "NOT (n IS NULL)", "n IS 5",
        "n IS NOT 5", "TRUE",
        "CASE WHEN f THEN 1 ELSE 0 END = 1", "CASE n WHEN 5 THEN 'a' ELSE 'b' END = 'a'", "NULL", "n = NULL",
        // Timestamps and ids.
        "at >= '2024-01-01T00:00:00Z'", "at = '2024-01-01 00:00:00+00'", "at < '2024-01-01T01:00:00+01:00'",
        "d > '2023-12-31'", "d IN ('2024-02-29')",
        "u = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "u > '00000000-0000-0000-0000-000000000000'", "k = x'00FF'",
        "j IS NULL",
        // Names.
        "Mixed = 'x'", "\"Mixed\" = 'x'", "mixed = 'x'", "user = 'me'", "\"user\" <> 'me'", "N > 0", "ID > 3",

        "n > 0 -- a comment", "n /* one /* two */ > 0",
    ]

    private static let refusedConditions = [
        "q < 100", "w < 1000000000000000.5", "q = w", "p = q", "p * 2 > 10", "p + 1 > 10", "nullif(p, 0) > 1", "p", "n",
        "s", "sum(p) > 1",
        "s LIKE v", "s LIKE 'a\\'", "n LIKE '1%'", "j LIKE '%a%'", "round(r) = 1", "round(p, 1) = 1",
        "CAST(r AS integer) = 1", "CAST(p AS integer) = 1",
        "CAST(r AS text) = '1'", "CAST(p AS text) = '1'", "CAST(s AS double precision) > 1", "s = 5", "n = 'x'",
        "n = '5.5'", "f = 2", "f = n",
        "f + 1 > 1", "n / b > 0", "n / 0 > 1", "n % b = 1", "substr(s, 0, 1) = 'a'", "substr(s, -1) = 'a'",
        "substr(s, n) = 'a'", "s || r = 'x'",
        "s || f = 'x'", "s || p = 'x'", "s || d = 'x'", "at > 'yesterday'", "at > d", "d = 'x'", "u = s", "at = s",
        "j = '{}'", "length(j) > 1",
        "length(n) > 1", "max(n, b) > 1", "n < b = f", "n = b IN (1)", "n + b || s = 'x'", "s || n + 1 = 'x'",
        "NOT n = NOT b", "nope = 1",
        "\"nope\" = 'x'", "t.n = 1", "n IN (SELECT id FROM o)", "EXISTS (SELECT 1)", "n = (SELECT 1)",
        "current_user = 'me'", "localtime = 'x'",
        "CURRENT_DATE > d", "rowid = 1", "ctid = 1", "n << 1 = 2", "0.1 + 0.2 = 0.3", "n * 0.5 > 1",
        "r = 0.12345678901234567", "n = 0x10",
        "(n, b) = (1, 2)", "n NOT NULL", "s COLLATE NOCASE = 'a'", "s COLLATE \"de_DE\" = 'a'", "n COLLATE \"C\" = 1",
        "E'a' = s", "$$a$$ = s",
        "n = 99999999999999999999", "s = 'a", "n >", "", "n = 1; DROP TABLE t",
        "CASE WHEN n > 1 THEN 'a' ELSE 1 END = 'a'", "now() > at",
        "random() > 0", "n = 1 ORDER BY 1", "order = 1", "CAST('1' AS decimal(10, 2)) = 1", "count(*) > 0",
        "row_number() OVER () > 0",
        "k || k = k", "s->>'a' = 'b'", "n == 1", "s GLOB 'a*'",
    ]

    @Test func everyRowIsTakenByBothOrByNone() async throws {
        try await PortablePair.with { pair in
            for text in Self.commonConditions {
                let verdict = try await pair.condition(text)
                #expect(verdict == .same)
            }
        }
    }

    @Test func whatWouldMeanTwoThingsIsRefusedByBoth() async throws {
        try await PortablePair.with { pair in
            for text in Self.refusedConditions {
                let verdict = try await pair.condition(text)
                guard case .refused = verdict else {
                    Issue.record("\(text): \(verdict)")
                    continue
                }
            }
        }
    }

    private static let commonValues: [(String, ColumnType)] = [
        ("n + 1", .bigint), ("n * n", .bigint), ("lower(s)", .text), ("s || ' ' || n", .text), ("p", .decimal(10, 2)),
        ("p", .numeric),
        ("coalesce(p, 0)", .decimal(10, 2)), ("CASE WHEN f THEN p END", .decimal(12, 4)), ("n", .real), ("r", .real),
        ("0.25", .decimal(10, 2)),
        ("f", .boolean), ("n > 3", .boolean), ("1", .boolean), ("CAST(f AS integer)", .integer), ("n", .text),
        ("n", .decimal(12, 2)),
        ("CAST(p AS double precision)", .real), ("at", .timestamp), ("coalesce(d, '2020-01-01')", .date), ("u", .uuid),
        ("'{}'", .json),
        ("CAST(CASE WHEN v LIKE 'a%' THEN NULL ELSE v END AS integer)", .integer), ("length(s) + 1", .integer),
        ("s", .varchar(20)), ("NULL", .uuid),
    ]

    private static let refusedValues: [(String, ColumnType)] = [
        ("r", .decimal(10, 2)), ("r", .integer), ("p", .integer), ("p", .text), ("q", .decimal(10, 2)),
        ("p", .decimal(10, 1)), ("s", .uuid), ("s", .date),
        ("n", .boolean), ("f", .integer), ("f", .text), ("-p", .decimal(10, 2)), ("0.125", .decimal(10, 2)),
        ("'x'", .date), ("at", .date), ("s", .json),
        ("n / 2.0", .real), ("d || ''", .text),
    ]

    @Test func everyRowGetsTheSameValue() async throws {
        try await PortablePair.with { pair in
            for (text, type) in Self.commonValues {
                let verdict = try await pair.value(text, type)
                #expect(verdict == .same)
            }
            for (text, type) in Self.refusedValues {
                let verdict = try await pair.value(text, type)
                guard case .refused = verdict else {
                    Issue.record("\(text) as \(type): \(verdict)")
                    continue
                }
            }
        }
    }

    private static let commonViews = [
        "SELECT id, p FROM t WHERE p < 100 ORDER BY p, id", "SELECT id, p FROM t ORDER BY p DESC, id DESC",
        "SELECT id FROM t ORDER BY n, id",
        "SELECT id, s FROM t ORDER BY s, id", "SELECT id, s AS x FROM t ORDER BY x DESC, id",
        "SELECT id, lower(s) AS x FROM t ORDER BY 2, 1",
        "SELECT id, p AS price FROM t ORDER BY 2 DESC, 1 LIMIT 3", "SELECT id FROM t ORDER BY s LIMIT 1 OFFSET 2",
        "SELECT max(p) AS top, min(p) AS low FROM t",
        "SELECT f, max(p) AS top FROM t GROUP BY f HAVING max(p) > 20 ORDER BY f",
        "SELECT f, max(p) AS top FROM t GROUP BY f ORDER BY top DESC", "SELECT max(s) AS top, min(v) AS low FROM t",
        "SELECT max(at) AS a, min(d) AS b FROM t",
        "SELECT count(*) AS c, count(DISTINCT p) AS d, count(DISTINCT s) AS e FROM t",
        "SELECT p, count(*) AS c FROM t GROUP BY p ORDER BY p",
        "SELECT lower(s) AS l, count(*) AS c FROM t GROUP BY lower(s) ORDER BY lower(s)",
        "SELECT lower(s) AS l, count(*) AS c FROM t GROUP BY l ORDER BY l",
        "SELECT sum(n) AS total, avg(b) AS mean FROM t WHERE id < 4", "SELECT sum(b) AS total FROM t WHERE id < 4",
        "SELECT sum(n) AS total FROM t WHERE id > 100",
        "SELECT t.id, o.amount FROM t JOIN o ON o.t_id = t.id ORDER BY o.amount",
        "SELECT t.id, o.label FROM t LEFT JOIN o ON o.t_id = t.id ORDER BY o.label, t.id",
        "SELECT t.id, o.id AS other FROM t JOIN o ON o.amount > t.p ORDER BY t.id, o.id",
        "SELECT id, amount FROM o JOIN t USING (id) ORDER BY id",
        "SELECT T.ID, Mixed AS Wide FROM t AS T ORDER BY T.ID", "SELECT id, user FROM t ORDER BY user, id",
        "SELECT id FROM t WHERE EXISTS (SELECT * FROM o WHERE o.t_id = t.id) ORDER BY id",
        "SELECT id FROM t WHERE p IN (SELECT amount FROM o) ORDER BY id",
        "SELECT id FROM t WHERE id NOT IN (SELECT t_id FROM o) ORDER BY id",
        "SELECT id, (SELECT max(amount) FROM o WHERE o.t_id = t.id) AS top FROM t ORDER BY id",
        "SELECT id, (SELECT label FROM o WHERE o.id = t.id) AS l FROM t ORDER BY id",
        "SELECT id FROM t WHERE p > (SELECT min(amount) FROM o) ORDER BY id",
        "SELECT id, row_number() OVER (ORDER BY p DESC, id) AS place FROM t ORDER BY id",
        "SELECT id, row_number() OVER (PARTITION BY f ORDER BY s, id) AS place FROM t ORDER BY id",
        "SELECT id, lag(n) OVER (ORDER BY id) AS last FROM t ORDER BY id",
        "SELECT id, sum(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two FROM t WHERE n < 1000 ORDER BY id",
        "SELECT id, n FROM t UNION ALL SELECT id, t_id FROM o ORDER BY 1, 2",
        "SELECT n FROM t UNION SELECT t_id FROM o ORDER BY n",
        "SELECT x.l FROM (SELECT label AS l FROM o UNION SELECT s FROM t) AS x ORDER BY x.l",
        "WITH big AS (SELECT id, p FROM t WHERE p > 20) SELECT id FROM big ORDER BY p",
        "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n ORDER BY i",
        "SELECT * FROM (SELECT id, n FROM t) AS q ORDER BY id", "SELECT DISTINCT n FROM t ORDER BY n",
        "SELECT DISTINCT f FROM t WHERE f IS NOT NULL ORDER BY f DESC",
        "SELECT id, CASE WHEN p >= 100 THEN 'much' WHEN p IS NULL THEN 'none' ELSE 'little' END AS word FROM t ORDER BY id",
        "SELECT id, f, n > 3 AS many FROM t ORDER BY id",
        "SELECT id, name FROM (VALUES (1, 'b'), (2, 'a')) AS x JOIN (SELECT id, s AS name FROM t) AS y ON y.id = x.column1 ORDER BY name",
        "SELECT t.id, t.s, count(o.id) AS c FROM t LEFT JOIN o ON o.t_id = t.id GROUP BY t.id ORDER BY t.id",
        "SELECT count(*) FILTER (WHERE p > 20) AS c FROM t",
        "SELECT id, coalesce(p, 0) AS price FROM t ORDER BY price, id",
        "SELECT id, n FROM t ORDER BY n DESC NULLS LAST, id", "SELECT id value FROM t ORDER BY value",
        "SELECT a.id FROM t AS a, t AS b WHERE a.id = b.id AND a.p <= b.p ORDER BY a.id",
        "SELECT id, s FROM t WHERE s LIKE 'a%' ORDER BY id",
        "SELECT max(b) - min(b) AS span FROM t", "SELECT avg(n) AS mean FROM t WHERE id IN (1, 6)",
        "SELECT id, x'00ff' AS raw FROM t WHERE k = x'00ff' ORDER BY id",
    ]

    private static let refusedViews = [
        "SELECT * FROM t", "SELECT t.* FROM t JOIN o ON o.t_id = t.id", "SELECT id, lower(s) FROM t",
        "SELECT id, id FROM t", "SELECT id FROM t LIMIT 1",
        "SELECT sum(p) AS x FROM t", "SELECT avg(p) AS x FROM t", "SELECT sum(r) AS x FROM t",
        "SELECT max(q) AS x FROM t", "SELECT id FROM t ORDER BY q", "SELECT id FROM t ORDER BY j",
        "SELECT DISTINCT p FROM t", "SELECT DISTINCT s FROM t ORDER BY s", "SELECT p FROM t UNION SELECT amount FROM o",
        "SELECT s FROM t UNION SELECT label FROM o ORDER BY s",
        "SELECT id, s FROM t GROUP BY s", "SELECT id, max(n) AS x FROM t", "SELECT n FROM t UNION ALL SELECT s FROM t",
        "SELECT id FROM t WHERE count(*) > 1", "SELECT -p AS x FROM t",
        "SELECT id FROM t WHERE nope = 1", "SELECT id FROM nope", "SELECT id FROM t JOIN o ON o.t_id = t.id",
        "SELECT (SELECT label FROM o) AS l FROM t", "SELECT x.id FROM t",
        "SELECT id FROM t NATURAL JOIN o", "SELECT t.id FROM t, o JOIN t AS u ON u.id = t.id",
        "SELECT id FROM (SELECT id FROM t)", "SELECT p * 2 AS x FROM t", "SELECT max(u) AS x FROM t",
        "SELECT max(f) AS x FROM t", "SELECT id AS x FROM t WHERE x > 1", "SELECT id FROM t WHERE s LIKE v",
        "SELECT group_concat(s) AS x FROM t", "SELECT s || p AS x FROM t",
        "SELECT id FROM t UNION ALL SELECT id FROM o INTERSECT SELECT id FROM t",
        "SELECT DISTINCT n FROM t ORDER BY id", "SELECT id FROM t ORDER BY nope", "SELECT id FROM t ORDER BY 2",
        "SELECT p FROM t UNION ALL SELECT amount FROM o ORDER BY 1",
        "SELECT id FROM t WHERE p IN (SELECT amount, id FROM o)", "SELECT first_value(s) AS x FROM t",
        "SELECT lower(p) AS x FROM t",
    ]

    @Test func everyViewShowsTheSameRowsInTheSameOrder() async throws {
        try await PortablePair.with { pair in
            for query in Self.commonViews {
                let verdict = try await pair.view(query)
                #expect(verdict == .same)
            }
            let base = "SELECT id, p AS price, lower(s) AS l, f FROM t"
            for query in [
                "SELECT id FROM base WHERE price < 100 ORDER BY price, id", "SELECT id, l FROM base ORDER BY l, id",
                "SELECT f, max(price) AS top FROM base GROUP BY f ORDER BY f",
            ] {
                let verdict = try await pair.view(query, above: base)
                #expect(verdict == .same)
            }
        }
    }

    @Test func viewsThatWouldShowTwoThingsAreRefused() async throws {
        try await PortablePair.with { pair in
            for query in Self.refusedViews {
                let verdict = try await pair.view(query)
                guard case .refused = verdict else {
                    Issue.record("\(query): \(verdict)")
                    continue
                }
            }
        }
    }

    @Test func aStarIsRefusedWithTheColumnsToWrite() throws {
        for dialect in [SQLiteDialect() as any Dialect, PostgreSQLDialect()] {
            let error = #expect(throws: LoweringError.self) {
                _ = try dialect.render(.sql("SELECT * FROM o"), as: .query(of: "v", over: PortablePair.schema))
            }
            #expect(error?.remedy == #"write "id", "t_id", "amount", "label""#)
        }
    }

    /// Text that means the same in both databases already is not changed.
    @Test func whatIsCommonStaysAsItIsWritten() throws {
        for dialect in [SQLiteDialect() as any Dialect, PostgreSQLDialect()] {
            for text in [
                "n > 0 AND s <> ''", "\"s\" IN ('a', 'b')", "length(s) = 64", "f", "n IS NOT NULL", "d >= '2024-01-01'",
                "n  =  1",
                "s LIKE '%@%'", "n = '5'", "f = TRUE",
            ] {
                let spelled = try dialect.render(.sql(text), as: .condition(of: PortablePair.table))
                #expect(spelled == text)
            }
            let native = SQLExpression.native(sqlite: "p < '1'", postgresql: "p < '1'")
            let spelled = try dialect.render(native, as: .condition(of: PortablePair.table))
            #expect(spelled == "p < '1'")
        }
    }

    /// The time to read a text grows linearly with its length.
    @Test func longTextsAreReadInLinearTime() throws {
        func seconds(_ count: Int) throws -> Duration {
            let list = (0..<count).map { "n = \($0) OR p < \($0) AND s LIKE 'a\($0)%'" }.joined(separator: " OR ")
            return try ContinuousClock().measure {
                _ = try SQLiteDialect().render(.sql(list), as: .condition(of: PortablePair.table))
            }
        }
        let short = try seconds(300)
        let long = try seconds(3_000)
        #expect(long < short * 40)
        #expect(throws: LoweringError.self) {
            let deep = String(repeating: "(", count: 100_000) + "n" + String(repeating: ")", count: 100_000) + " = 1"
            _ = try SQLiteDialect().render(.sql(deep), as: .condition(of: PortablePair.table))
        }
    }
}
