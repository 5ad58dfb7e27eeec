import Dialects
import Foundation
import TestSupport
import Testing

/// Tests what filling existing tables leaves as it is beside the rows that it writes, with the real program.
@Suite("transfer --into-existing: what stays", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingKeepsTests {
    @Test("rules of the filled tables write into no other table meanwhile, and are as they were afterwards")
    func rewriteRules() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE t (id bigint PRIMARY KEY, tags text[]); INSERT INTO t VALUES (9, '{old}');
                CREATE TABLE log (what text); CREATE TABLE other (x int); INSERT INTO other VALUES (1), (2);
                CREATE RULE r1 AS ON INSERT TO t DO ALSO INSERT INTO log VALUES ('ins');
                CREATE RULE r2 AS ON DELETE TO t DO ALSO DELETE FROM other;
                CREATE RULE r3 AS ON DELETE TO t DO ALSO DELETE FROM log;
                COMMENT ON RULE r1 ON t IS 'why';
                ALTER TABLE t ENABLE ALWAYS RULE r2; ALTER TABLE t DISABLE RULE r3;
                """, on: target)
            let rules = """
                SELECT concat_ws(' ', rulename, ev_enabled, obj_description(oid, 'pg_rewrite'), pg_get_ruledef(oid))
                FROM pg_rewrite WHERE ev_class = 't'::regclass ORDER BY 1
                """
            let before = try query(rules, on: target)
            let source = try makeSource(
                box, "CREATE TABLE t (id INTEGER PRIMARY KEY, tags TEXT); INSERT INTO t VALUES (1, '{a,b}')")
            let run = try await box.migrate("transfer", source, target, "--into-existing", "--replace-rows", "t")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT t::text FROM t", on: target) == [#"(1,"{a,b}")"#])
            #expect(try query("SELECT count(*)::text FROM other", on: target) == ["2"])
            #expect(try query("SELECT count(*)::text FROM log", on: target) == ["0"])
            #expect(try query(rules, on: target) == before)
        }
    }

    @Test("the options that a refusal suggests keep the application's record of its migrations, and can be pasted")
    func recordsOfMigrations() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE applied_schema_deltas (file text); INSERT INTO applied_schema_deltas VALUES ('there');
                CREATE TABLE kinds (n bigint); INSERT INTO kinds VALUES (1);
                CREATE TABLE schema_version (n bigint); INSERT INTO schema_version VALUES (1);
                """, on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE applied_schema_deltas (file TEXT); INSERT INTO applied_schema_deltas VALUES ('here');
                CREATE TABLE kinds (n INTEGER); INSERT INTO kinds VALUES (2);
                CREATE TABLE schema_version (n INTEGER); INSERT INTO schema_version VALUES (2);
                """)
            let options = ["--replace-rows", "kinds", "--keep-rows", "applied_schema_deltas,schema_version"]
            let refused = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(refused.ending == .exit(2), "\(refused)")
            #expect(refused.error.contains("pass \(options.joined(separator: " ")): "), "\(refused)")
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing"] + options)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT file FROM applied_schema_deltas", on: target) == ["there"])
            #expect(try query("SELECT (SELECT n FROM kinds) || ' ' || n FROM schema_version", on: target) == ["2 1"])
        }
    }

    @Test("a table among whose rows the application notes its schema's version keeps them where the versions differ")
    func notedVersions() async throws {
        try await withDatabase(.postgresql) { box, target in
            let tables = """
                CREATE TABLE coreinfo (key text PRIMARY KEY, value text);
                CREATE TABLE info (key text PRIMARY KEY, value text);
                CREATE TABLE same (key text, value text); CREATE TABLE state (key text, value text);
                INSERT INTO same VALUES ('version', '7'); INSERT INTO state VALUES ('version', 'none');
                """
            let rows = """
                INSERT INTO coreinfo VALUES ('a', ''); INSERT INTO info VALUES ('DB_Version', '31'), ('colour', '1');
                """
            try execute(tables + rows, on: target)
            let source = try makeSource(
                box, tables + "INSERT INTO info VALUES ('DB_Version', '32.1'), ('colour', '2');")
            let options = ["--replace-rows", "same,state", "--keep-rows", "coreinfo,info"]
            let refused = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(refused.ending == .exit(2), "\(refused)")
            #expect(refused.error.contains("pass \(options.joined(separator: " ")): "), "\(refused)")
            #expect(refused.error.contains("(info: DB_Version is 31, and 32.1 in the source)"), "\(refused)")
            let run = try await box.run(.tcMigrate, ["transfer", source, target, "--into-existing"] + options)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT value FROM info ORDER BY key COLLATE \"C\"", on: target) == ["31", "1"])
        }
    }

    @Test("the numbers in the header of a filled file stay its own, and it holds the source's rows nevertheless")
    func fileNumbers() async throws {
        try await withDatabase(.sqlite) { box, target in
            try execute("CREATE TABLE t (id INTEGER PRIMARY KEY); PRAGMA user_version = 3", on: target, creating: true)
            let source = try makeSource(
                box, "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1); PRAGMA user_version = 7")
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
            let verified = try await box.migrate("verify", source, target)
            #expect(verified.ending == .exit(0) && verified.output.contains("PRAGMA user_version is 7"), "\(verified)")
            #expect(try query("PRAGMA user_version", on: target) == ["3"])
        }
    }

    @Test("rows that an earlier run set aside stay in the quarantine, and do not spoil the next run's books")
    func quarantineTwice() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE t (id bigint PRIMARY KEY, n int)", on: target)
            let source = try makeSource(
                box, "CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO t VALUES (1, '1'), (2, 'n/a')")
            for count in ["1", "2"] {
                let run = try await box.migrate(
                    "transfer", source, target, "--into-existing", "--on-mismatch", "quarantine", "--replace-rows", "t")
                #expect(run.ending == .exit(0) && run.output.contains("verdict: verified"), "\(run)")
                #expect(try query("SELECT t::text FROM t", on: target) == ["(1,1)"])
                #expect(try query("SELECT count(*)::text FROM tc_quarantine", on: target) == [count])
            }
        }
    }

    @Test("a foreign key of a partitioned table holds for all rows again, and rows without a parent are refused")
    func partitionedReferences() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE parent (id int PRIMARY KEY);
                CREATE TABLE child (k int, p int CONSTRAINT whose REFERENCES parent) PARTITION BY LIST (k);
                CREATE TABLE child1 PARTITION OF child FOR VALUES IN (1);
                COMMENT ON CONSTRAINT whose ON child IS 'whose';
                """, on: target)
            let keys = """
                SELECT concat_ws(' ', conrelid::regclass, conname, convalidated, obj_description(oid, 'pg_constraint'))
                FROM pg_constraint WHERE contype = 'f' ORDER BY 1
                """
            let before = try query(keys, on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (7);
                CREATE TABLE child (k INTEGER, p INTEGER); INSERT INTO child VALUES (1, 8);
                """)
            let options = ["transfer", source, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options)
            #expect(refused.ending == .exit(2) && refused.error.contains("p=8"), "\(refused)")
            try execute("UPDATE child SET p = 7", on: source)
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT child1::text FROM child1", on: target) == ["(1,7)"])
            #expect(try query(keys, on: target) == before)
        }
    }

    @Test("a deferred key is checked before the counters are set, and does not keep foreign keys from being restored")
    func deferredKeys() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE t (id serial PRIMARY KEY, pos int UNIQUE DEFERRABLE INITIALLY DEFERRED,
                    parent int CONSTRAINT up REFERENCES t DEFERRABLE INITIALLY DEFERRED);
                """, on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, pos INTEGER, parent INTEGER);
                INSERT INTO t VALUES (8, 1, NULL), (9, 1, 8);
                """)
            let options = ["transfer", source, target, "--into-existing"]
            let refused = try await box.run(.tcMigrate, options)
            #expect(refused.ending == .exit(2) && refused.error.contains("t_pos_key"), "\(refused)")
            #expect(try query("SELECT nextval('t_id_seq')::text", on: target) == ["1"])
            try execute("UPDATE t SET pos = 2 WHERE id = 9", on: source)
            let run = try await box.run(.tcMigrate, options)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT t::text FROM t ORDER BY id", on: target) == ["(8,1,)", "(9,2,8)"])
            let keys = """
                SELECT concat_ws(' ', conname, condeferred, convalidated) FROM pg_constraint
                WHERE conrelid = 't'::regclass AND contype IN ('u', 'f') ORDER BY 1
                """
            #expect(try query(keys, on: target) == ["t_pos_key t t", "up t t"])
        }
    }

    @Test("a column's own counter never goes back, up or down: the numbers behind it may have been given out")
    func counters() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE a (id bigserial PRIMARY KEY); SELECT setval('a_id_seq', 1000);
                CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY (INCREMENT -1) PRIMARY KEY); SELECT setval('b_id_seq', -70);
                CREATE TABLE c (id bigserial PRIMARY KEY); ALTER SEQUENCE c_id_seq RESTART WITH 50;
                CREATE TABLE d (id bigserial PRIMARY KEY); ALTER SEQUENCE d_id_seq RESTART WITH 5;
                """, on: target)
            let source = try makeSource(
                box,
                ["a", "b", "c", "d"].map {
                    "CREATE TABLE \($0) (id INTEGER PRIMARY KEY); INSERT INTO \($0) VALUES (5);"
                }
                .joined())
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0), "\(run)")
            for (table, next) in [("a", "1001"), ("b", "-71"), ("c", "50"), ("d", "6")] {
                #expect(try query("SELECT nextval('\(table)_id_seq')::text", on: target) == [next], "\(table)")
            }
        }
    }

    @Test("nor does that of a SQLite file")
    func countersOfFile() async throws {
        try await withDatabase(.sqlite) { box, target in
            try execute(
                """
                CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);
                INSERT INTO a VALUES (1000); DELETE FROM a;
                """, on: target, creating: true)
            let source = try makeSource(
                box, "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a VALUES (5);")
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT seq FROM sqlite_sequence", on: target) == ["1000"])
        }
    }

    @Test("triggers of partitions are silent in other schemas, too, and each is switched on or off as it was")
    func partitionTriggers() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE seen (k int);
                CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen VALUES (NEW.k); RETURN NULL; END';
                CREATE SCHEMA z; CREATE TABLE pt (k int) PARTITION BY LIST (k);
                CREATE TABLE pt1 PARTITION OF pt FOR VALUES IN (1); CREATE TABLE z.pt2 PARTITION OF pt FOR VALUES IN (2);
                CREATE TABLE z.sub PARTITION OF pt FOR VALUES IN (3, 4) PARTITION BY LIST (k);
                CREATE TABLE z.sub3 PARTITION OF z.sub FOR VALUES IN (3);
                CREATE TRIGGER common AFTER INSERT ON pt FOR EACH ROW EXECUTE FUNCTION see();
                CREATE TRIGGER usual AFTER INSERT ON pt FOR EACH ROW EXECUTE FUNCTION see();
                CREATE TRIGGER own AFTER INSERT ON z.pt2 FOR EACH ROW EXECUTE FUNCTION see();
                CREATE TRIGGER always AFTER INSERT ON z.sub FOR EACH ROW EXECUTE FUNCTION see();
                ALTER TABLE z.sub ENABLE ALWAYS TRIGGER always; ALTER TABLE pt ENABLE REPLICA TRIGGER usual;
                ALTER TABLE pt1 DISABLE TRIGGER common; ALTER TABLE pt1 ENABLE TRIGGER usual;
                ALTER TABLE z.sub3 ENABLE ALWAYS TRIGGER common; ALTER TABLE z.pt2 DISABLE TRIGGER usual;
                """, on: target)
            let triggers = "SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger ORDER BY 1"
            let before = try query(triggers, on: target)
            let source = try makeSource(
                box, "CREATE TABLE pt (k INTEGER); INSERT INTO pt VALUES (1), (2), (3)")
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT k::text FROM pt ORDER BY k", on: target) == ["1", "2", "3"])
            #expect(try query("SELECT k::text FROM seen", on: target).isEmpty)
            #expect(try query(triggers, on: target) == before)
        }
    }

    @Test("a table that is to keep its rows and to lose them is refused as that")
    func bothWays() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)", on: target)
            let source = try makeSource(box, "CREATE TABLE t (id INTEGER PRIMARY KEY)")
            let run = try await box.migrate(
                "transfer", source, target, "--into-existing", "--replace-rows", "t", "--keep-rows", "t", "--json")
            #expect(run.ending == .exit(2), "\(run)")
            #expect(try run.document(ErrorDocument.self).error.code == "replaced_and_kept")
        }
    }

    @Test("a required column without a source gets the default of its domain")
    func domainDefaults() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE DOMAIN kind AS text DEFAULT 'usual'; CREATE TABLE t (id int PRIMARY KEY, k kind NOT NULL);
                CREATE TABLE child () INHERITS (t); CREATE TABLE u (id int);
                """, on: target)
            let source = try makeSource(
                box,
                "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1); CREATE TABLE u (id INTEGER)")
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT t::text FROM t", on: target) == ["(1,usual)"])
        }
    }

    @Test("a table that inherits from a filled one stays open to its writers")
    func heirsAreNotLocked() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                "CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE heir () INHERITS (b)", on: target)
            let source = try makeSource(box, "CREATE TABLE a (id INTEGER); CREATE TABLE b (id INTEGER)")
            let writer = try connect(to: try DatabaseURL(parsing: target), ConnectionOptions(access: .readWrite))
            defer { writer.close() }
            try writer.begin()
            try writer.execute("INSERT INTO heir VALUES (1)")
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            try writer.rollback()
            #expect(run.ending == .exit(0), "\(run)")
        }
    }
}
