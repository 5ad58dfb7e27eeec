import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests the targets of ON CONFLICT in a trigger's INSERT.
extension TransferTriggerTests {
    @Test("DO UPDATE without a target means the table's only key; other targets are refused by name")
    func targetsOfConflicts() async throws {
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT);
            CREATE TABLE one (k TEXT PRIMARY KEY NOT NULL, n INTEGER);
            CREATE TABLE two (k TEXT PRIMARY KEY NOT NULL, l TEXT UNIQUE, n INTEGER);
            CREATE TABLE part (k TEXT, n INTEGER); CREATE UNIQUE INDEX part_k ON part (k) WHERE n > 0;
            CREATE TABLE folded (k TEXT, n INTEGER); CREATE UNIQUE INDEX folded_k ON folded (lower(k));
            CREATE TRIGGER t_one AFTER INSERT ON t BEGIN
                INSERT INTO one VALUES (NEW.k, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
            CREATE TRIGGER t_two AFTER DELETE ON t BEGIN
                INSERT INTO two VALUES (OLD.k, 'l', 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
            CREATE TRIGGER t_part AFTER DELETE ON t BEGIN
                INSERT INTO part VALUES (OLD.k, 1) ON CONFLICT (k) WHERE n > 0 DO NOTHING; END;
            CREATE TRIGGER t_folded AFTER DELETE ON t BEGIN
                INSERT INTO folded VALUES (OLD.k, 1) ON CONFLICT (lower(k)) DO UPDATE SET n = n + 1; END;
            CREATE TRIGGER t_any AFTER DELETE ON t BEGIN
                INSERT INTO part VALUES (OLD.k, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
            CREATE TRIGGER t_several AFTER DELETE ON t BEGIN
                INSERT INTO two VALUES (OLD.k, 'l', 1) ON CONFLICT (k) DO NOTHING ON CONFLICT (l) DO NOTHING; END;
            """
        ) { triggers, source, target in
            #expect(
                refusals(triggers) == [
                    "t_two": "its DO UPDATE names none of the keys of two",
                    "t_part": "its ON CONFLICT is about a part of the rows (WHERE)",
                    "t_folded": "the key of its ON CONFLICT is more than columns",
                    "t_any": "its DO UPDATE names no key of part",
                    "t_several": "its INSERT has several ON CONFLICT",
                ])
            try expectSame(
                after: ["INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (2, 'a'), (3, 'b')"],
                in: ["SELECT k, n FROM one"], source, target)
        }
    }
}
