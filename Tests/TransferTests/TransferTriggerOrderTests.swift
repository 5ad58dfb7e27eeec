import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests the order of several triggers of one event.
extension TransferTriggerTests {
    @Test("triggers that write what others read or write, or that give up the row, run in SQLite's order")
    func ordersThatMatter() async throws {
        try await withTriggers(
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY, price INTEGER, sum INTEGER, state TEXT);
            CREATE TABLE log (id INTEGER PRIMARY KEY, sum INTEGER); CREATE TABLE tried (id INTEGER);
            CREATE TABLE firsts (k TEXT PRIMARY KEY NOT NULL, v TEXT);
            CREATE TRIGGER a_log AFTER INSERT ON item BEGIN
                INSERT INTO log (sum) SELECT sum FROM item WHERE id = NEW.id; END;
            CREATE TRIGGER b_sum AFTER INSERT ON item BEGIN UPDATE item SET sum = price * 2 WHERE id = NEW.id; END;
            CREATE TRIGGER c_price AFTER INSERT ON item BEGIN UPDATE item SET price = price + 1 WHERE id = NEW.id; END;
            CREATE TRIGGER a_tried BEFORE INSERT ON item BEGIN INSERT INTO tried VALUES (NEW.id); END;
            CREATE TRIGGER b_ignored BEFORE INSERT ON item WHEN NEW.price < 0 BEGIN SELECT RAISE(IGNORE); END;
            CREATE TRIGGER x_first AFTER UPDATE OF state ON item BEGIN INSERT OR IGNORE INTO firsts VALUES ('k', 'x'); END;
            CREATE TRIGGER y_first AFTER UPDATE OF id, state ON item BEGIN INSERT OR IGNORE INTO firsts VALUES ('k', 'y'); END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            #expect(
                made(triggers) == [
                    "1_b_ignored", "1_c_price", "1_y_first", "2_a_tried", "2_b_sum", "2_x_first", "3_a_log",
                ])
            try expectSame(
                after: [
                    "INSERT INTO item (id, price) VALUES (1, 10)", "INSERT INTO item (id, price) VALUES (2, -1)",
                    "UPDATE item SET state = 'x' WHERE id = 1",
                ],
                in: [
                    "SELECT id, price, sum FROM item", "SELECT sum FROM log", "SELECT id FROM tried",
                    "SELECT k, v FROM firsts",
                ], source, target)
        }
    }

    @Test("a trigger that gives up the row and one that refuses it run in SQLite's order")
    func refusalsAndIgnoredRows() async throws {
        try await withTriggers(
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY, price INTEGER);
            CREATE TRIGGER a_refused BEFORE INSERT ON item WHEN NEW.price < 0 BEGIN SELECT RAISE(ABORT, 'less than 0'); END;
            CREATE TRIGGER b_ignored BEFORE INSERT ON item WHEN NEW.price < -9 BEGIN SELECT RAISE(IGNORE); END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            #expect(made(triggers) == ["1_b_ignored", "2_a_refused"])
            try expectSame(
                after: [
                    "INSERT INTO item VALUES (1, 1)", "INSERT INTO item VALUES (2, -10)",
                    "INSERT INTO item VALUES (3, -5)",
                ],
                in: ["SELECT id, price FROM item"], source, target)
        }
    }

    @Test("a trigger that sets off another one runs before or behind what that one reads, as in SQLite")
    func readingsOfFurtherTriggers() async throws {
        try await withTriggers(
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY); CREATE TABLE log (id INTEGER PRIMARY KEY, item INTEGER);
            CREATE TABLE counter (n INTEGER); CREATE TABLE seen (n INTEGER); INSERT INTO counter VALUES (0);
            CREATE TRIGGER a_log AFTER INSERT ON item BEGIN INSERT INTO log (item) VALUES (NEW.id); END;
            CREATE TRIGGER b_count AFTER INSERT ON item BEGIN UPDATE counter SET n = n + 1; END;
            CREATE TRIGGER log_seen AFTER INSERT ON log BEGIN INSERT INTO seen SELECT n FROM counter; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            #expect(made(triggers) == ["1_b_count", "2_a_log", "log_seen"])
            try expectSame(
                after: ["INSERT INTO item VALUES (1)", "INSERT INTO item VALUES (2)"],
                in: ["SELECT n FROM seen ORDER BY n"], source, target)
        }
    }

    @Test("a trigger that sets off another one runs before or behind what that one's writing depends on, as in SQLite")
    func writingOfFurtherTriggers() async throws {
        try await withTriggers(
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY); CREATE TABLE log (id INTEGER PRIMARY KEY, item INTEGER);
            CREATE TABLE firsts (k TEXT PRIMARY KEY NOT NULL, v TEXT);
            CREATE TRIGGER a_log AFTER INSERT ON item BEGIN INSERT INTO log (item) VALUES (NEW.id); END;
            CREATE TRIGGER b_first AFTER INSERT ON item BEGIN INSERT INTO firsts VALUES ('k', 'item'); END;
            CREATE TRIGGER log_first AFTER INSERT ON log BEGIN INSERT OR IGNORE INTO firsts VALUES ('k', 'log'); END;
            CREATE TABLE part (id INTEGER PRIMARY KEY); CREATE TABLE note (id INTEGER PRIMARY KEY, part INTEGER);
            CREATE TABLE counter (a INTEGER, b INTEGER); INSERT INTO counter VALUES (0, 0);
            CREATE TRIGGER c_note AFTER INSERT ON part BEGIN INSERT INTO note (part) VALUES (NEW.id); END;
            CREATE TRIGGER d_count AFTER INSERT ON part BEGIN UPDATE counter SET a = a + 1; END;
            CREATE TRIGGER note_count AFTER INSERT ON note BEGIN UPDATE counter SET b = a; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            #expect(
                made(triggers) == ["1_b_first", "1_d_count", "2_a_log", "2_c_note", "log_first", "note_count"])
            try expectSame(
                after: ["INSERT INTO item VALUES (1)", "INSERT INTO part VALUES (1)"],
                in: ["SELECT k, v FROM firsts", "SELECT a, b FROM counter"], source, target)
        }
    }

    @Test("triggers that have nothing to do with each other keep their names")
    func ordersThatDoNot() async throws {
        try await withTriggers(
            """
            CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, changed INTEGER, length INTEGER);
            CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);
            CREATE TRIGGER touched AFTER UPDATE OF name ON item BEGIN UPDATE item SET changed = 1 WHERE id = NEW.id; END;
            CREATE TRIGGER measured AFTER UPDATE OF name ON item BEGIN
                UPDATE item SET length = length(NEW.name) WHERE id = NEW.id; END;
            CREATE TRIGGER logged AFTER UPDATE OF name ON item BEGIN INSERT INTO log (what) VALUES ('name'); END;
            CREATE TRIGGER traced AFTER UPDATE ON item BEGIN INSERT INTO log (what) VALUES ('item'); END;
            """
        ) { triggers, _, _ in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            #expect(made(triggers) == ["logged", "measured", "touched", "traced"])
        }
    }

    @Test("a note names the trigger that foreign keys put in the other order")
    func ordersThatCannotBe() async throws {
        try await withTriggers(
            """
            CREATE TABLE album (id INTEGER PRIMARY KEY); CREATE TABLE log (n INTEGER); CREATE TABLE other (id INTEGER);
            CREATE TABLE song (id INTEGER PRIMARY KEY, album_id INTEGER REFERENCES album (id) ON DELETE CASCADE);
            CREATE TABLE review (id INTEGER PRIMARY KEY, album_id INTEGER REFERENCES album (id));
            CREATE TRIGGER mends AFTER DELETE ON album BEGIN
                DELETE FROM review WHERE album_id = OLD.id; DELETE FROM log; END;
            CREATE TRIGGER sees AFTER DELETE ON album BEGIN INSERT INTO log SELECT count(*) FROM song; END;
            CREATE TRIGGER neither AFTER DELETE ON album BEGIN INSERT INTO other VALUES (OLD.id); END;
            """
        ) { triggers, _, _ in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            let notes = Self.notes(triggers).filter { $0.value.contains("in the other order in SQLite") }
            #expect(Set(notes.keys) == ["mends", "sees"], "\(notes)")
            #expect(notes["mends"]?.contains("it and sees run") == true)
            #expect(made(triggers) == ["1_neither", "3_mends", "RI~2_sees"])
        }
    }
}
