import Dialects
import TestSupport
import Testing

/// Tests random expressions and queries by the same law as the chosen ones.
@Suite("Portable text, at random", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct PortableSQLPropertyTests {
    /// The largest number of expressions that are tried, and the longest time for it.
    private static let expressions = 300
    private static let seconds = 60

    @Test(arguments: [1, 2, 3] as [UInt64])
    func whatIsNotRefusedMeansTheSame(_ seed: UInt64) async throws {
        try await PortablePair.with { pair in
            var writer = PortableWriter(seed: seed)
            let end = ContinuousClock.now + .seconds(Self.seconds)
            var (tried, taken) = (0, 0)
            for _ in 0..<Self.expressions where ContinuousClock.now < end {
                let text = writer.condition(3)
                let verdict = try await pair.condition(text)
                if case .different(let how) = verdict { Issue.record("seed \(seed): \(how)") }
                tried += 1
                if verdict == .same { taken += 1 }
            }
            // A parser that refuses everything would fulfil the law too, so enough texts must be accepted.
            #expect(taken * 20 > tried)
        }
    }

    @Test(arguments: [1, 2] as [UInt64])
    func viewsThatAreNotRefusedShowTheSame(_ seed: UInt64) async throws {
        try await PortablePair.with { pair in
            var writer = PortableWriter(seed: seed)
            let end = ContinuousClock.now + .seconds(Self.seconds)
            var (tried, taken) = (0, 0)
            for _ in 0..<Self.expressions / 2 where ContinuousClock.now < end {
                let query = writer.query()
                let verdict = try await pair.view(query)
                if case .different(let how) = verdict { Issue.record("seed \(seed): \(how)") }
                tried += 1
                if verdict == .same { taken += 1 }
            }
            #expect(taken * 20 > tried)
        }
    }
}

/// Writes text by a grammar that knows the types roughly, so that most texts are valid and some are not.
private struct PortableWriter {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func condition(_ depth: Int) -> String {
        if depth == 0 { return pick(["f", "NOT f", "n IS NULL", "s IS NOT NULL", "TRUE", "f = 1"]) }
        switch Int.random(in: 0..<11, using: &random) {
        case 0: return "\(condition(depth - 1)) \(pick(["AND", "OR"])) \(condition(depth - 1))"
        case 1: return "NOT (\(condition(depth - 1)))"
        case 2: return "\(text(depth - 1)) \(pick(["LIKE", "NOT LIKE"])) \(pattern())"
        case 3: return "\(number(depth - 1)) \(comparison()) \(number(depth - 1))"
        case 4: return "\(text(depth - 1)) \(comparison()) \(text(depth - 1))"
        case 5: return "\(decimal(depth - 1)) \(comparison()) \(decimal(depth - 1))"
        case 6: return "\(value(depth - 1)) IN (\(value(0)), \(value(0)), \(pick(["NULL", "5", "'a'", "20.0"])))"
        case 7: return "\(value(depth - 1)) \(pick(["BETWEEN", "NOT BETWEEN"])) \(value(0)) AND \(value(0))"
        case 8:
            return "\(value(depth - 1)) IS \(pick(["NULL", "NOT NULL", "DISTINCT FROM 5", "NOT DISTINCT FROM 'a'"]))"
        case 9: return "(CASE WHEN \(condition(depth - 1)) THEN \(condition(depth - 1)) ELSE \(condition(0)) END)"
        default: return "\(moment()) \(comparison()) \(moment())"
        }
    }

    private mutating func comparison() -> String { pick(["=", "<>", "<", "<=", ">", ">="]) }

    private mutating func value(_ depth: Int) -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0...2: number(depth)
        case 3...4: text(depth)
        case 5...6: decimal(depth)
        default: pick(["f", "at", "d", "u", "j", "k", "NULL"])
        }
    }

    private mutating func number(_ depth: Int) -> String {
        guard depth > 0 else {
            return pick(["n", "b", "r", "id", "0", "5", "-1", "2.5", "100", "'5'", "0.1", "2147483647"])
        }
        switch Int.random(in: 0..<8, using: &random) {
        // Products of columns may need more than 64 bits, for which no result is guaranteed.
        case 0: return "(\(number(depth - 1)) \(pick(["+", "-"])) \(number(depth - 1)))"
        case 1: return "(\(number(0)) * \(pick(["2", "-1", "r", "1000"])))"
        case 2: return "\(number(0)) \(pick(["/", "%"])) \(pick(["2", "nullif(b, 0)", "3", "r", "-4"]))"
        case 3: return "length(\(text(depth - 1)))"
        case 4: return "\(pick(["abs", "-", "round"]))(\(number(depth - 1)))"
        case 5: return "coalesce(\(number(depth - 1)), \(number(0)))"
        case 6: return "CAST(\(value(depth - 1)) AS \(pick(["integer", "bigint", "real", "double precision"])))"
        default: return number(0)
        }
    }

    private mutating func text(_ depth: Int) -> String {
        guard depth > 0 else { return pick(["s", "v", "Mixed", "user", "'a'", "'É'", "'B'", "''", "'12'", "5"]) }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return "\(pick(["lower", "upper", "trim", "ltrim"]))(\(text(depth - 1)))"
        case 1: return "(\(text(depth - 1)) || \(pick(["s", "n", "'x'", "v", "p", "b"])))"
        case 2: return "substr(\(text(depth - 1)), \(pick(["1", "2", "0"])), \(pick(["1", "2", "n"])))"
        case 3: return "replace(\(text(depth - 1)), 'a', 'É')"
        case 4: return "nullif(\(text(depth - 1)), \(text(0)))"
        case 5: return "coalesce(\(text(0)), \(text(depth - 1)))"
        case 6: return "CASE WHEN \(condition(depth - 1)) THEN \(text(0)) ELSE \(text(0)) END"
        default: return text(0) + (chance(30) ? " COLLATE \"C\"" : "")
        }
    }

    private mutating func decimal(_ depth: Int) -> String {
        guard depth > 0 else {
            return pick(["p", "p", "w", "q", "0", "5", "20.00", "99.99", "'100'", "1000", "-1", "n", "r"])
        }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return "coalesce(\(decimal(0)), \(decimal(0)))"
        case 1: return "CASE WHEN \(condition(depth - 1)) THEN \(decimal(0)) ELSE \(decimal(depth - 1)) END"
        case 2: return "\(pick(["abs", "-", "+"]))(\(decimal(depth - 1)))"
        case 3: return "nullif(\(decimal(depth - 1)), 0)"
        default: return decimal(0)
        }
    }

    private mutating func moment() -> String {
        pick([
            "at", "at", "d", "d", "'2024-01-01T00:00:00Z'", "'2024-01-01'", "'2024-01-01 01:00:00+01'",
            "coalesce(at, '1999-12-31T00:00:00Z')", "'x'",
        ])
    }

    private mutating func pattern() -> String {
        pick([
            "'a%'", "'A%'", "'%b%'", "'_'", "'É'", "'%\\%'", "'a*'", "'[a]'", "'a!%' ESCAPE '!'", "v", "'%?%'", "'__'",
        ])
    }

    // MARK: Queries

    mutating func query() -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return grouped()
        case 1:
            let join = pick(["JOIN", "LEFT JOIN"])
            let on = pick([
                "o.t_id = t.id", "o.amount < t.p", "o.label = t.s", "o.amount = t.p", "lower(o.label) = lower(t.v)",
            ])
            let order = pick(["o.amount", "o.label", "t.p", "t.s", "t.f"])
            return
                "SELECT t.id, o.id AS other, \(pick(["o.amount", "o.label", "t.n", "t.p"])) AS x FROM t \(join) o ON \(on) "
                + "ORDER BY \(order)\(pick(["", " DESC"])), t.id, o.id"
        case 2:
            return
                "SELECT id, \(pick(["row_number", "rank"]))() OVER (ORDER BY \(value(1))\(pick(["", " DESC"])), id) AS x FROM t ORDER BY id"
        default:
            let filter = chance(50) ? " WHERE \(condition(2))" : ""
            let order = pick([value(1), "x", "2", "s", "p", "n"])
            let limit = chance(30) ? " LIMIT \(pick(["1", "3"]))" : ""
            return
                "SELECT id, \(value(2)) AS x FROM t\(filter) ORDER BY \(order)\(pick(["", " DESC", " NULLS LAST"])), id\(limit)"
        }
    }

    private mutating func grouped() -> String {
        let key = pick([
            "f", "s", "p", "lower(s)", "n % 3", "d", "length(v)", "CASE WHEN p > 20 THEN 'much' ELSE 'little' END",
        ])
        let aggregate = pick([
            "count(*)", "max(p)", "min(p)", "max(s)", "min(v)", "sum(n)", "avg(n)", "count(DISTINCT p)", "max(at)",
            "min(d)", "sum(b)", "max(r)",
            "count(DISTINCT s)", "max(n + 1)", "min(lower(s))", "count(*) FILTER (WHERE p > 5)", "sum(p)",
        ])
        let having = chance(40) ? " HAVING \(pick(["count(*) > 1", "max(p) > 20", "min(s) < 'b'", "sum(n) > 3"]))" : ""
        return
            "SELECT \(key) AS k, \(aggregate) AS x FROM t WHERE id < 10 GROUP BY \(key)\(having) ORDER BY \(pick(["k", "1", key]))\(pick(["", " DESC"]))"
    }
}
