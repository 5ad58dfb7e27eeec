import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests INSERT OR REPLACE and ON CONFLICT in triggers.
extension TransferTriggerTests {
    /// SQLite computes the values of a REPLACE before it deletes the rows that they replace.
    @Test("a counter that a REPLACE reads goes on counting")
    func replacedValuesAreReadFirst() async throws {
        try await withTriggers(
            """
            CREATE TABLE s (id INTEGER PRIMARY KEY, tag TEXT NOT NULL);
            CREATE TABLE tags (name TEXT PRIMARY KEY NOT NULL, n INTEGER, note TEXT DEFAULT 'new');
            CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT COLLATE NOCASE UNIQUE, n INTEGER, first INTEGER);
            CREATE VIEW counted AS SELECT name, n FROM tags;
            INSERT INTO tags VALUES ('red', 0, 'old'); INSERT INTO words VALUES (1, 'RED', 0, 7);
            CREATE TRIGGER by_tag AFTER INSERT ON s BEGIN
                INSERT OR REPLACE INTO tags (name, n) VALUES (NEW.tag, 1 + coalesce((SELECT n FROM tags WHERE name = NEW.tag), 0));
                END;
            CREATE TRIGGER by_word AFTER INSERT ON s BEGIN REPLACE INTO words (word, n, first) SELECT NEW.tag,
                (SELECT n + 1 FROM words WHERE word = NEW.tag), (SELECT first FROM words WHERE word = NEW.tag); END;
            CREATE TRIGGER by_view AFTER UPDATE ON s BEGIN
                REPLACE INTO tags (name, n) VALUES (NEW.tag, (SELECT max(n) + 10 FROM counted)); END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            for connection in [source, target] {
                try connection.execute("INSERT INTO s (id, tag) VALUES (1, 'red')")
                try connection.execute("INSERT INTO s (id, tag) VALUES (2, 'red')")
                try connection.execute("UPDATE s SET tag = 'blue' WHERE id = 1")
            }
            for query in ["SELECT name, n, note FROM tags", "SELECT word, n, first FROM words"] {
                let rows = try [source, target].map { try comparable($0.values("\(trusted: query)")) }
                #expect(rows[0] == rows[1], "\(query)")
            }
        }
    }

    @Test("a REPLACE that reads what it replaces is refused where no single statement does the same")
    func replacedValuesThatCannotBeReadFirst() async throws {
        try await withTriggers(
            """
            CREATE TABLE s (id INTEGER PRIMARY KEY, tag TEXT);
            CREATE TABLE two (a TEXT UNIQUE, b TEXT UNIQUE, n INTEGER);
            CREATE TABLE parent (name TEXT PRIMARY KEY NOT NULL, n INTEGER);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent TEXT REFERENCES parent (name) ON DELETE CASCADE);
            CREATE TABLE named (id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INTEGER);
            CREATE TABLE follower (id INTEGER PRIMARY KEY, named INTEGER REFERENCES named (id) ON UPDATE CASCADE);
            CREATE TABLE heard (name TEXT PRIMARY KEY NOT NULL, n INTEGER);
            CREATE TRIGGER keys AFTER INSERT ON s BEGIN
                REPLACE INTO two VALUES (NEW.tag, NEW.tag, (SELECT max(n) FROM two)); END;
            CREATE TRIGGER actions AFTER INSERT ON s BEGIN
                REPLACE INTO parent VALUES (NEW.tag, (SELECT count(*) FROM child)); END;
            CREATE TRIGGER numbers AFTER INSERT ON s BEGIN
                REPLACE INTO named (name, n) VALUES (NEW.tag, (SELECT max(n) FROM named)); END;
            CREATE TRIGGER others AFTER INSERT ON s BEGIN
                REPLACE INTO heard VALUES (NEW.tag, (SELECT max(n) FROM heard)); END;
            CREATE TRIGGER hears AFTER INSERT ON heard BEGIN INSERT INTO s (tag) SELECT 'x' WHERE NEW.n > 5; END;
            CREATE TRIGGER plain AFTER INSERT ON s BEGIN REPLACE INTO two VALUES (NEW.tag, NEW.tag, 1); END;
            """
        ) { triggers, _, _ in
            let reasons = refusals(triggers)
            #expect(Set(reasons.keys) == ["keys", "actions", "numbers", "others"], "\(reasons)")
            #expect(reasons.values.allSatisfy { $0.contains("that it may compute from such rows") }, "\(reasons)")
        }
    }

    /// SQLite computes all rows before it writes the first.
    @Test("an INSERT of several rows that reads what it writes is refused, whatever it does about a broken key")
    func rowsThatReadEachOther() async throws {
        try await withTriggers(
            """
            CREATE TABLE s (id INTEGER PRIMARY KEY);
            CREATE TABLE tags (name TEXT PRIMARY KEY NOT NULL, n INTEGER);
            CREATE TABLE heard (name TEXT PRIMARY KEY NOT NULL, n INTEGER);
            CREATE VIEW counted AS SELECT count(*) AS n FROM tags;
            CREATE TRIGGER plain AFTER INSERT ON s BEGIN
                INSERT INTO tags VALUES ('a', 1), ('b', (SELECT count(*) FROM tags)); END;
            CREATE TRIGGER replaces AFTER INSERT ON s BEGIN
                REPLACE INTO tags VALUES ('a', 1), ('b', (SELECT n FROM counted)); END;
            CREATE TRIGGER ignores AFTER INSERT ON s BEGIN
                INSERT OR IGNORE INTO tags VALUES ('a', 1), ('b', (SELECT count(*) FROM tags)); END;
            CREATE TRIGGER hears AFTER INSERT ON heard BEGIN UPDATE tags SET n = n + 1; END;
            CREATE TRIGGER hearing AFTER INSERT ON s BEGIN
                INSERT INTO heard VALUES ('a', 1), ('b', (SELECT sum(n) FROM tags)); END;
            CREATE TRIGGER other AFTER DELETE ON s BEGIN
                INSERT INTO tags VALUES ('c', (SELECT count(*) FROM tags)), ('d', (SELECT count(*) FROM s)); END;
            """
        ) { triggers, source, target in
            let reasons = refusals(triggers)
            #expect(Set(reasons.keys) == ["plain", "replaces", "ignores", "hearing"], "\(reasons)")
            #expect(reasons.values.allSatisfy { $0.contains("inserts several rows into") }, "\(reasons)")
            try target.execute("INSERT INTO s (id) VALUES (1), (2)")
            try target.execute("DELETE FROM s WHERE id = 1")
            let rows = try target.values("SELECT name, n FROM tags ORDER BY name")
            #expect(rows.map { "\($0[0].text ?? "") \($0[1].integer ?? -1)" } == ["c 0", "d 1"])
        }
    }

    /// RTRIM is SQLite's own: a key by it holds `a` and `a ` for one text, and the target's key compares their bytes.
    @Test("a key that compares otherwise in the target decides nothing there")
    func keysOfOtherCollations() async throws {
        try await withTriggers(
            """
            CREATE TABLE s (id INTEGER PRIMARY KEY, k TEXT);
            CREATE TABLE d (id INTEGER PRIMARY KEY, k TEXT COLLATE RTRIM UNIQUE, v INTEGER);
            CREATE TRIGGER replaces AFTER INSERT ON s BEGIN INSERT OR REPLACE INTO d (k, v) VALUES (NEW.k, 1); END;
            CREATE TRIGGER ignores AFTER INSERT ON s BEGIN INSERT OR IGNORE INTO d (k, v) VALUES (NEW.k, 1); END;
            CREATE TRIGGER adds AFTER UPDATE ON s BEGIN
                INSERT INTO d (k, v) VALUES (NEW.k, 1) ON CONFLICT (k) DO UPDATE SET v = v + excluded.v; END;
            CREATE TRIGGER keeps AFTER DELETE ON s BEGIN
                INSERT INTO d (k, v) VALUES (OLD.k, 1) ON CONFLICT (k) DO NOTHING; END;
            CREATE TRIGGER any AFTER DELETE ON s BEGIN
                INSERT INTO d (k, v) VALUES (OLD.k, 1) ON CONFLICT DO NOTHING; END;
            CREATE TRIGGER finds AFTER INSERT ON s BEGIN
                UPDATE d SET v = v + 1 WHERE nullif(k, NEW.k) IS NULL; END;
            CREATE TRIGGER writes AFTER INSERT ON s BEGIN INSERT INTO d (k, v) VALUES (NEW.k, 1); END;
            CREATE TRIGGER numbers AFTER UPDATE ON s BEGIN
                INSERT INTO d (id, k) VALUES (NEW.id, NEW.k) ON CONFLICT (id) DO NOTHING; END;
            """
        ) { triggers, _, _ in
            let refused = refusals(triggers)
            #expect(Set(refused.keys) == ["replaces", "ignores", "adds", "keeps", "any", "finds"], "\(refused)")
            #expect(Set(refused.values) == [#"the collation "RTRIM" exists in SQLite only"#], "\(refused)")
        }
    }

    /// The transfer makes a unique index over the text in lower case for such a key.
    @Test("a key without regard to case is the same for REPLACE and ON CONFLICT")
    func caselessKeys() async throws {
        try await withTriggers(
            """
            CREATE TABLE s (id INTEGER PRIMARY KEY, k TEXT, v INTEGER);
            CREATE TABLE d (id INTEGER PRIMARY KEY, k TEXT COLLATE NOCASE UNIQUE, v INTEGER);
            CREATE TABLE e (k TEXT COLLATE NOCASE PRIMARY KEY NOT NULL, v INTEGER);
            CREATE TRIGGER replaces AFTER INSERT ON s BEGIN INSERT OR REPLACE INTO d (k, v) VALUES (NEW.k, NEW.v); END;
            CREATE TRIGGER adds AFTER UPDATE ON s BEGIN
                INSERT INTO e VALUES (NEW.k, NEW.v) ON CONFLICT (k) DO UPDATE SET v = v + excluded.v; END;
            CREATE TRIGGER keeps AFTER DELETE ON s BEGIN INSERT INTO e VALUES (OLD.k, 99) ON CONFLICT (k) DO NOTHING; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            for connection in [source, target] {
                try connection.execute("INSERT INTO s VALUES (1, 'a', 1)")
                try connection.execute("INSERT INTO s VALUES (2, 'A', 2)")
                try connection.execute("UPDATE s SET v = v + 1 WHERE id = 1")
                try connection.execute("UPDATE s SET v = v + 1 WHERE id = 2")
                try connection.execute("DELETE FROM s")
            }
            for query in ["SELECT k, v FROM d", "SELECT k, v FROM e"] {
                let rows = try [source, target].map { try comparable($0.values("\(trusted: query)")) }
                #expect(rows[0] == rows[1], "\(query)")
            }
        }
    }
}
