import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests triggers that come back to the row whose change fires them.
extension TransferTriggerTests {
    @Test("a BEFORE trigger whose statements come back to its own rows by way of other tables is refused")
    func comesBackBefore() async throws {
        try await withTriggers(
            """
            CREATE TABLE albums (id INTEGER PRIMARY KEY, icon INTEGER);
            CREATE TABLE images (id INTEGER PRIMARY KEY, album INTEGER);
            CREATE TABLE doc (id INTEGER PRIMARY KEY, title TEXT, edits INTEGER);
            CREATE TABLE log (id INTEGER PRIMARY KEY, doc INTEGER);
            CREATE TABLE head (id INTEGER PRIMARY KEY, last INTEGER REFERENCES item (id) ON DELETE SET NULL);
            CREATE TABLE item (id INTEGER PRIMARY KEY, head INTEGER);
            CREATE TABLE late (id INTEGER PRIMARY KEY);
            CREATE TRIGGER delete_album DELETE ON albums BEGIN DELETE FROM images WHERE album = OLD.id; END;
            CREATE TRIGGER delete_image DELETE ON images BEGIN UPDATE albums SET icon = NULL WHERE icon = OLD.id; END;
            CREATE TRIGGER titled BEFORE UPDATE OF title ON doc BEGIN INSERT INTO log (doc) VALUES (NEW.id); END;
            CREATE TRIGGER logged AFTER INSERT ON log BEGIN UPDATE doc SET edits = edits + 1 WHERE id = NEW.doc; END;
            CREATE TRIGGER delete_head BEFORE DELETE ON head BEGIN DELETE FROM item WHERE head = OLD.id; END;
            CREATE TRIGGER delete_late AFTER DELETE ON late BEGIN DELETE FROM head WHERE id = OLD.id; END;
            """
        ) { triggers, _, _ in
            let refusals = refusals(triggers)
            #expect(Set(refusals.keys) == ["delete_album", "titled", "delete_head"], "\(refusals)")
            let words = "it changes its own table, by way of other tables, before the row is written"
            #expect(refusals.values.allSatisfy { $0.contains(words) }, "\(refusals)")
        }
    }

    @Test("one that only comes back to insert other rows, or whose own row is not there yet, does the same in both")
    func insertsBefore() async throws {
        try await withTriggers(
            """
            CREATE TABLE doc (id INTEGER PRIMARY KEY, title TEXT, copies INTEGER DEFAULT 0);
            CREATE TABLE log (id INTEGER PRIMARY KEY, doc INTEGER);
            CREATE TABLE draft (id INTEGER PRIMARY KEY, doc INTEGER);
            INSERT INTO doc (id, title) VALUES (1, 'a'), (2, 'b');
            CREATE TRIGGER gone BEFORE DELETE ON doc BEGIN INSERT INTO log (doc) VALUES (OLD.id); END;
            CREATE TRIGGER renamed BEFORE UPDATE OF title ON doc BEGIN INSERT INTO log (doc) VALUES (NEW.id + 100); END;
            CREATE TRIGGER kept AFTER INSERT ON log WHEN NEW.doc < 1000 BEGIN
                INSERT INTO doc (id, title) VALUES (NEW.doc + 1000, 'kept'); END;
            CREATE TRIGGER drafted BEFORE INSERT ON draft BEGIN UPDATE doc SET copies = copies + 1 WHERE id = NEW.doc; END;
            CREATE TRIGGER copied AFTER UPDATE OF copies ON doc BEGIN
                UPDATE draft SET doc = doc + 1 WHERE doc = NEW.id; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            try expectSame(
                after: [
                    "UPDATE doc SET title = 'c' WHERE id = 1", "DELETE FROM doc WHERE id = 2",
                    "INSERT INTO draft VALUES (1, 1)", "INSERT INTO draft VALUES (2, 1)",
                ],
                in: ["SELECT id, title, copies FROM doc", "SELECT doc FROM log", "SELECT id, doc FROM draft"],
                source, target)
        }
    }
}
