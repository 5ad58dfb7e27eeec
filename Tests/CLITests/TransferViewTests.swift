import Foundation
import TestSupport
import Testing

@Suite("transfer: views", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferViewTests {
    private static let people = """
        CREATE TABLE people (id INTEGER PRIMARY KEY, user TEXT, current_role TEXT, localtime TEXT, Nick TEXT COLLATE NOCASE,
            amount REAL, n INTEGER);
        INSERT INTO people VALUES (1, 'alice', 'x', '12:00', 'Al', 2.5, 7), (2, 'bob', 'y', '13:00', 'Bo', 3.5, -7),
            (3, 'carol', 'z', '14:00', 'Cy', 0.1, 0);
        """

    private func object(_ run: Run) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    }

    /// Returns the reasons in a transfer's report for the views that were not transferred.
    private func lost(_ run: Run) throws -> [String: String] {
        let left = try object(run)["not_carried"] as? [[String: Any]] ?? []
        return Dictionary(
            uniqueKeysWithValues: left.compactMap { line in
                guard line["kind"] as? String == "view", let name = line["name"] as? String else { return nil }
                return (name, line["reason"] as? String ?? "")
            })
    }

    @Test("names that mean the session to PostgreSQL, and names spelled in two ways, are the columns that they are")
    func names() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                Self.people + """
                    CREATE VIEW facts AS SELECT id, user, current_role, p.localtime FROM people p ORDER BY user;
                    CREATE VIEW alias AS SELECT n AS user, CAST(amount AS TEXT) AS Text FROM people ORDER BY USER;
                    CREATE VIEW grouped AS SELECT "user" AS user, count(*) AS Number FROM people GROUP BY user HAVING Number > 0;
                    CREATE VIEW shown AS SELECT NICK, ID FROM PEOPLE;
                    CREATE VIEW listed (user, "Two") AS SELECT id, user FROM people;
                    """)
            let run = try await box.migrate("transfer", source, target, "--json")
            #expect(run.code == 0, "\(run)")
            let left = try lost(run)
            #expect(left.isEmpty, "\(left)")
            #expect(try query("SELECT string_agg(\"Number\"::text, ' ') FROM grouped", on: target) == ["1 1 1"])
            let facts = #"SELECT string_agg(concat_ws(' ', "user", "current_role", "localtime"), ', ') FROM facts"#
            #expect(try query(facts, on: target) == ["alice x 12:00, bob y 13:00, carol z 14:00"])
            #expect(
                try query("SELECT string_agg(\"Nick\", ' ' ORDER BY \"Nick\") FROM shown", on: target) == ["Al Bo Cy"])
            #expect(
                try query("SELECT string_agg(\"Two\", ' ' ORDER BY \"user\") FROM listed", on: target) == [
                    "alice bob carol"
                ])
        }
    }

    @Test("a view that yields other rows, or fails, is taken away and listed with both, and so are those that read it")
    func meaning() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                Self.people + """
                    CREATE TABLE prices (id INTEGER PRIMARY KEY, price DECIMAL(8,2)); INSERT INTO prices VALUES (1, 2), (2, 2.5);
                    CREATE VIEW halved AS SELECT id, (price + 0) / 4 AS r FROM prices;
                    CREATE VIEW huge AS SELECT id, n * 9223372036854775807 AS d FROM people;
                    CREATE VIEW reads_huge AS SELECT d FROM huge;
                    CREATE VIEW caseless AS SELECT DISTINCT nick FROM people;
                    CREATE VIEW shown AS SELECT id, nick FROM people;
                    CREATE VIEW deep AS SELECT count(*) FROM shown GROUP BY nick;
                    CREATE VIEW found AS SELECT id FROM shown WHERE nick = 'AL';
                    CREATE VIEW sums AS SELECT sum(amount) AS s, avg(amount) AS a, avg(n) AS b, count(*) AS c FROM people;
                    CREATE VIEW few AS SELECT id FROM people ORDER BY amount LIMIT 2;
                    CREATE TRIGGER first AFTER INSERT ON people BEGIN SELECT 1; END;
                    CREATE TRIGGER second AFTER DELETE ON people BEGIN SELECT 1; END;
                    """)
            let run = try await box.migrate("transfer", source, target, "--json")
            #expect(run.code == 0, "\(run)")
            let left = try lost(run)
            #expect(left.keys.sorted() == ["caseless", "deep", "halved", "huge", "reads_huge"], "\(left)")
            #expect(
                left["halved"]
                    == "it yields other rows in the target: (1, '0.50000000000000000000'), where the source has (1, 0)")
            #expect(left["huge"] == "it fails in the target: bigint out of range")
            #expect(left["reads_huge"] == "it reads huge, which is not transferred")
            #expect(
                left["caseless"]?.contains("Nick, whose texts are equal here without regard to case") == true, "\(left)"
            )
            #expect(
                left["deep"]?.contains("Nick, whose texts are equal here without regard to case") == true, "\(left)")
            let remarks = try object(run)["remarks"] as? [String] ?? []
            #expect(remarks.contains { $0.hasPrefix("people: Nick compared without regard to case") }, "\(remarks)")
            #expect(
                remarks.contains { $0.hasPrefix("tc_transfers and tc_transfer_chunks hold the record") }, "\(remarks)")
            let views = try query(
                "SELECT viewname::text FROM pg_views WHERE schemaname = 'public' ORDER BY 1", on: target)
            #expect(views == ["few", "found", "shown", "sums"])
            #expect(try query("SELECT id::text FROM found", on: target) == ["1"])
            // No chunk is recorded as if its rows had been transferred.
            #expect(try query("SELECT count(*)::text FROM tc_transfer_chunks", on: target) == ["0"])
        }
    }

    @Test("the triggers of a table share one line of the report, which says when each would run")
    func triggers() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (a INTEGER); CREATE TABLE u (a INTEGER);
                CREATE TRIGGER ins AFTER INSERT ON t BEGIN SELECT 1; END;
                CREATE TRIGGER mine AFTER INSERT ON u BEGIN SELECT 1; END;
                CREATE TRIGGER del AFTER DELETE ON T BEGIN SELECT 1; END;
                """)
            let run = try await box.migrate("transfer", source, target)
            #expect(run.code == 0, "\(run)")
            let lines = run.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(lines.filter { $0.contains("of t:") }.count == 1, "\(run)")
            #expect(
                lines.contains {
                    $0.contains("2 triggers of t: ins, AFTER INSERT ON t") && $0.contains("; del, AFTER DELETE")
                },
                "\(run)")
            #expect(lines.contains { $0.contains("trigger of u: mine, AFTER INSERT ON u") }, "\(run)")
        }
    }

    @Test("the same on the way to SQLite")
    func toSQLite() async throws {
        try await withDatabase(.postgresql) { box, url in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, d double precision, n int, s text);
                INSERT INTO t VALUES (1, 2.5, 7, 'alice'), (2, 0.1, -7, 'Zoé');
                CREATE VIEW loud AS SELECT upper(s) AS s FROM t;
                CREATE VIEW sums AS SELECT sum(n) AS s, avg(d) AS a FROM t;
                """, on: url)
            let run = try await box.migrate("transfer", url, box("t.db"), "--json")
            #expect(run.code == 0, "\(run)")
            #expect(
                try lost(run) == ["loud": "it yields other rows in the target: ('ZOé'), where the source has ('ZOÉ')"],
                "\(run)")
            #expect(
                try query("SELECT name FROM sqlite_schema WHERE type = 'view'", on: "sqlite:\(box("t.db"))") == ["sums"]
            )
        }
    }

    @Test("what was changed on the way as it was told is not held against a view, and that is said")
    func changed() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, at INTEGER);
                INSERT INTO t VALUES (1, 1700000000);
                CREATE TABLE u (a INTEGER); INSERT INTO u VALUES (1);
                CREATE VIEW moments AS SELECT id, at FROM t;
                CREATE VIEW plain AS SELECT a FROM u;
                """)
            let rules = try makeRules(box, "tables:\n  t:\n    columns:\n      at: {timestamp: unix}\n")
            let run = try await box.migrate("transfer", source, target, "--rules", rules, "--json")
            #expect(run.code == 0, "\(run)")
            #expect(try lost(run).isEmpty, "\(run)")
            let remarks = try object(run)["remarks"] as? [String] ?? []
            #expect(remarks.filter { $0.contains("view") }.count == 1, "\(run)")
            #expect(remarks.contains { $0.contains("the rows of the view moments were not compared") }, "\(run)")
        }
    }
}
