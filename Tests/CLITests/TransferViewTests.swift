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

    /// What the report of a transfer says of the views that did not come along.
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
            #expect(left.keys.sorted() == ["grouped"], "\(left)")
            // HAVING does not know what the list calls it.
            #expect(left["grouped"]?.contains("Number") == true, "\(left)")
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
                    CREATE VIEW rounded AS SELECT id, round(amount) AS r FROM people;
                    CREATE VIEW tail AS SELECT id, substr(user, -2) AS s FROM people;
                    CREATE VIEW zero AS SELECT id, 10 / n AS d FROM people;
                    CREATE VIEW reads_zero AS SELECT d FROM zero;
                    CREATE VIEW cut AS SELECT CAST(amount AS INTEGER) AS i FROM people;
                    CREATE VIEW caseless AS SELECT id FROM people WHERE nick = 'AL';
                    CREATE VIEW shown AS SELECT id, nick FROM people;
                    CREATE VIEW deep AS SELECT id FROM shown WHERE nick = 'Al';
                    CREATE VIEW sums AS SELECT sum(amount) AS s, avg(amount) AS a, avg(n) AS b, count(*) AS c FROM people;
                    CREATE VIEW few AS SELECT id FROM people ORDER BY amount LIMIT 2;
                    """)
            let run = try await box.migrate("transfer", source, target, "--json")
            #expect(run.code == 0, "\(run)")
            let left = try lost(run)
            #expect(
                left.keys.sorted() == ["caseless", "cut", "deep", "reads_zero", "rounded", "tail", "zero"], "\(left)")
            #expect(left["rounded"] == "it yields other rows there: (1, 2.0), where the source has (1, 3.0)")
            #expect(left["tail"]?.contains("where the source has (1, 'ce')") == true, "\(left)")
            #expect(left["zero"] == "it fails there: division by zero")
            #expect(left["reads_zero"] == "it reads zero, which does not come along")
            #expect(left["caseless"]?.contains("people.Nick") == true, "\(left)")
            let remarks = try object(run)["remarks"] as? [String] ?? []
            #expect(remarks.contains { $0.hasPrefix("people: Nick compared without regard to case") }, "\(remarks)")
            let views = try query(
                "SELECT viewname::text FROM pg_views WHERE schemaname = 'public' ORDER BY 1", on: target)
            #expect(views == ["few", "shown", "sums"])
            // Nothing of it is on record as if it were there.
            #expect(try query("SELECT count(*)::text FROM tc_transfer_chunks", on: target) == ["0"])
        }
    }

    @Test("the same on the way to SQLite")
    func toSQLite() async throws {
        try await withDatabase(.postgresql) { box, url in
            try execute(
                """
                CREATE TABLE t (id int PRIMARY KEY, d double precision, n int, s text);
                INSERT INTO t VALUES (1, 2.5, 7, 'alice'), (2, 0.1, -7, 'Bob');
                CREATE VIEW even AS SELECT round(d) AS r FROM t;
                CREATE VIEW sums AS SELECT sum(n) AS s, avg(d) AS a FROM t;
                """, on: url)
            let run = try await box.migrate("transfer", url, box("t.db"), "--json")
            #expect(run.code == 0, "\(run)")
            #expect(
                try lost(run) == ["even": "it yields other rows there: (3.0), where the source has (2.0)"], "\(run)")
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
