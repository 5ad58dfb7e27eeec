import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests that AFTER triggers run at their places among the foreign keys, which are triggers in PostgreSQL.
extension TransferTriggerTests {
    /// Expects that statements end alike in both databases and leave the same rows.
    func expectSame(
        after statements: [String], in queries: [String], _ source: any Connection, _ target: any Connection
    ) throws {
        try source.executeScript("PRAGMA foreign_keys = ON")
        for text in statements {
            let isDone = [source, target].map { connection -> Bool in
                let outcome = Result { try connection.execute(SQL(trusted: text)) }
                return if case .success = outcome { true } else { false }
            }
            #expect(isDone[0] == isDone[1], "\(text): \(isDone)")
            for query in queries {
                let rows = try [source, target].map { try comparable($0.values("\(trusted: query)")) }
                #expect(rows[0] == rows[1], "after \(text): \(query)")
            }
        }
    }

    /// The names that the triggers have in PostgreSQL, in the order in which it runs those of one event.
    func made(_ triggers: [TranslatedTrigger]) -> [String] {
        let names = triggers.compactMap { trigger -> String? in
            guard case .statements(let statements, _) = trigger.outcome else { return nil }
            return statements.last?.split(separator: "\"").dropFirst().first.map(String.init)
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    @Test("a trigger that mends a key runs before the key is checked")
    func mendingTriggers() async throws {
        try await withTriggers(
            """
            CREATE TABLE album (id INTEGER PRIMARY KEY, name TEXT);
            CREATE TABLE song (id INTEGER PRIMARY KEY, album_id INTEGER REFERENCES album (id), title TEXT);
            CREATE TRIGGER album_gone AFTER DELETE ON album BEGIN DELETE FROM song WHERE album_id = OLD.id; END;
            CREATE TRIGGER album_moved AFTER UPDATE OF id ON album BEGIN
                UPDATE song SET album_id = NEW.id WHERE album_id = OLD.id; END;
            CREATE TRIGGER song_new AFTER INSERT ON song BEGIN
                INSERT OR IGNORE INTO album (id, name) VALUES (NEW.album_id, '?'); END;
            CREATE TRIGGER titled AFTER UPDATE OF title ON song BEGIN
                UPDATE song SET title = upper(NEW.title) WHERE id = NEW.id; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty && Self.notes(triggers).isEmpty, "\(Self.notes(triggers))")
            #expect(made(triggers) == ["RI!album_gone", "RI!album_moved", "RI!song_new", "titled"])
            try expectSame(
                after: [
                    "INSERT INTO song VALUES (1, 7, 'a'), (2, 8, 'b')", "UPDATE song SET title = 'c'",
                    "UPDATE album SET id = id + 10", "UPDATE song SET album_id = 1", "DELETE FROM album WHERE id = 17",
                    "DELETE FROM album",
                ], in: ["SELECT id, name FROM album", "SELECT id, album_id, title FROM song"], source, target)
        }
    }

    @Test("a trigger that sees what a key's action does runs after the action, and one that would evade RESTRICT, too")
    func seeingTriggers() async throws {
        try await withTriggers(
            """
            CREATE TABLE album (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE log (what TEXT, n INTEGER);
            CREATE TABLE song (id INTEGER PRIMARY KEY, album_id INTEGER REFERENCES album (id) ON DELETE CASCADE ON UPDATE SET NULL);
            CREATE TABLE disc (id INTEGER PRIMARY KEY, song_id INTEGER REFERENCES song (id) ON DELETE RESTRICT);
            CREATE VIEW songs AS SELECT * FROM song;
            INSERT INTO album VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO song VALUES (1, 1), (2, 1), (3, 2), (4, 3);
            INSERT INTO disc VALUES (1, 4);
            CREATE TRIGGER Album_gone AFTER DELETE ON album BEGIN
                INSERT INTO log SELECT 'gone', count(*) FROM song WHERE album_id = OLD.id; END;
            CREATE TRIGGER Album_moved AFTER UPDATE ON album BEGIN
                INSERT INTO log SELECT 'moved', count(*) FROM songs WHERE album_id IS NULL; END;
            CREATE TRIGGER Album_new AFTER INSERT ON album BEGIN INSERT INTO log VALUES ('new', NEW.id); END;
            CREATE TRIGGER Evading AFTER DELETE ON song BEGIN DELETE FROM disc WHERE song_id = OLD.id; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty && Self.notes(triggers).isEmpty, "\(Self.notes(triggers))")
            #expect(made(triggers) == ["Album_new", "RI~Album_gone", "RI~Album_moved", "RI~Evading"])
            try expectSame(
                after: [
                    "DELETE FROM album WHERE id = 1", "UPDATE album SET id = 9 WHERE id = 2",
                    "INSERT INTO album VALUES (4, 'd')", "DELETE FROM song WHERE id = 4",
                    "DELETE FROM album WHERE id = 3",
                ],
                in: ["SELECT what, n FROM log", "SELECT id, album_id FROM song", "SELECT id FROM disc"], source, target)
        }
    }

    @Test("the triggers of one event keep their order")
    func orderAmongThem() async throws {
        let triggers = ["Zero", "a_first", "b_mends", "c_last"].map { name -> String in
            let mending = name == "b_mends" ? "DELETE FROM song WHERE album_id = OLD.id;" : ""
            let body = "\(mending) INSERT INTO log (what) VALUES ('\(name)');"
            return "CREATE TRIGGER \(name) AFTER DELETE ON album BEGIN \(body) END;"
        }
        try await withTriggers(
            """
            CREATE TABLE album (id INTEGER PRIMARY KEY); CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT);
            CREATE TABLE song (id INTEGER PRIMARY KEY, album_id INTEGER REFERENCES album (id));
            INSERT INTO album VALUES (1); INSERT INTO song VALUES (1, 1);
            \(triggers.joined(separator: "\n"))
            """
        ) { triggers, _, target in
            #expect(made(triggers) == ["RI!Zero", "RI!a_first", "RI!b_mends", "c_last"])
            try target.execute("DELETE FROM album")
            let order = try target.values("SELECT what FROM log ORDER BY id")
            #expect(order == [["Zero"], ["a_first"], ["b_mends"], ["c_last"]])
        }
    }

    @Test("where no place is right, or PostgreSQL checks a key between two statements, a note says so")
    func notedPlaces() async throws {
        try await withTriggers(
            """
            CREATE TABLE label (id INTEGER PRIMARY KEY); CREATE TABLE log (n INTEGER);
            CREATE TABLE album (id INTEGER PRIMARY KEY, label INTEGER);
            CREATE TABLE song (id INTEGER PRIMARY KEY, album_id INTEGER REFERENCES album (id) ON DELETE CASCADE);
            CREATE TABLE review (id INTEGER PRIMARY KEY, album_id INTEGER REFERENCES album (id));
            CREATE TRIGGER torn AFTER DELETE ON album BEGIN
                DELETE FROM review WHERE album_id = OLD.id; INSERT INTO log SELECT count(*) FROM song; END;
            CREATE TRIGGER parent_first AFTER DELETE ON label BEGIN
                DELETE FROM album WHERE label = OLD.id; DELETE FROM review WHERE id > OLD.id; END;
            CREATE TRIGGER child_first AFTER INSERT ON label BEGIN
                DELETE FROM review WHERE id > NEW.id; DELETE FROM album WHERE label = NEW.id; END;
            CREATE TABLE rating (id INTEGER PRIMARY KEY, album_id INTEGER REFERENCES album (id));
            CREATE TRIGGER too_early BEFORE DELETE ON rating BEGIN DELETE FROM album WHERE id = OLD.album_id; END;
            CREATE TRIGGER in_time AFTER INSERT ON review BEGIN DELETE FROM album WHERE label = NEW.id; END;
            """
        ) { triggers, _, _ in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            let notes = Self.notes(triggers).filter { $0.value.contains("foreign key") }
            #expect(Set(notes.keys) == ["torn", "parent_first", "too_early"], "\(notes)")
            #expect(notes["torn"]?.contains("before the actions of the foreign keys to album") == true)
            #expect(notes["too_early"]?.contains("PostgreSQL checks the foreign key of rating to album") == true)
            #expect(made(triggers).contains("RI!torn"))
        }
    }

    @Test("a note names the table that PostgreSQL's foreign keys come to only after the trigger")
    func lateTables() async throws {
        let seen = [("far", "disc"), ("near", "song"), ("counted", "tally"), ("viewed", "discs")]
        let seeing = seen.map { name, table in
            "CREATE TRIGGER \(name) AFTER DELETE ON album BEGIN INSERT INTO log SELECT count(*) FROM \(table); END;"
        }
        try await withTriggers(
            """
            CREATE TABLE album (id INTEGER PRIMARY KEY); CREATE TABLE log (n INTEGER); CREATE TABLE tally (n INTEGER);
            CREATE TABLE song (id INTEGER PRIMARY KEY, album_id INTEGER REFERENCES album (id) ON DELETE CASCADE);
            CREATE TABLE disc (id INTEGER PRIMARY KEY, song_id INTEGER REFERENCES song (id) ON DELETE CASCADE);
            CREATE TABLE "Loan" (id INTEGER PRIMARY KEY, disc_id INTEGER REFERENCES disc (id) ON DELETE RESTRICT);
            CREATE VIEW discs AS SELECT * FROM disc;
            \(seeing.joined(separator: "\n"))
            CREATE TRIGGER evading AFTER DELETE ON album BEGIN DELETE FROM Loan WHERE id > OLD.id; END;
            CREATE TRIGGER song_gone AFTER DELETE ON song BEGIN INSERT INTO tally VALUES (OLD.id); END;
            CREATE TRIGGER moved AFTER UPDATE ON album BEGIN INSERT INTO log SELECT count(*) FROM disc; END;
            """
        ) { triggers, _, _ in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            let tables = Self.notes(triggers).compactMapValues { note in
                note.split(separator: "lead on to ").dropFirst().first?.split(separator: ",").first.map(String.init)
            }
            #expect(
                tables == ["far": "disc", "counted": "tally", "viewed": "disc", "evading": "Loan"],
                "\(Self.notes(triggers))")
        }
    }
}
