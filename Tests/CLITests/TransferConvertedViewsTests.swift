import Foundation
import TestSupport
import Testing

/// Views and triggers over columns whose values a rule converts: what they compute is about the source's values.
@Suite("Views and triggers over converted columns", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferConvertedViewsTests {
    private static let tables = """
        CREATE TABLE o (id INTEGER PRIMARY KEY, made INTEGER, done INTEGER, paid BOOLEAN, uid CHAR(32));
        CREATE TABLE log (id INTEGER PRIMARY KEY, at INTEGER, o INTEGER);
        INSERT INTO o VALUES (1, 1704164645, 1704164646, 't', '123e4567e89b12d3a456426614174000'),
            (2, 1735787045, NULL, 'f', '123e4567e89b12d3a456426614174001');
        INSERT INTO log VALUES (1, 1704164645, 1);
        """
    private static let rules = """
        tables:
          o: {columns: {made: {timestamp: unix}, done: {timestamp: unix}, paid: {type: boolean}, uid: {type: uuid}}}
          log: {columns: {at: {timestamp: unix}}}
        """

    private func transferred(
        _ box: Sandbox, _ script: String, to target: String, _ options: String...
    ) async throws -> Run {
        let source = try makeSource(box, Self.tables + script)
        let rules = try makeRules(box, Self.rules)
        return try await box.run(.tcMigrate, ["transfer", source, target, "--rules", rules] + options)
    }

    @Test(
        "a view that computes with one is left out aloud",
        arguments: [
            "SELECT id FROM o WHERE made > 1735000000", "SELECT id, date(made, 'unixepoch') AS d FROM o",
            "SELECT id FROM o WHERE paid = 't'", "SELECT max(made) - min(made) AS s FROM o",
            "SELECT avg(made) AS a FROM o",
            "SELECT substr(uid, 1, 9) AS s FROM o", "SELECT id FROM o WHERE made IN (SELECT id FROM o)",
            "SELECT id FROM o WHERE 5 < (SELECT max(at) FROM log)", "SELECT made FROM o UNION SELECT id FROM o",
            "SELECT q.m + 1 AS n FROM (SELECT made AS m FROM o) q",
            "WITH q AS (SELECT made AS m FROM o) SELECT m * 2 AS n FROM q",
            "SELECT coalesce(done, 0) AS c FROM o", "SELECT iif(paid, 1, 0) AS c FROM o",
            "SELECT paid FROM o ORDER BY paid",
            "SELECT lag(made) OVER (ORDER BY id) AS l FROM o", "SELECT made AS m FROM o WHERE m BETWEEN 1 AND 2",
            "SELECT o.id FROM o JOIN log ON o.made = log.id",
        ])
    func leftOut(_ query: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let run = try await transferred(
                box, "CREATE VIEW v AS \(query); CREATE VIEW w AS SELECT * FROM v;", to: target)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("values are converted: create it in the target by hand"), "\(run)")
            #expect(try self.query("SELECT count(*) FROM pg_views WHERE schemaname = 'public'", on: target) == ["0"])
        }
    }

    @Test(
        "one that shows it, counts it or compares it with its like is made",
        arguments: [
            ("SELECT id, made FROM o ORDER BY made DESC", "2"), ("SELECT * FROM o", "2"),
            ("SELECT max(made) AS m, count(done) AS n FROM o", "1"), ("SELECT id FROM o WHERE done IS NULL", "1"),
            ("SELECT made, count(*) AS n FROM o GROUP BY made", "2"),
            ("SELECT o.id FROM o JOIN log ON o.made = log.at", "1"),
            ("SELECT o.id FROM o, log WHERE o.done >= log.at", "1"),
            ("SELECT id FROM o WHERE made IN (SELECT at FROM log)", "1"),
            ("SELECT made FROM o UNION SELECT at FROM log", "2"),
            ("SELECT m FROM (SELECT made AS m FROM o) q ORDER BY m", "2"),
        ])
    func made(_ query: String, _ rows: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let run = try await transferred(
                box, "CREATE VIEW v AS \(query); CREATE VIEW w AS SELECT * FROM v;", to: target)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try self.query("SELECT count(*) FROM w", on: target) == [rows], "\(run)")
        }
    }

    @Test("a view over texts that a rule has rounded stays, uncompared, and so does one over that view")
    func rounded() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, span TEXT, clock TEXT);
                INSERT INTO t VALUES (1, '1.02:03:04.5000000', '12:34:56.1234567');
                CREATE TABLE e (id INTEGER PRIMARY KEY, span TEXT); INSERT INTO e VALUES (1, '02:03:04');
                CREATE VIEW v AS SELECT id, span FROM t; CREATE VIEW w AS SELECT id, clock FROM t;
                CREATE VIEW x AS SELECT * FROM v; CREATE VIEW y AS SELECT id, span FROM e;
                """)
            let rules = try makeRules(
                box,
                """
                tables:
                  t: {columns: {span: {type: interval}, clock: {type: time}}}
                  e: {columns: {span: {type: interval}}}
                """)
            let run = try await box.migrate("transfer", source, target, "--rules", rules)
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            for view in ["v", "w", "x"] {
                #expect(
                    run.output.contains("the rows of the view \(view) were not compared: it yields other"), "\(run)")
            }
            #expect(!run.output.contains("the rows of the view y"), "\(run)")
            #expect(try query("SELECT clock::text FROM x JOIN w USING (id)", on: target) == ["12:34:56.123457"])
        }
    }

    @Test(
        "a trigger that computes with one, or writes one, is not translated",
        arguments: [
            "BEFORE DELETE ON o WHEN old.made > 1735000000 BEGIN SELECT RAISE(ABORT, 'too new'); END",
            "BEFORE UPDATE ON o WHEN old.paid = 't' BEGIN SELECT RAISE(ABORT, 'paid'); END",
            "AFTER INSERT ON o BEGIN INSERT INTO log (at, o) VALUES (1700000000, new.id); END",
            "AFTER INSERT ON o BEGIN UPDATE o SET done = 5 WHERE id = new.id; END",
        ])
    func triggers(_ trigger: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let file = box("t.sql")
            let run = try await transferred(box, "CREATE TRIGGER t \(trigger);", to: target, "--write-triggers", file)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try String(contentsOfFile: file, encoding: .utf8).contains("whose values are converted"), "\(run)")
        }
    }

    @Test("a computed column and a default that a rule would give another meaning are left out aloud")
    func computed() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE k (id INTEGER PRIMARY KEY, uid CHAR(32), short TEXT AS (substr(uid, 9, 4)),
                    at TEXT DEFAULT '2024-01-01 00:00:00', day TEXT AS (substr(at, 1, 10)));
                INSERT INTO k (id, uid, at) VALUES (1, '123e4567e89b12d3a456426614174001', '2024-01-01 00:30:00');
                """)
            let rules = try makeRules(
                box,
                """
                tables: {k: {columns: {uid: {type: uuid}, at: {timestamp: iso, zone: "+02:00"}}}}
                """)
            let run = try await box.migrate("transfer", source, target, "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(run.output.contains("it names no zone, and the column's rule reads it in another one"), "\(run)")
            #expect(try query("SELECT short || ' ' || day FROM k", on: target) == ["e89b 2024-01-01"], "\(run)")
        }
    }

    @Test("the triggers' file has the target's names in bodies, too, or says that it can't")
    func renamed() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE T (Id INTEGER PRIMARY KEY, Kind INT, xmin INT);
                CREATE TRIGGER 'kinds' BEFORE INSERT ON 'T' WHEN NEW.Kind = 3 BEGIN SELECT RAISE(ABORT, 'x'); END;
                CREATE TRIGGER boxes AFTER INSERT ON T BEGIN DELETE FROM T WHERE xmin > 1; END;
                """)
            let file = box("t.sql")
            let run = try await box.migrate(
                "transfer", source, target, "--lowercase-names", "--write-triggers", file)
            #expect(run.ending == .exit(0) && run.output.contains("1 of 2 can be written"), "\(run)")
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(text.contains("it reads xmin, which has another name in the target"), "\(text)")
            try execute(text, on: target)
            try execute("INSERT INTO t (id, kind) VALUES (1, 4)", on: target)
            #expect(throws: (any Error).self) { try execute("INSERT INTO t (id, kind) VALUES (2, 3)", on: target) }
        }
    }

    @Test("a view whose query in FROM is in SQLite's own words can be read")
    func queryInFrom() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE o (id INTEGER PRIMARY KEY, amount REAL); INSERT INTO o VALUES (1, 2.5);
                CREATE VIEW v AS SELECT x.id FROM (SELECT id, CAST(amount AS INTEGER) AS k FROM o) AS x WHERE x.k = 2;
                """)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT count(*) FROM v", on: target) == ["1"], "\(run)")
        }
    }

    private func query(_ sql: String, on url: String) throws -> [String] { try CLITests.query(sql, on: url) }
}
