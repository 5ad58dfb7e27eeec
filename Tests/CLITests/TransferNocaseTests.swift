import Foundation
import TestSupport
import Testing

/// Tests, with the real program, columns that SQLite compares without regard to case, in a PostgreSQL database that does so too.
@Suite("transfer --nocase", .enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferNocaseTests {
    static let policies = ["citext", "icu"]

    private static let library = """
        CREATE TABLE authors (name TEXT COLLATE NOCASE PRIMARY KEY,
            mail VARCHAR(20) COLLATE NOCASE NOT NULL DEFAULT 'no@example.org' UNIQUE CHECK (mail <> ''), note TEXT);
        INSERT INTO authors VALUES ('Émile', 'E@example.org', 'x'), ('Ann', 'a@example.org', NULL);
        CREATE TABLE books (id INTEGER PRIMARY KEY, author TEXT REFERENCES authors (name), title TEXT COLLATE NOCASE);
        INSERT INTO books VALUES (1, 'ann', 'Dune'), (2, 'Émile', 'Élan'), (3, 'ANN', 'dune'), (4, NULL, 'Dud');
        CREATE INDEX books_title ON books (title);
        CREATE UNIQUE INDEX books_exact ON books (title COLLATE BINARY);
        CREATE VIEW shown AS SELECT id, title FROM books;
        CREATE VIEW again AS SELECT s.title AS heading FROM shown AS s WHERE title = 'DUD';
        CREATE VIEW found AS SELECT id FROM books WHERE title = 'DUNE' OR title IN ('DUD');
        CREATE VIEW exact AS SELECT id FROM books WHERE title = 'Dune' COLLATE BINARY OR title || '' = 'DUD';
        CREATE VIEW alike AS SELECT id, replace(title, 'd', '-') AS r, length(title) AS n FROM books WHERE title LIKE 'du%';
        CREATE VIEW sorted AS SELECT title FROM books ORDER BY title, id LIMIT 3;
        CREATE VIEW joined AS SELECT b.id, a.mail FROM books AS b JOIN authors AS a ON a.name = b.author;
        CREATE VIEW counted AS SELECT count(*) AS n, max(id) AS last FROM books GROUP BY title COLLATE BINARY;
        """

    @Test(
        "a program's own queries find the rows that they found, by keys that are there, and all is verified",
        arguments: policies)
    func caseless(_ policy: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.library)
            let run = try await box.migrate("transfer", source, target, "--json", "--nocase", policy)
            #expect(run.ending == .exit(0), "\(run)")
            let document = try run.document(TransferDocument.self)
            #expect(document.verdict == "verified" && document.omitted.isEmpty, "\(run)")
            #expect(try query("SELECT id::text FROM books WHERE title = 'DUNE' ORDER BY 1", on: target) == ["1", "3"])
            #expect(try query("SELECT id::text FROM shown WHERE title = 'DUNE' ORDER BY 1", on: target) == ["1", "3"])
            #expect(try query("SELECT heading::text FROM again WHERE heading = 'dUd'", on: target) == ["Dud"])
            #expect(try query("SELECT note FROM authors WHERE mail = 'e@EXAMPLE.org'", on: target) == ["x"])
            for refused in [
                "INSERT INTO authors VALUES ('ANN', 'new@example.org')",
                "INSERT INTO authors VALUES ('Bo', 'A@example.org')",
                "INSERT INTO authors VALUES ('Bo', '')",
                "INSERT INTO authors VALUES ('Bo', '\(String(repeating: "b", count: 21))')",
                "INSERT INTO books VALUES (9, 'nobody')", "INSERT INTO books VALUES (9, NULL, 'Dune')",
            ] {
                #expect(throws: (any Error).self, "\(refused)") { try execute(refused, on: target) }
            }
            try execute(
                "INSERT INTO authors (name) VALUES ('Bo'); DELETE FROM authors WHERE mail = 'NO@example.org'",
                on: target)
            let keys = """
                SELECT count(*)::text FROM pg_constraint WHERE convalidated AND contype IN ('p', 'u', 'f') \
                AND conrelid IN ('books'::regclass, 'authors'::regclass)
                """
            #expect(try query(keys, on: target) == ["4"])
            #expect(try query("SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%lower%'", on: target) == [])
        }
    }

    @Test("the way back leads to COLLATE NOCASE, and to the same values", arguments: policies)
    func back(_ policy: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.library)
            #expect(try await box.migrate("transfer", source, target, "-q", "--nocase", policy).ending == .exit(0))
            let inspected = try await box.migrate("inspect", target, "--json")
            #expect(inspected.ending == .exit(0), "\(inspected)")
            let back = try await box.migrate("transfer", target, box("back.db"), "--json")
            #expect(back.ending == .exit(0), "\(back)")
            for (one, other) in [(source, target), (target, box("back.db")), (source, box("back.db"))] {
                let verified = try await box.migrate("verify", one, other)
                #expect(verified.ending == .exit(0), "\(verified)")
            }
            let url = "sqlite:\(box("back.db"))"
            let books = try query("SELECT sql FROM sqlite_schema WHERE name = 'books'", on: url).joined()
            #expect(books.split(separator: "COLLATE NOCASE").count == 3, "\(books)")
            #expect(try query("SELECT id FROM books WHERE title = 'DUNE' ORDER BY 1", on: url) == ["1", "3"])
            #expect(
                try query("SELECT note FROM authors WHERE name = 'éMILE' OR mail = 'e@EXAMPLE.ORG'", on: url) == ["x"])
        }
    }

    @Test("texts that a key would make one are refused with both rows, before anything is made", arguments: policies)
    func folded(_ policy: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box,
                """
                CREATE TABLE words (id INTEGER PRIMARY KEY, tongue INT, word TEXT COLLATE NOCASE, UNIQUE (tongue, word));
                INSERT INTO words VALUES (1, 1, 'É'), (2, 2, 'é'), (3, 1, 'e'), (4, NULL, 'É'), (5, 1, 'é'), (6, NULL, 'é');
                """)
            for options in [[], ["--dry-run"], ["--on-mismatch", "null"]] {
                let run = try await box.run(
                    .tcMigrate, ["transfer", source, target, "--json", "--nocase", policy] + options)
                expectRefusal(
                    run, saying: "words (tongue, word): 1 row repeats another",
                    "1, 'é' in row id=5 and 1, 'É' in row id=1",
                    "nocase: text")
                #expect(try run.document(ErrorDocument.self).error.code == "keys_fold")
                #expect(try Self.made(target) == [])
            }
            let aside = try await box.migrate(
                "transfer", source, target, "--json", "--nocase", policy, "--on-mismatch", "quarantine")
            #expect(aside.ending == .exit(0), "\(aside)")
            #expect(try aside.document(TransferDocument.self).tables.map(\.quarantined) == [1])
            #expect(try query("SELECT row_key FROM tc_quarantine", on: target) == ["id=5"])
        }
    }

    /// Returns the target's tables, and the objects that case-insensitive columns need.
    private static func made(_ target: String) throws -> [String] {
        try query(
            """
            SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'
            UNION ALL SELECT extname::text FROM pg_extension WHERE extname <> 'plpgsql'
            UNION ALL SELECT collname::text FROM pg_collation WHERE collnamespace = 'public'::regnamespace
            """, on: target)
    }

    @Test(
        "what was made for such columns goes with a transfer that is refused later, and stays if it was there",
        arguments: policies)
    func removed(_ policy: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            // Values in a key on a generated column are checked only when the key is built.
            let source = try makeSource(
                box,
                """
                CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT COLLATE NOCASE, zero INT GENERATED ALWAYS AS (id * 0) STORED,
                    UNIQUE (word, zero));
                INSERT INTO t VALUES (1, 'É'), (2, 'é');
                """)
            let run = try await box.migrate("transfer", source, target, "--json", "--nocase", policy)
            expectRefusal(run, saying: "cannot be built", "set the repeating rows aside")
            #expect(try Self.made(target) == [])
            try execute(
                policy == "icu"
                    ? "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
                    : "CREATE EXTENSION citext", on: target)
            let again = try await box.migrate("transfer", source, target, "--json", "--nocase", policy)
            expectRefusal(again, saying: "cannot be built")
            #expect(try Self.made(target) == [policy == "icu" ? "nocase" : "citext"])
        }
    }

    @Test("what the target can't have is refused before anything is read")
    func impossible() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.library)
            try execute(
                "CREATE COLLATION nocase FROM \"C\"; CREATE SCHEMA elsewhere; CREATE EXTENSION citext SCHEMA elsewhere",
                on: target)
            let there = try Self.made(target)
            for options in [[], ["--dry-run"]] {
                let citext = try await box.run(
                    .tcMigrate, ["transfer", source, target, "--json", "--nocase", "citext"] + options)
                expectRefusal(citext, saying: "by citext is not possible", "schema elsewhere", "search_path=")
                let icu = try await box.run(
                    .tcMigrate, ["transfer", source, target, "--json", "--nocase", "icu"] + options)
                expectRefusal(icu, saying: "by icu is not possible", "a different collation", "rename it")
                let back = try await box.run(
                    .tcMigrate, ["transfer", target, box("no.db"), "--json", "--nocase", "icu"] + options)
                expectRefusal(back, saying: "COLLATE NOCASE", "leave the policy out")
            }
            #expect(try Self.made(target) == there && !FileManager.default.fileExists(atPath: box("no.db")))
            let copy = try await box.migrate("transfer", source, box("copy.db"), "--json", "--nocase", "citext")
            expectRefusal(copy, 64, saying: "rules do not apply", "--nocase")
            let filled = try await box.migrate("transfer", source, target, "--into-existing", "--nocase", "citext")
            #expect(filled.ending == .exit(64), "\(filled)")
        }
    }

    @Test("a rule says it of one column, and what is compared by a foreign key is alike")
    func rules() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.library)
            let rules = try makeRules(
                box,
                """
                nocase: citext
                tables:
                  books: {columns: {title: {nocase: icu}}}
                  authors: {columns: {mail: {nocase: text}}}
                """)
            let run = try await box.migrate("transfer", source, target, "--json", "--rules", rules)
            #expect(run.ending == .exit(0), "\(run)")
            #expect(
                run.output.contains(
                    "authors: mail compared without regard to case in the source, and with regard to it in the target"),
                "\(run)")
            let types = """
                SELECT concat_ws(' ', a.attname, format_type(atttypid, atttypmod), nullif(collname, 'default')) FROM pg_attribute a \
                LEFT JOIN pg_collation c ON c.oid = attcollation WHERE attrelid IN ('books'::regclass, 'authors'::regclass) \
                AND attnum > 0 AND collname IS NOT NULL ORDER BY 1
                """
            #expect(
                try query(types, on: target) == [
                    "author citext", "mail character varying(20)", "name citext", "note text", "title text nocase",
                ])
        }
    }

    @Test(
        "a rule that can't be meant is refused with its line",
        arguments: [
            ("nocase: whatever\n", 1, "text, citext, icu"),
            ("tables:\n  authors:\n    columns:\n      note: {nocase: icu}\n", 4, "COLLATE NOCASE"),
            ("tables:\n  authors:\n    columns:\n      name: {nocase: icu, type: bytes}\n", 4, "becomes bytes"),
        ])
    func badRules(_ text: String, _ line: Int, _ words: String) async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(box, Self.library)
            let run = try await box.migrate(
                "transfer", source, target, "--json", "--rules", try makeRules(box, text))
            expectRefusal(run, 64, saying: "rules, line \(line): ", words)
        }
    }

    @Test("columns that are there and compare without regard to case are filled as they are")
    func existing() async throws {
        try await withDatabase(.postgresql) { box, target in
            let source = try makeSource(
                box, "CREATE TABLE t (a TEXT COLLATE NOCASE UNIQUE, b TEXT UNIQUE); INSERT INTO t VALUES ('Ann', 'Bo')")
            try execute(
                """
                CREATE EXTENSION citext;
                CREATE COLLATION free (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
                CREATE TABLE t (a citext UNIQUE, b varchar(5) COLLATE free UNIQUE)
                """, on: target)
            let rule = try await box.migrate(
                "transfer", source, target, "--into-existing", "--json", "--rules", try makeRules(box, "nocase: icu"))
            expectRefusal(rule, saying: "(nocase)", "remove nocase")
            let run = try await box.migrate("transfer", source, target, "--into-existing", "--json")
            #expect(run.ending == .exit(0), "\(run)")
            #expect(try query("SELECT a::text || b FROM t WHERE a = 'ANN' AND b = 'BO'", on: target) == ["AnnBo"])
            #expect(try await box.migrate("verify", source, target).ending == .exit(0))
        }
    }
}
