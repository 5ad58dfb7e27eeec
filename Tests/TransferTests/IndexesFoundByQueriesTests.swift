import Dialects
import TestSupport
import Testing
import Transfer

/// Tests that an application's queries find the transferred indexes by the words that they use on PostgreSQL.
@Suite("indexes are found by queries", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IndexesFoundByQueriesTests {
    private static let script = """
        CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email VARCHAR(90), gone TEXT);
        CREATE INDEX people_name ON people (lower(name));
        CREATE INDEX people_gone ON people (id) WHERE upper(gone) = 'YES';
        CREATE UNIQUE INDEX people_email ON people (lower(email));
        INSERT INTO people VALUES (1, 'Ann', 'É@x', NULL), (2, 'Bob', 'é@x', 'yes');
        """

    @Test(
        "by lower() and upper() as they are; a unique one keeps the rows apart that SQLite kept apart, and says how to find them"
    )
    func ofCase() async throws {
        let fixture = try SQLiteFixture(Self.script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            #expect(
                report.remarks.contains(
                    "people: the unique index people_email: it ignores the case of A to Z only, as in SQLite: "
                        + #"a query uses it if it says lower("email" COLLATE "C")"#), "\(report.remarks)")
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("SET enable_seqscan = off")
            try target.execute("SET enable_bitmapscan = off")
            for (condition, index) in [
                ("lower(name) = 'ann'", "people_name"), ("id = 2 AND upper(gone) = 'YES'", "people_gone"),
                (#"lower("email" COLLATE "C") = 'ann'"#, "people_email"),
            ] {
                let plan = try target.query(SQL(trusted: "EXPLAIN SELECT * FROM people WHERE \(condition)"))
                #expect(plan.contains { $0[0].text?.contains("using \(index)") == true }, "\(plan.map(\.values))")
            }
        }
    }

    @Test("by the operators of PostgreSQL's JSON; a unique one tells its values apart as SQLite did, and says how")
    func ofJSON() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE msg (id INTEGER PRIMARY KEY, body JSON);
            CREATE INDEX deep ON msg (CAST(json_extract(body, '$."session"."id"') AS VARCHAR))
                WHERE json_extract(body, '$."session"."id"') IS NOT NULL;
            CREATE INDEX flat ON msg (json_extract(body, '$.name'));
            CREATE UNIQUE INDEX alone ON msg (json_extract(body, '$.key'));
            INSERT INTO msg VALUES (1, '{"session": {"id": "a"}, "name": true, "key": 1}'), (2, '{"key": "k"}');
            """)
        defer { fixture.remove() }
        var column = TransferRules.ColumnRule(name: "body", line: 2)
        column.type = .json
        var table = TransferRules.TableRule(name: "msg", line: 1)
        table.columns = [column]
        var rules = TransferRules()
        rules.tables = [table]
        let options = TransferOptions(rules: rules)
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url, options: options)
            #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
            let remark = "msg: the unique index alone: it tells values apart, as in SQLite: a query uses it "
            let end = "; a number and the text of it are one value there, and two in SQLite"
            #expect(report.remarks.contains { $0.hasPrefix(remark) && $0.hasSuffix(end) }, "\(report.remarks)")
            let target = try connect(to: url)
            defer { target.close() }
            try target.execute("SET enable_seqscan = off")
            try target.execute("SET enable_bitmapscan = off")
            for (condition, index) in [
                ("(body #>> '{session, id}') = 'a'", "deep"), ("(body ->> 'name') = 'true'", "flat"),
            ] {
                let plan = try target.query(SQL(trusted: "EXPLAIN SELECT * FROM msg WHERE \(condition)"))
                #expect(plan.contains { $0[0].text?.contains("using \(index)") == true }, "\(plan.map(\.values))")
            }
        }
    }

    @Test("a unique index that Django made in place of a constraint is one, since its next migration drops it as one")
    func ofDjango() async throws {
        let tables = """
            CREATE TABLE a (id INTEGER PRIMARY KEY, name VARCHAR(9) NOT NULL, n INTEGER NOT NULL);
            CREATE UNIQUE INDEX a_name_n_1b2c_uniq ON a (name, n);
            CREATE UNIQUE INDEX a_longer_name_by_far_than_the_63_bytes_that_postgresql_has_n_9f8e_uniq ON a (n, name);
            CREATE UNIQUE INDEX a_some ON a (n);
            CREATE UNIQUE INDEX a_part_uniq ON a (n) WHERE n > 0;
            INSERT INTO a VALUES (1, 'x', 1), (2, 'x', 2);
            """
        let long = "a_longer_name_by_far_than_the_63_bytes_that_postgresql_has_n_9f"
        for (script, constraints) in [
            (tables + "CREATE TABLE django_migrations (id INTEGER PRIMARY KEY);", [long, "a_name_n_1b2c_uniq"]),
            (tables, []),
        ] {
            let fixture = try SQLiteFixture(script)
            defer { fixture.remove() }
            try await TestPostgreSQL.withFreshDatabase { url in
                let report = try await TransferTests.transfer(fixture, into: url)
                #expect(report.verdict == .verified && report.omitted.isEmpty, "\(report.omitted)")
                let target = try connect(to: url)
                defer { target.close() }
                let made = try target.query(
                    "SELECT conname FROM pg_constraint WHERE conrelid = 'a'::regclass AND contype = 'u' ORDER BY 1",
                    as: String.self)
                #expect(made == constraints)
                let indexes = try target.query(
                    "SELECT indexname FROM pg_indexes WHERE tablename = 'a' ORDER BY 1", as: String.self)
                #expect(indexes == [long, "a_name_n_1b2c_uniq", "a_part_uniq", "a_pkey", "a_some"])
            }
        }
    }
}
