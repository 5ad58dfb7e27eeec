import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests SELECTs of a trigger that raise by a CASE.
extension TransferTriggerTests {
    @Test("a CASE that raises may have any ELSE, also one that raises")
    func raisingByCase() async throws {
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE u (id INTEGER PRIMARY KEY, n INTEGER);
            CREATE TABLE w (id INTEGER PRIMARY KEY);
            CREATE TRIGGER positive BEFORE INSERT ON t BEGIN
                SELECT CASE WHEN NEW.n < 0 THEN RAISE(ABORT, 'negative') ELSE 1 END;
                SELECT CASE WHEN NEW.n > 9 THEN RAISE(IGNORE) WHEN NEW.n > 8 THEN RAISE(ABORT, 'x') ELSE abs(NEW.n) + 1 END; END;
            CREATE TRIGGER only_one BEFORE INSERT ON u BEGIN
                SELECT CASE NEW.n WHEN 1 THEN RAISE(IGNORE) ELSE RAISE(ABORT, 'not 1') END; END;
            CREATE TRIGGER hidden BEFORE INSERT ON w BEGIN
                SELECT CASE WHEN NEW.id < 0 THEN RAISE(ABORT, 'x') ELSE (SELECT RAISE(ABORT, 'y')) END; END;
            """
        ) { triggers, source, target in
            #expect(Set(refusals(triggers).keys) == ["hidden"], "\(refusals(triggers))")
            try expectSame(
                after: [
                    "INSERT INTO t VALUES (1, -1)", "INSERT INTO t VALUES (2, 5)", "INSERT INTO t VALUES (3, 10)",
                    "INSERT INTO t VALUES (4, 9)", "INSERT INTO t VALUES (5, NULL)", "INSERT INTO u VALUES (1, 1)",
                    "INSERT INTO u VALUES (2, 2)",
                ], in: ["SELECT id, n FROM t", "SELECT id, n FROM u"], source, target)
        }
    }
}
