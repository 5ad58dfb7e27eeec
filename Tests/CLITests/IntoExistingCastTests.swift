import Dialects
import Foundation
import TestSupport
import Testing

/// Tests that a value which only the server reads arrives as it was, or is refused, with the real program.
@Suite(
    "transfer --into-existing: values that the server casts",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingCastTests {
    @Test(
        "a value that the server would round or cut is refused with its row, whatever is verified",
        arguments: [
            ("numeric(5,2)[]", "{1.239}", "{1.24}"), ("interval hour", "01:30:00", "01:00:00"),
            ("interval(0)", "00:00:01.7", "00:00:02"), (#""char""#, "abc", "a"),
            ("name", String(repeating: "n", count: 64), String(repeating: "n", count: 63)),
            ("varchar(3)[]", #"{"abc  "}"#, "{abc}"), ("real[]", "{0.123456789}", "{0.12345679}"),
            ("rounded", "{1.239}", "{1.24}"), ("place", "(1.239,b)", "(1.24,b)"),
            ("timestamp(0)[]", "{2024-01-02 03:04:05.6}", ""),
        ])
    func altered(_ type: String, _ text: String, _ becomes: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE DOMAIN rounded AS numeric(5,2)[]; CREATE TYPE place AS (x numeric(5,2), name text);
                CREATE TABLE t (id int PRIMARY KEY, v \(type));
                """, on: target)
            let source = try makeSource(
                box,
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, NULL), (2, \(SQLText.literal(text)))"
            )
            for verification in ["count", "digest"] {
                let run = try await box.migrate(
                    "transfer", source, target, "--into-existing", "--verify", verification)
                #expect(run.ending == .exit(2), "\(run)")
                #expect(run.error.contains("t.v, row id=2: \(text) would become \(becomes)"), "\(run)")
                #expect(try query("SELECT 'x' FROM t", on: target).isEmpty)
            }
        }
    }

    @Test(
        "a text that the server can't read is named with its column and row, whatever code it has for it",
        arguments: [
            ("tsvector", "'a"), ("tsquery", "a &"), ("jsonpath", "$["), ("regclass", "nosuch"), ("regclass", "no.such"),
            ("regtype", "nosuch"), ("regproc", "nosuch"), ("regproc", "abs"), ("regclass[]", "{nosuch}"),
            ("aclitem", "nosuch=r/nosuch"), ("xml", "<a"), ("int[]", "{a}"), ("relation", "nosuch"),
        ])
    func unreadable(_ type: String, _ text: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                "CREATE DOMAIN relation AS regclass; CREATE TABLE t (id int PRIMARY KEY, v \(type))", on: target)
            let source = try makeSource(
                box,
                "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, NULL), (2, \(SQLText.literal(text)))"
            )
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(2) && run.error.contains("t.v, row id=2: "), "\(run)")
        }
    }

    @Test("what a function of the target's own misses is blamed on no row's value")
    func missingTables() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE FUNCTION is_known(text) RETURNS boolean LANGUAGE plpgsql AS
                    $$ BEGIN RETURN EXISTS (SELECT FROM no_such_table); END $$;
                CREATE DOMAIN word AS text CHECK (is_known(VALUE));
                CREATE TABLE t (id int PRIMARY KEY, v word, w int[]);
                """, on: target)
            let source = try makeSource(
                box, "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT); INSERT INTO t VALUES (1, 'a', '{1}');")
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending != .exit(0) && run.error.contains("no_such_table"), "\(run)")
            #expect(!run.error.contains("row id="), "\(run)")
        }
    }

    @Test("a value that a domain refuses is named with its column and row, beside a column that the server casts")
    func domains() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE DOMAIN few AS integer CHECK (VALUE < 10); CREATE DOMAIN fewer AS few CHECK (VALUE < 5);
                CREATE TABLE t (id int PRIMARY KEY, words text[], y few, z fewer);
                """, on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT, y INT, z INT);
                INSERT INTO t VALUES (1, '{a,b}', 9, 4), (2, NULL, NULL, 11);
                """)
            let options = ["transfer", source, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options)
            #expect(refused.ending != .exit(0) && refused.error.contains("t.z, row id=2: "), "\(refused)")
            #expect(!refused.error.contains("tc_casting"), "\(refused)")
            try execute("UPDATE t SET z = NULL WHERE id = 2", on: source)
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0), "\(run)")
            let rows = "SELECT concat_ws('|', id, words, y, z) FROM t ORDER BY id"
            #expect(try query(rows, on: target) == ["1|{a,b}|9|4", "2"])
        }
    }

    @Test("spans of time may be written in other ways than the server's, and no span is lost")
    func spans() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE t (id int PRIMARY KEY, v interval(0), w interval hour)", on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, w TEXT);
                INSERT INTO t VALUES (1, '1 day, 2:03:04', '02:00:00'), (2, NULL, NULL);
                """)
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(
                try query("SELECT concat_ws('|', v, w) FROM t ORDER BY id", on: target) == [
                    "1 day 02:03:04|02:00:00", "",
                ])
        }
    }
}
