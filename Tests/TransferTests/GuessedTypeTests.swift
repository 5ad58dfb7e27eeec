import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests the types of columns with neither a declared type nor values, and what is made of the expressions that read them.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct GuessedTypeTests {
    @Test(
        "a column that expressions take for a number is one, so that checks, indexes and views mean the same once it is filled"
    )
    func numbers() async throws {
        let script = """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n, price, level CHECK (level BETWEEN 1 AND 9), flag, total, bits, kept,
                amount DEFAULT 0, word DEFAULT 'new', pieces, twice AS (price * 2), same AS (price), shout AS (upper(word)));
            CREATE INDEX positive ON t (id) WHERE n > 0;
            CREATE VIEW rich AS SELECT id, total FROM t WHERE total > 100;
            CREATE VIEW richest AS SELECT r.id FROM rich r WHERE r.total IN (500, 1000);
            CREATE VIEW flipped AS SELECT ~bits AS bits FROM t;
            CREATE VIEW counted AS SELECT sum(coalesce(pieces, 1)) AS pieces FROM t;
            CREATE TABLE log (id INTEGER);
            CREATE TRIGGER flagged AFTER INSERT ON t WHEN NEW.flag = 1 BEGIN INSERT INTO log VALUES (NEW.id); END;
            """
        try await TransferTests.transferred(script) { report, target in
            let types = report.types.map { "\($0.column) \($0.type)" }
            let numbers = ["n", "price", "level", "flag", "total", "bits"].map { "\($0) numeric" }
            let others = ["amount numeric", "pieces numeric", "twice numeric", "same numeric", "shout text"]
            #expect(types == numbers + ["kept text"] + others, "\(report.types)")
            #expect(report.types.allSatisfy { $0.reason.hasPrefix("it is empty") }, "\(report.types)")
            #expect(report.omitted.map(\.name) == ["flagged"], "\(report.omitted)")
            for case .statements(let statements, _) in report.plan.triggers.map(\.outcome) {
                for statement in statements { try target.execute(SQL(trusted: statement)) }
            }
            try target.execute(
                "INSERT INTO t (id, total, flag, price, level) VALUES (1, 500, 1, 2.5, 9), (2, 50, 0, 1, NULL)")
            #expect(try target.query("SELECT id FROM rich").map { $0[0].integer } == [1])
            #expect(try target.query("SELECT id FROM richest").map { $0[0].integer } == [1])
            #expect(try target.query("SELECT id FROM log").map { $0[0].integer } == [1])
            let row = try #require(try target.query("SELECT twice::text, shout FROM t WHERE id = 1").first)
            #expect(row.values.map(\.text) == ["5.0", "NEW"])
            #expect(throws: DatabaseError.self) { try target.execute("INSERT INTO t (level) VALUES (10)") }
        }
    }

    @Test("what only a guess would make constant is listed with its reason")
    func conflicts() async throws {
        let script = """
            CREATE TABLE t (id INTEGER PRIMARY KEY, state, code, a DEFAULT 0);
            CREATE VIEW late AS SELECT id FROM t WHERE state > 5;
            CREATE VIEW open AS SELECT id FROM t WHERE state = 'open';
            CREATE VIEW zero AS SELECT id FROM t WHERE a = 'none';
            CREATE VIEW classes AS SELECT typeof(code) AS class FROM t;
            CREATE VIEW named AS SELECT id FROM t WHERE code = 'x';
            """
        try await TransferTests.transferred(script) { report, target in
            let reasons = Dictionary(
                report.omitted.map { ($0.name, $0.reason) }, uniquingKeysWith: { first, _ in first })
            #expect(reasons.keys.sorted() == ["classes", "open", "zero"], "\(report.omitted)")
            for name in ["open", "zero"] { #expect(reasons[name]?.contains("which is a number by a guess") == true) }
            #expect(reasons["classes"]?.contains("guessed for code") == true)
            try target.execute("INSERT INTO t (id, state, code) VALUES (1, 7, 'x'), (2, 3, 'y')")
            #expect(try target.query("SELECT id FROM late").map { $0[0].integer } == [1])
            #expect(try target.query("SELECT id FROM named").map { $0[0].integer } == [1])
        }
    }

    @Test("a key ties a column without a type to the declared one of its parent, both empty")
    func keys() async throws {
        let script = """
            CREATE TABLE parent (code INT UNIQUE); CREATE TABLE child (code REFERENCES parent (code));
            CREATE VIEW few AS SELECT code FROM child WHERE code < 10;
            """
        try await TransferTests.transferred(script) { report, target in
            #expect(report.types.map { "\($0.table).\($0.column) \($0.type)" } == ["child.code bigint"])
            #expect(report.omitted.isEmpty, "\(report.omitted)")
            try target.execute("INSERT INTO parent VALUES (5), (50)")
            try target.execute("INSERT INTO child VALUES (5), (50)")
            #expect(try target.query("SELECT code FROM few").map { $0[0].integer } == [5])
        }
    }
}
