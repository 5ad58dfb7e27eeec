import Dialects
import Foundation
import TestSupport
import Testing

/// Tests filling existing tables that consist of several, with the real program.
@Suite(
    "transfer --into-existing: partitions and tables that inherit",
    .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct IntoExistingPartitionTests {
    @Test(
        "a table's rows are its own: those of tables that inherit from it are neither in the way, nor deleted, nor compared"
    )
    func inherited() async throws {
        let schema = """
            CREATE TABLE base (id int PRIMARY KEY, v text); CREATE TABLE inh (w int) INHERITS (base);
            CREATE TABLE alone (id int PRIMARY KEY, v text); CREATE TABLE heir () INHERITS (alone);
            CREATE TABLE part (k int) PARTITION BY LIST (k); CREATE TABLE part1 PARTITION OF part FOR VALUES IN (1);
            """
        try await withDatabase(.postgresql) { box, target in
            try execute(
                schema
                    + """
                    INSERT INTO base VALUES (1, 'old'); INSERT INTO inh VALUES (77, 'own', 9);
                    INSERT INTO heir VALUES (5, 'heir'); INSERT INTO part VALUES (1);
                    """, on: target)
            let source = try makeSource(
                box,
                """
                CREATE TABLE base (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO base VALUES (2, 'new');
                CREATE TABLE inh (id INTEGER, v TEXT, w INTEGER); INSERT INTO inh VALUES (3, 'left', 4);
                CREATE TABLE alone (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO alone VALUES (6, 'six');
                CREATE TABLE part (k INTEGER); INSERT INTO part VALUES (1), (1);
                """)
            let run = try await box.migrate(
                "transfer", source, target, "--into-existing", "--replace-rows", "base,part", "--keep-rows", "inh")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT base::text FROM base ORDER BY id", on: target) == ["(2,new)", "(77,own)"])
            #expect(try query("SELECT inh::text FROM inh", on: target) == ["(77,own,9)"])
            #expect(try query("SELECT alone::text FROM alone ORDER BY id", on: target) == ["(5,heir)", "(6,six)"])
            #expect(try query("SELECT count(*)::text FROM part", on: target) == ["2"])
        }
    }

    @Test("a row of a table that inherits is no parent, since the server takes it for none")
    func inheritedParents() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE base (id int PRIMARY KEY); CREATE TABLE inh () INHERITS (base); INSERT INTO inh VALUES (7);
                CREATE TABLE child (b int REFERENCES base);
                """, on: target)
            let source = try makeSource(
                box,
                "CREATE TABLE base (id INTEGER PRIMARY KEY); CREATE TABLE child (b INTEGER); INSERT INTO child VALUES (7);"
            )
            let run = try await box.migrate("transfer", source, target, "--into-existing")
            #expect(run.ending == .exit(2) && run.error.contains("b=7"), "\(run)")
        }
    }

    @Test("triggers of single partitions, and foreign keys to them, are set aside and restored, too")
    func partitions() async throws {
        try await withDatabase(.postgresql) { box, target in
            try execute(
                """
                CREATE TABLE seen (k int);
                CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen VALUES (NEW.k); RETURN NULL; END';
                CREATE TABLE pt (id int, k int) PARTITION BY LIST (k);
                CREATE TABLE pt1 PARTITION OF pt FOR VALUES IN (1); CREATE TABLE pt2 PARTITION OF pt FOR VALUES IN (2);
                ALTER TABLE pt1 ADD UNIQUE (id); INSERT INTO pt VALUES (5, 1);
                CREATE TABLE o (p int REFERENCES pt1 (id) ON DELETE CASCADE); INSERT INTO o VALUES (5);
                CREATE TRIGGER own AFTER INSERT ON pt1 FOR EACH ROW EXECUTE FUNCTION see();
                CREATE TRIGGER common AFTER INSERT ON pt FOR EACH ROW EXECUTE FUNCTION see();
                """, on: target)
            let kept = """
                SELECT concat_ws(' ', tgname, tgrelid::regclass) FROM pg_trigger WHERE NOT tgisinternal
                UNION ALL SELECT concat_ws(' ', conname, convalidated) FROM pg_constraint WHERE contype = 'f'
                UNION ALL SELECT concat_ws(' ', 'o', p) FROM o UNION ALL SELECT concat_ws(' ', 'seen', k) FROM seen ORDER BY 1
                """
            let before = try query(kept, on: target)
            let source = try makeSource(
                box, "CREATE TABLE pt (id INTEGER, k INTEGER); INSERT INTO pt VALUES (5, 1), (6, 1), (7, 2)")
            let run = try await box.migrate("transfer", source, target, "--into-existing", "--replace-rows", "pt")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query(kept, on: target) == before)
            #expect(try query("SELECT id::text FROM pt ORDER BY id", on: target) == ["5", "6", "7"])
        }
    }
}
