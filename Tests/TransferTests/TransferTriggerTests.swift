import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests SQLite's triggers in PL/pgSQL: the same statements lead to the same rows in both databases.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferTriggerTests {
    /// Transfers the database that a script makes, creates the translated triggers, and passes both databases to `check`.
    func withTriggers(
        _ script: String,
        _ check:
            @escaping @Sendable ([TranslatedTrigger], _ source: any Connection, _ target: any Connection) throws -> Void
    ) async throws {
        let fixture = try SQLiteFixture(script)
        defer { fixture.remove() }
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url)
            #expect(report.verdict == .verified)
            let triggers = report.plan.triggers
            try await Database.withConnections(Database(fixture.url), Database(url)) { source, target in
                for case .statements(let statements, _) in triggers.map(\.outcome) {
                    for statement in statements { try target.execute(SQL(trusted: statement)) }
                }
                try check(triggers, source, target)
            }
        }
    }

    func refusals(_ triggers: [TranslatedTrigger]) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: triggers.compactMap { trigger in
                if case .refused(let reason) = trigger.outcome { (trigger.source.name, reason) } else { nil }
            })
    }

    @Test("a name that another table keeps is not changed in a trigger")
    func names() async throws {
        let fixture = try SQLiteFixture(
            """
            CREATE TABLE a (id INTEGER PRIMARY KEY, Kind INT); CREATE TABLE b (id INTEGER PRIMARY KEY, Kind INT);
            CREATE TRIGGER one AFTER INSERT ON a BEGIN DELETE FROM a WHERE Kind > 1; END;
            CREATE TRIGGER both AFTER INSERT ON a BEGIN INSERT INTO b (Kind) VALUES (NEW.Kind); END;
            """)
        defer { fixture.remove() }
        var column = TransferRules.ColumnRule(name: "Kind", line: 1)
        column.rename = "kind"
        var table = TransferRules.TableRule(name: "a", line: 1)
        table.columns = [column]
        var rules = TransferRules()
        rules.tables = [table]
        let options = TransferOptions(rules: rules)
        try await TestPostgreSQL.withFreshDatabase { url in
            let report = try await TransferTests.transfer(fixture, into: url, options: options)
            let reason = "it reads Kind, which has another name in the target"
            #expect(refusals(report.plan.triggers) == ["both": reason], "\(report.plan.triggers)")
        }
    }

    private static let library = """
        CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT, views INTEGER DEFAULT 0, score REAL,
            changed INTEGER DEFAULT 0);
        CREATE TABLE parts (id INTEGER PRIMARY KEY, doc INTEGER REFERENCES docs (id) ON DELETE CASCADE, size INTEGER);
        CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, doc INTEGER, old TEXT, new TEXT);
        CREATE TABLE counts (name TEXT PRIMARY KEY NOT NULL, n INTEGER NOT NULL);
        CREATE TABLE tags (name TEXT PRIMARY KEY NOT NULL, uses INTEGER DEFAULT 0);
        CREATE TABLE meta (k TEXT UNIQUE, v TEXT, id INTEGER PRIMARY KEY);
        CREATE VIEW titles AS SELECT id, title FROM docs;
        INSERT INTO counts VALUES ('docs', 0), ('parts', 0);
        CREATE TRIGGER docs_touch AFTER UPDATE ON docs WHEN NEW.title <> OLD.title BEGIN
            UPDATE docs SET changed = changed + 1, score = length(NEW.title) / 2.0 WHERE id = NEW.id; END;
        CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN
            INSERT INTO log (what, doc, new) VALUES ('insert', NEW.id, upper(NEW.title));
            UPDATE counts SET n = n + 1 WHERE name = 'docs'; END;
        CREATE TRIGGER docs_ad AFTER DELETE ON docs BEGIN
            INSERT INTO log (what, doc, old) SELECT 'delete', OLD.id, OLD.title WHERE OLD.title <> 'secret';
            UPDATE counts SET n = (SELECT count(*) FROM docs) WHERE name = 'docs'; END;
        CREATE TRIGGER docs_au AFTER UPDATE OF title, body ON docs BEGIN
            INSERT INTO log VALUES (NULL, CASE WHEN NEW.body IS NULL THEN 'emptied' ELSE 'update' END, NEW.id, OLD.title, NEW.title);
            END;
        CREATE TRIGGER docs_bi BEFORE INSERT ON docs BEGIN
            SELECT CASE WHEN NEW.title = '' THEN RAISE(ABORT, 'a title, please')
                WHEN length(NEW.title) > 50 THEN RAISE(ABORT, 'too long') END; END;
        CREATE TRIGGER parts_bi BEFORE INSERT ON parts WHEN NEW.size < 0 BEGIN SELECT RAISE(IGNORE); END;
        CREATE TRIGGER parts_a BEFORE INSERT ON parts BEGIN
            SELECT RAISE(ABORT, 'no such doc') WHERE NEW.doc IS NOT NULL AND (SELECT id FROM docs WHERE id = NEW.doc) IS NULL; END;
        CREATE TRIGGER parts_ai AFTER INSERT ON parts BEGIN
            UPDATE docs SET views = views + NEW.size WHERE id = NEW.doc;
            INSERT INTO counts (name, n) VALUES ('doc ' || NEW.doc, 1)
                ON CONFLICT (name) DO UPDATE SET n = n + excluded.n WHERE n < 3; END;
        CREATE TRIGGER parts_ad AFTER DELETE ON parts BEGIN
            INSERT INTO counts SELECT 'gone', 1 WHERE true ON CONFLICT DO NOTHING;
            DELETE FROM counts WHERE name = 'doc ' || OLD.doc AND NOT EXISTS (SELECT 1 FROM parts WHERE doc = OLD.doc); END;
        CREATE TRIGGER docs_tag AFTER UPDATE OF body ON docs BEGIN
            INSERT OR IGNORE INTO tags (name) VALUES (NEW.body);
            UPDATE tags SET uses = uses + 1 WHERE name IN (SELECT body FROM docs WHERE id = NEW.id); END;
        CREATE TRIGGER parts_au AFTER UPDATE ON parts BEGIN
            INSERT OR REPLACE INTO meta (k, v) VALUES ('last', NEW.size), (NEW.doc, 'x');
            REPLACE INTO meta (k, v, id) VALUES ('first', coalesce((SELECT min(size) FROM parts), 0), 1); END;
        CREATE TRIGGER titles_u INSTEAD OF UPDATE ON titles BEGIN UPDATE docs SET title = NEW.title WHERE id = OLD.id; END;
        CREATE TRIGGER titles_d INSTEAD OF DELETE ON titles BEGIN DELETE FROM docs WHERE id = OLD.id; END;
        CREATE TRIGGER titles_i INSTEAD OF INSERT ON titles BEGIN
            INSERT INTO docs (id, title) SELECT coalesce(max(id), 0) + 1, NEW.title FROM docs; END;
        """

    /// Returns a statement as an application would send it. Numbers that the databases generate are not compared, because in PostgreSQL
    /// a statement that fails uses up a number.
    private func statement(_ random: inout SeededGenerator) -> String {
        let (id, other) = (Int.random(in: 1...12, using: &random), Int.random(in: 1...40, using: &random))
        let title =
            ["''", "'secret'", "'t\(other)'", "'\(String(repeating: "x", count: 60))'"].randomElement(using: &random)
            ?? ""
        let body = ["NULL", "'b\(id % 3)'", "'b'"].randomElement(using: &random) ?? ""
        return [
            "INSERT INTO docs (id, title, body) VALUES (\(id), \(title), \(body))",
            "INSERT INTO docs (id, title) VALUES (\(id), 't1'), (\(id + 20), \(title))",
            "UPDATE docs SET title = \(title) WHERE id % 4 = \(id % 4)",
            "UPDATE docs SET body = \(body) WHERE id = \(id)",
            "UPDATE docs SET title = title || 'y', body = \(body) WHERE id <= \(id)",
            "DELETE FROM docs WHERE id = \(id)",
            "INSERT INTO parts VALUES (\(other), \(id), \(other - 5))", "INSERT INTO parts VALUES (\(other), NULL, 7)",
            "UPDATE parts SET size = size + 1 WHERE doc = \(id)", "DELETE FROM parts WHERE id % 5 = \(id % 5)",
            "UPDATE titles SET title = \(title) WHERE id = \(id)", "DELETE FROM titles WHERE id = \(id)",
            "INSERT INTO titles (title) VALUES (\(title))",
        ].randomElement(using: &random) ?? ""
    }

    private static let contents = [
        "SELECT id, title, body, views, score, changed FROM docs ORDER BY 1",
        "SELECT id, doc, size FROM parts ORDER BY 1",
        "SELECT what, doc, old, new, count(*) FROM log GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4, 5",
        "SELECT name, n FROM counts ORDER BY 1", "SELECT name, uses FROM tags ORDER BY 1",
        "SELECT k, v FROM meta ORDER BY 1",
    ]

    @Test(arguments: 1...8)
    func theSameHappensInBoth(seed: UInt64) async throws {
        try await withTriggers(Self.library) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            try source.executeScript("PRAGMA foreign_keys = ON")
            var random = SeededGenerator(seed: seed)
            var failures = 0
            for _ in 0..<120 {
                let text = statement(&random)
                let outcomes = [source, target].map { connection in
                    Result { try connection.execute(SQL(trusted: text)) }
                }
                let isDone = outcomes.map { if case .success = $0 { true } else { false } }
                #expect(isDone[0] == isDone[1], "\(text): \(outcomes)")
                failures += isDone[0] ? 0 : 1
                for query in Self.contents {
                    let rows = try [source, target].map { try comparable($0.values("\(trusted: query)")) }
                    try #require(rows[0] == rows[1], "seed \(seed), after \(text): \(query)")
                }
            }
            #expect((1..<100).contains(failures))
        }
    }

    /// Returns the rows as text, sorted here, because PostgreSQL sorts texts by other rules than SQLite.
    func comparable(_ rows: [[Value]]) -> [String] { rows.map { "\($0)" }.sorted() }

    /// A trigger writes the present time in the form that the column has.
    @Test func momentsAreWrittenAsTheColumnHasThem() async throws {
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, at DATETIME, day DATE, seconds INTEGER, words TEXT, done BOOLEAN);
            INSERT INTO t VALUES (1, 'a', '2024-01-02 03:04:05', '2024-01-02', 1704164645, 'x', 0);
            CREATE TRIGGER t_au AFTER UPDATE OF v ON t BEGIN UPDATE t SET at = datetime('now'), day = date('now'),
                seconds = unixepoch(), words = strftime('%Y-%m-%d', 'now'), done = 1 WHERE id = NEW.id; END;
            """
        ) { triggers, _, target in
            #expect(refusals(triggers).isEmpty)
            try target.execute("UPDATE t SET v = 'b'")
            let fresh = try target.queryValue(
                """
                SELECT at > (now() AT TIME ZONE 'UTC') - interval '1 minute' AND day >= (now() AT TIME ZONE 'UTC')::date - 1
                    AND seconds > extract(epoch FROM now()) - 60 AND words = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')
                    AND done FROM t
                """)
            #expect(fresh?.boolean == true)
        }
    }

    /// In SQLite a computed date is a text; the column's type in PostgreSQL takes none.
    @Test func momentsAreComputedFromColumns() async throws {
        try await withTriggers(
            """
            CREATE TABLE loan (id INTEGER PRIMARY KEY, taken DATE, due DATE, at DATETIME, next DATETIME, back DATE, seen DATETIME);
            INSERT INTO loan VALUES (1, '2024-01-31', '2024-02-01', '2024-01-31 10:00:00', '2024-01-31 10:00:00', NULL, '2024-01-31 10:00:00');
            CREATE TABLE log (id INTEGER PRIMARY KEY, day DATE); INSERT INTO log VALUES (1, '2024-01-01');
            CREATE TRIGGER taken AFTER UPDATE OF taken ON loan BEGIN
                UPDATE loan SET due = date(NEW.taken, '+14 days'), next = datetime(OLD.at, '+7 days'), back = date(OLD.at)
                    WHERE id = NEW.id;
                INSERT INTO log (day) VALUES (date(NEW.at, 'start of month')),
                    (CASE WHEN NEW.taken > '2024-06-01' THEN NEW.taken ELSE '2023-12-31' END); END;
            CREATE TRIGGER seen AFTER UPDATE OF at ON loan BEGIN
                UPDATE loan SET seen = coalesce(seen, CURRENT_TIMESTAMP), next = iif(NEW.id > 5, CURRENT_TIMESTAMP, NULL)
                    WHERE id = NEW.id; END;
            CREATE TRIGGER words AFTER DELETE ON loan BEGIN INSERT INTO log (day) VALUES ('day ' || OLD.taken); END;
            """
        ) { triggers, source, target in
            #expect(Array(refusals(triggers).keys) == ["words"])
            #expect(refusals(triggers)["words"] == "its value of log.day has no counterpart: it is not of type date")
            for connection in [source, target] {
                try connection.execute("UPDATE loan SET taken = '2024-03-01'")
                try connection.execute("UPDATE loan SET taken = '2024-07-01'")
            }
            let queries = [
                "SELECT CAST(due AS text), CAST(next AS text), CAST(back AS text) FROM loan",
                "SELECT CAST(day AS text) FROM log",
            ]
            for query in queries {
                let rows = try [source, target].map { try comparable($0.values("\(trusted: query)")) }
                #expect(rows[0] == rows[1], "\(query)")
            }
            for connection in [source, target] {
                try connection.execute("UPDATE loan SET at = '2024-03-01 00:00:01'")
                let row = try connection.values("SELECT CAST(seen AS text), CAST(next AS text) FROM loan")
                #expect(row == [["2024-01-31 10:00:00", .null]])
            }
        }
    }

    /// A trigger that fires for other columns than it writes can't fire itself, and needs no guard.
    /// The database of a Subversion working copy writes its triggers in this way.
    @Test func namesAreWrittenInAnyCase() async throws {
        try await withTriggers(
            """
            CREATE TABLE NODES (Id INTEGER PRIMARY KEY, Checksum TEXT);
            CREATE TABLE PRISTINE (Checksum TEXT PRIMARY KEY, Uses INTEGER NOT NULL);
            INSERT INTO PRISTINE VALUES ('a', 0), ('b', 0);
            CREATE TRIGGER nodes_insert AFTER INSERT ON nodes WHEN NEW.checksum IS NOT NULL BEGIN
                UPDATE pristine SET uses = uses + 1 WHERE checksum = NEW.checksum; END;
            CREATE TRIGGER nodes_update AFTER UPDATE OF checksum ON nodes BEGIN
                UPDATE pristine SET uses = uses + 10 WHERE checksum = NEW.checksum; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty)
            for connection in [source, target] {
                try connection.execute("INSERT INTO \"NODES\" VALUES (1, 'a'), (2, NULL)")
                try connection.execute("UPDATE \"NODES\" SET \"Checksum\" = 'b' WHERE \"Id\" = 1")
                let uses = try connection.values("SELECT \"Checksum\", \"Uses\" FROM \"PRISTINE\" ORDER BY 1")
                #expect(uses == [["a", 1], ["b", 10]])
            }
        }
    }

    @Test func onlyWhatCanFireItselfIsGuarded() async throws {
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, n INTEGER); CREATE TABLE u (n INTEGER);
            CREATE TRIGGER other_column AFTER UPDATE OF v ON t BEGIN UPDATE t SET n = 1; END;
            CREATE TRIGGER same_column AFTER UPDATE OF v, n ON t BEGIN UPDATE t SET N = 1; END;
            CREATE TRIGGER by_another AFTER INSERT ON u BEGIN INSERT INTO t (v) VALUES ('x'); END;
            CREATE TRIGGER the_other AFTER INSERT ON t BEGIN INSERT INTO u VALUES (1); END;
            """
        ) { triggers, _, _ in
            let guarded = triggers.filter { trigger in
                guard case .statements(let statements, _) = trigger.outcome else { return false }
                return statements.joined().contains("set_config")
            }
            #expect(Set(guarded.map(\.source.name)) == ["same_column", "by_another", "the_other"])
        }
    }

    /// An AFTER trigger of PostgreSQL sees all rows that its statement has changed. SQLite's sees only the rows up to its own.
    @Test func whatReadsItsOwnTableIsSaidToDoSo() async throws {
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE u (n INTEGER);
            CREATE VIEW tv AS SELECT * FROM t; CREATE VIEW tvv AS SELECT a.v FROM u, main.TV AS a;
            CREATE TRIGGER by_view AFTER INSERT ON t BEGIN INSERT INTO u SELECT count(*) FROM tvv; END;
            CREATE TRIGGER in_main AFTER DELETE ON t BEGIN INSERT INTO u SELECT count(*) FROM main.T; END;
            CREATE TRIGGER in_when AFTER UPDATE ON t WHEN (SELECT count(*) FROM tv) > 1 BEGIN INSERT INTO u VALUES (1); END;
            CREATE TRIGGER reads AFTER DELETE ON t BEGIN INSERT INTO u SELECT count(*) FROM t; END;
            CREATE TRIGGER writes AFTER DELETE ON t BEGIN DELETE FROM t WHERE v = OLD.v; INSERT INTO u VALUES (OLD.id); END;
            CREATE TRIGGER before_it BEFORE DELETE ON t BEGIN INSERT INTO u SELECT count(*) FROM t; END;
            CREATE TRIGGER dense AFTER DELETE ON t BEGIN UPDATE t SET id = id - 1 WHERE id > OLD.id; END;
            CREATE TRIGGER all_rows AFTER INSERT ON t BEGIN UPDATE t SET v = 'x'; END;
            CREATE TRIGGER other AFTER INSERT ON t BEGIN UPDATE t SET v = 'x' WHERE v = NEW.v AND id <> NEW.id; END;
            CREATE TRIGGER own AFTER UPDATE ON t BEGIN UPDATE t SET v = 'x' WHERE v IS NULL AND NEW.id = t.id; END;
            CREATE TRIGGER by_rowid AFTER INSERT ON t BEGIN UPDATE t SET v = 'x' WHERE rowid = new.rowid; END;
            """
        ) { triggers, _, _ in
            #expect(
                Self.notes(triggers).mapValues { $0.split(separator: " ")[1] }
                    == [
                        "reads": "reads", "writes": "changes", "dense": "changes", "all_rows": "changes",
                        "other": "changes", "by_view": "reads", "in_main": "reads", "in_when": "reads",
                    ])
        }
    }

    /// An UPDATE of `a` changes all of its rows in PostgreSQL before the first trigger sees one of them.
    @Test func whatComesBackThroughAnotherTableIsSaid() async throws {
        try await withTriggers(
            """
            CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE b (id INTEGER PRIMARY KEY, n INTEGER);
            CREATE TABLE c (id INTEGER PRIMARY KEY, n INTEGER); CREATE TABLE d (id INTEGER PRIMARY KEY, n INTEGER);
            CREATE TRIGGER ta AFTER UPDATE ON a BEGIN UPDATE b SET n = n + 1 WHERE id = NEW.id; END;
            CREATE TRIGGER tb AFTER UPDATE ON b WHEN NEW.n < 10 BEGIN UPDATE a SET n = n + 1 WHERE id = NEW.id; END;
            CREATE TRIGGER tc AFTER UPDATE ON c BEGIN UPDATE c SET n = n * 2 WHERE id = NEW.id; UPDATE d SET n = 1; END;
            CREATE TRIGGER td AFTER UPDATE ON d BEGIN UPDATE a SET n = n + 1 WHERE id = NEW.id; END;
            """
        ) { triggers, _, _ in
            #expect(refusals(triggers).isEmpty)
            let notes = Self.notes(triggers)
            #expect(Set(notes.keys) == ["ta", "tb"], "\(notes)")
            #expect(notes["ta"]?.hasPrefix("it changes, by way of other tables, rows of a, of which") == true)
        }
    }

    static func notes(_ triggers: [TranslatedTrigger]) -> [String: String] {
        triggers.reduce(into: [:]) { notes, trigger in
            if case .statements(_, let note?) = trigger.outcome { notes[trigger.source.name] = note }
        }
    }

    @Test("what a conflict does to the triggers below, and whose local time it is, is said")
    func notedDifferences() async throws {
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE u (n INTEGER UNIQUE); CREATE TABLE w (n INTEGER UNIQUE);
            CREATE TABLE clock (id INTEGER PRIMARY KEY, at DATETIME); INSERT INTO clock VALUES (1, '2024-01-02 03:04:05');
            CREATE TRIGGER ignoring AFTER INSERT ON t BEGIN INSERT OR IGNORE INTO u VALUES (NEW.id); END;
            CREATE TRIGGER alone AFTER INSERT ON t BEGIN INSERT OR IGNORE INTO w VALUES (NEW.id); END;
            CREATE TRIGGER below AFTER INSERT ON u BEGIN INSERT INTO w VALUES (NEW.n); END;
            CREATE TRIGGER localized AFTER INSERT ON w BEGIN UPDATE clock SET at = datetime('now', 'localtime'); END;
            """
        ) { triggers, _, _ in
            let notes = Self.notes(triggers)
            #expect(Set(notes.keys) == ["ignoring", "alone", "localized"])
            #expect(notes["ignoring"]?.hasPrefix("OR IGNORE holds for what the triggers of u do") == true)
            #expect(notes["localized"]?.contains("session's TimeZone") == true)
        }
    }

    @Test func whatMeansSomethingElseIsRefused() async throws {
        let bodies = [
            "AFTER INSERT ON t BEGIN UPDATE t SET v = last_insert_rowid(); END":
                "last_insert_rowid() has no counterpart",
            "AFTER INSERT ON t BEGIN SELECT RAISE(FAIL, 'x'); END": "FAIL keeps changes",
            "AFTER INSERT ON t BEGIN INSERT OR FAIL INTO t (v) VALUES ('x'); END": "FAIL keeps changes",
            "AFTER INSERT ON t BEGIN SELECT RAISE(IGNORE); END": "gives up a row that is written already",
            "AFTER INSERT ON t BEGIN SELECT 1; END": "runs a SELECT that raises nothing",
            "AFTER INSERT ON t BEGIN UPDATE OR IGNORE t SET v = 1; END": "UPDATE OR",
            "AFTER INSERT ON t BEGIN UPDATE t SET v = u.w FROM u; END": "updates from another table",
            "AFTER INSERT ON t BEGIN INSERT INTO gone VALUES (1); END": "writes gone, which is not transferred",
            "AFTER INSERT ON t BEGIN INSERT INTO u VALUES (1, 2, 3); END": "another number of values",
            "AFTER INSERT ON t BEGIN UPDATE u SET n = NEW.v; END": "it is not of type",
            "AFTER INSERT ON t BEGIN INSERT OR IGNORE INTO c VALUES (1); END": "ignores rows that break a check",
            "AFTER INSERT ON t BEGIN REPLACE INTO t (id, v) VALUES (1, 'x'); END":
                "has triggers for rows that are deleted",
            "AFTER INSERT ON t BEGIN REPLACE INTO u (w) SELECT v FROM t; END":
                "replaces or ignores rows that a query yields",
            "BEFORE INSERT ON t BEGIN UPDATE t SET v = 1; END": "changes its own table before the row is written",
            "INSTEAD OF UPDATE OF v ON tv BEGIN SELECT RAISE(ABORT, 'x'); END": "for certain columns of a view",
            "AFTER DELETE ON t BEGIN UPDATE t SET v = \"v\" || OLD.v; END": nil,
        ]
        let triggers = bodies.sorted { $0.key < $1.key }.enumerated().map { "CREATE TRIGGER t\($0) \($1.key);" }
        try await withTriggers(
            """
            CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); CREATE TABLE u (w TEXT, n INTEGER);
            CREATE TABLE c (n INTEGER CHECK (n > 0)); CREATE TABLE gone (n); CREATE VIEW tv AS SELECT v FROM t;
            INSERT INTO u VALUES ('a', 1);
            \(triggers.joined(separator: "\n"))
            DROP TABLE gone;
            """
        ) { translated, _, _ in
            let reasons = refusals(translated)
            for (at, body) in bodies.sorted(by: { $0.key < $1.key }).enumerated() {
                #expect((reasons["t\(at)"] == nil) == (body.value == nil), "\(body.key): \(reasons["t\(at)"] ?? "")")
                if let words = body.value {
                    #expect(reasons["t\(at)"]?.contains(words) == true, "\(reasons["t\(at)"] ?? "")")
                }
            }
        }
    }

    /// A trigger that writes to its own table does not fire itself, but is fired by another trigger. Names may contain any character.
    @Test func aTriggerDoesNotFireItself() async throws {
        try await withTriggers(
            #"""
            CREATE TABLE "my t" (id INTEGER PRIMARY KEY, n INTEGER, "new" TEXT); INSERT INTO "my t" VALUES (1, 0, 'a');
            CREATE TABLE u (n INTEGER); INSERT INTO u VALUES (0);
            CREATE TRIGGER "it's ""ä""" AFTER UPDATE ON "my t" BEGIN UPDATE "my t" SET n = n + 1; UPDATE u SET n = n + 1; END;
            CREATE TRIGGER second AFTER UPDATE ON u BEGIN UPDATE "my t" SET n = n + 10, "new" = 'is new'; END;
            """#
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty)
            for connection in [source, target] {
                try connection.execute("UPDATE \"my t\" SET n = 100")
                try connection.execute("UPDATE u SET n = n + 100")
            }
            let rows = try [source, target].map { try $0.values("SELECT t.n, \"new\", u.n FROM \"my t\" t, u") }
            #expect(rows[0] == rows[1])
        }
    }

    /// NULL in an INTEGER PRIMARY KEY asks for the next number, wherever the NULL comes from.
    @Test func whatHasNoNumberGetsTheNext() async throws {
        try await withTriggers(
            """
            CREATE TABLE t (v TEXT, other INTEGER); CREATE TABLE u (id INTEGER PRIMARY KEY, v TEXT);
            CREATE TRIGGER a AFTER INSERT ON t BEGIN INSERT INTO u VALUES (NULL, NEW.v); END;
            CREATE TRIGGER b AFTER INSERT ON t BEGIN INSERT INTO u VALUES (NEW.other, NEW.v); END;
            CREATE TRIGGER d AFTER INSERT ON t BEGIN INSERT INTO u (v) SELECT count(*) || 'd'; END;
            CREATE TRIGGER c AFTER INSERT ON t BEGIN INSERT INTO u SELECT other, v || 'c' FROM t WHERE other IS NULL; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty)
            for connection in [source, target] { try connection.execute("INSERT INTO t VALUES ('x', NULL)") }
            let rows = try [source, target].map { try $0.values("SELECT id, v FROM u ORDER BY id") }
            #expect(rows.map(\.count) == [4, 4])
            #expect(rows[0].map { $0[0] } == rows[1].map { $0[0] })
        }
    }

    /// Only a stored row obeys NOT NULL.
    @Test func aRowMayHoldNullBeforeItIsStored() async throws {
        try await withTriggers(
            """
            CREATE TABLE bs (id INTEGER PRIMARY KEY, a TEXT NOT NULL); CREATE TABLE log (what TEXT);
            CREATE VIEW bw AS SELECT id, a FROM bs; INSERT INTO bs VALUES (1, 'x');
            CREATE TRIGGER v1 INSTEAD OF INSERT ON bw BEGIN INSERT INTO bs (id, a) VALUES (NEW.id, NEW.a); END;
            CREATE TRIGGER b1 BEFORE UPDATE ON bs BEGIN INSERT INTO log VALUES ('<' || hex(NEW.a) || '>');
                SELECT RAISE(IGNORE) WHERE NEW.a IS NULL; END;
            """
        ) { triggers, source, target in
            #expect(refusals(triggers).isEmpty, "\(refusals(triggers))")
            for connection in [source, target] {
                try connection.execute("INSERT INTO bw (a) VALUES ('y')")
                try connection.execute("UPDATE bs SET a = NULL WHERE id = 1")
            }
            for query in ["SELECT id, a FROM bs", "SELECT what FROM log"] {
                let rows = try [source, target].map { try comparable($0.values("\(trusted: query)")) }
                #expect(rows[0] == rows[1], "\(query)")
            }
        }
    }

    /// A trigger that fills an index on words is not needed in the target. A trigger that fills a table with its own text is.
    @Test func whatFeedsAnIndexIsNotTranslated() async throws {
        try await withTriggers(
            """
            CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT);
            CREATE VIRTUAL TABLE search USING fts5(title, content='docs', content_rowid='id');
            CREATE TRIGGER a AFTER INSERT ON docs BEGIN INSERT INTO search (rowid, title) VALUES (NEW.id, NEW.title); END;
            CREATE VIRTUAL TABLE words USING fts5(title);
            CREATE TRIGGER b AFTER INSERT ON docs BEGIN INSERT INTO words (rowid, title) VALUES (NEW.id, NEW.title); END;
            """
        ) { triggers, _, target in
            #expect(triggers.map(\.source.name) == ["b"])
            #expect(refusals(triggers).isEmpty)
            try target.execute("INSERT INTO docs VALUES (3, 'Boats')")
            let rows = try target.values("SELECT rowid, title FROM words")
            #expect(rows == [[3, "Boats"]])
        }
    }
}
