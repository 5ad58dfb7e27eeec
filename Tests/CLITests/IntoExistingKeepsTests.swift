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
}
