import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests names that mean something of their own in PL/pgSQL.
extension TransferTriggerTests {
    @Test("columns may have the names of PL/pgSQL's variables")
    func namesOfVariables() async throws {
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, tg_op TEXT);
            CREATE TABLE hit (found INTEGER PRIMARY KEY, tg_name TEXT, n INTEGER DEFAULT 1);
            CREATE TABLE edit ("old" TEXT, "new" TEXT, n INTEGER DEFAULT 1, UNIQUE ("old", "new"));
            CREATE TABLE place (id INTEGER PRIMARY KEY, "old" TEXT UNIQUE, "new" TEXT);
            CREATE TRIGGER edit AFTER INSERT ON t BEGIN
                INSERT INTO hit (found, tg_name) VALUES (NEW.n, NEW.tg_op)
                    ON CONFLICT (found) DO UPDATE SET n = n + excluded.n, tg_name = hit.tg_name || tg_name;
                INSERT INTO edit ("old", "new") VALUES (NEW.tg_op, 'x')
                    ON CONFLICT ("old", "new") DO UPDATE SET n = edit.n + 1 WHERE "old" <> '';
                REPLACE INTO place (id, "old", "new") VALUES (NEW.id, NEW.tg_op, NEW.n);
                UPDATE place SET "new" = "new" || (SELECT count(*) FROM hit WHERE found = NEW.n) WHERE "old" = NEW.tg_op; END;
            CREATE TRIGGER plain AFTER DELETE ON t BEGIN DELETE FROM hit WHERE n = OLD.n; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            let marked = triggers.filter { "\($0.outcome)".contains("#variable_conflict use_column") }
            #expect(marked.map(\.source.name) == ["edit"])
            try expectSame(
                after: [
                    "INSERT INTO t VALUES (1, 1, 'a')", "INSERT INTO t VALUES (2, 1, 'a')",
                    "INSERT INTO t VALUES (3, 1, 'b'), (4, 2, 'b')", "DELETE FROM t WHERE id < 3",
                ],
                in: [
                    "SELECT found, tg_name, n FROM hit", "SELECT \"old\", \"new\", n FROM edit",
                    "SELECT id, \"old\", \"new\" FROM place",
                ], source, target)
        }
    }

    @Test("a trigger may have the name of a function of PostgreSQL", arguments: ["now", "pi", "pg_backend_pid"])
    func namesOfFunctions(_ name: String) async throws {
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE log (id INTEGER PRIMARY KEY, n INTEGER);
            CREATE TRIGGER \(name) AFTER INSERT ON t BEGIN INSERT INTO log (n) VALUES (NEW.id); END;
            """
        ) { triggers, source, target in
            #expect(made(triggers) == [name])
            try expectSame(after: ["INSERT INTO t VALUES (7)"], in: ["SELECT n FROM log"], source, target)
        }
    }
}
