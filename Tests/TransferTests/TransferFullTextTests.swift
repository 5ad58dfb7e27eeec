import Dialects
import TestSupport
import Testing

@testable import Transfer

/// Tests SQLite's full-text tables in PostgreSQL, where rows are found by their words without triggers.
@Suite(.enabled(if: TestPostgreSQL.isWanted, TestPostgreSQL.skipReason))
struct TransferFullTextTests {
    /// Returns the rows that a query finds through an index, and expects that it is the index on words.
    private func found(_ query: String, on target: any Connection) throws -> [String] {
        try target.executeScript("SET enable_seqscan = off; SET enable_indexscan = off")
        let plan = try target.values("EXPLAIN \(trusted: query)").compactMap { $0[0].text }.joined()
        #expect(plan.contains("_words"), "\(plan)")
        return try target.values("\(trusted: query)").compactMap { $0[0].text }
    }

    @Test func aTableThatIndexesAnotherBecomesAViewOfIt() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
            CREATE VIRTUAL TABLE search USING fts5(title, body, content='docs', content_rowid='id', tokenize = 'porter');
            CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN
              INSERT INTO search (rowid, title, body) VALUES (new.id, new.title, new.body); END;
            INSERT INTO docs VALUES (1, 'Ships', 'they sail'), (2, 'Trains', NULL);
            """
        ) { report, target in
            #expect(report.omitted.map(\.name) == ["docs_ai"])
            #expect(report.omitted[0].reason == "the index search_words follows every change on its own")
            try target.execute("INSERT INTO docs VALUES (3, 'Boats', 'she was sailing')")
            let query = """
                SELECT rowid FROM search WHERE to_tsvector('english', coalesce(title::text, '') || ' ' || \
                coalesce(body::text, '')) @@ to_tsquery('english', 'sailed') ORDER BY rowid
                """
            #expect(try found(query, on: target) == ["1", "3"])
        }
    }

    @Test func viewsOfAFullTextTableComeAlongUnlessTheySearch() async throws {
        try await TransferTests.transferred(
            """
            CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
            CREATE VIRTUAL TABLE search USING fts5(title, body, content='docs', content_rowid='id');
            CREATE VIRTUAL TABLE own USING fts5(text);
            INSERT INTO docs VALUES (1, 'Ships', 'they sail'), (2, 'Trains', NULL); INSERT INTO own VALUES ('alone');
            CREATE VIEW numbered AS SELECT rowid AS number, title FROM search WHERE body LIKE 'they%';
            CREATE VIEW whole AS SELECT * FROM search;
            CREATE VIEW whole_own AS SELECT * FROM own;
            CREATE VIEW hits AS SELECT title FROM search WHERE search MATCH 'sail';
            CREATE VIEW by_app AS SELECT title FROM docs WHERE title MATCH 'sail';
            """
        ) { report, target in
            let left = report.omitted.map { "\($0.name): \($0.reason)" }.sorted()
            #expect(
                left == [
                    "by_app: MATCH is defined by the application",
                    "hits: MATCH searches a full-text index, and SQLite's searches have no equal in the target",
                ])
            #expect(try target.values("SELECT number, title FROM numbered") == [[1, "Ships"]])
            let whole = try target.values("SELECT * FROM whole ORDER BY title")
            #expect(whole == [["Ships", "they sail"], ["Trains", .null]])
            #expect(try target.values("SELECT * FROM whole_own") == [["alone"]])
        }
    }

    @Test func aTableThatKeepsItsTextBecomesOne() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE VIRTUAL TABLE notes USING fts5(title, tag UNINDEXED, "body text");
            INSERT INTO notes (rowid, title, tag, "body text") VALUES (7, 'A note', 'x', 'on Tuesday'), (9, 'Äpfel', 'y', 'z');
            CREATE VIRTUAL TABLE old USING fts4(a TEXT, b, tokenize=unicode61);
            INSERT INTO old VALUES ('one', 'two');
            """
        ) { report, target in
            #expect(report.omitted.isEmpty, "\(report.omitted)")
            let rows = try target.values("SELECT rowid, title, tag, \"body text\" FROM notes ORDER BY rowid")
            #expect(rows == [[7, "A note", "x", "on Tuesday"], [9, "Äpfel", "y", "z"]])
            let query = """
                SELECT rowid FROM notes WHERE to_tsvector('simple', coalesce(title::text, '') || ' ' || \
                coalesce("body text"::text, '')) @@ to_tsquery('simple', 'äpfel')
                """
            #expect(try found(query, on: target) == ["9"])
            #expect(try target.values("SELECT * FROM old") == [[1, "one", "two"]])
        }
    }

    /// Signal's and Plex's databases have such tables: SQLite answers every query with "no such tokenizer".
    @Test func aTokenizerThatOnlyTheApplicationHas() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT);
            INSERT INTO docs VALUES (3, 'Boats');
            CREATE VIRTUAL TABLE notes USING fts5(title, tag UNINDEXED, tokenize = 'unicode61');
            INSERT INTO notes (rowid, title, tag) VALUES (7, 'A note', x'00'), (9, NULL, 5);
            CREATE VIRTUAL TABLE old USING fts4("the title", b, languageid="lid", tokenize=unicode61);
            INSERT INTO old (docid, "the title", b, lid) VALUES (-4, 'one', 2.5, 3);
            CREATE VIRTUAL TABLE search USING fts4(content="docs", title, tokenize=unicode61);
            CREATE VIEW latest AS SELECT tag FROM notes;
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'unicode61', 'words_of_the_app') WHERE sql LIKE '%unicode61%';
            PRAGMA writable_schema = RESET;
            """
        ) { report, target in
            #expect(report.omitted.isEmpty, "\(report.omitted)")
            #expect(report.remarks.contains { $0.contains("the view latest were not compared") }, "\(report.remarks)")
            let rows = try target.values("SELECT * FROM notes ORDER BY rowid")
            #expect(rows == [[7, "A note", .blob([0])], [9, .null, .blob([UInt8(ascii: "5")])]])
            #expect(try target.values("SELECT * FROM old") == [[-4, "one", .real(2.5), 3]])
            #expect(try target.values("SELECT * FROM search") == [[3, "Boats"]])
        }
    }

    /// FTS3 and FTS4 find `tokenize` also before a blank, and FTS3 has no other option.
    @Test func whatTheOlderModulesTakeForAColumn() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE VIRTUAL TABLE mail USING fts3(tokenize porter, subject TEXT, [the body]);
            INSERT INTO mail VALUES ('Ships', 'she was sailing');
            CREATE VIRTUAL TABLE odd USING fts3(a, content=b, tokenize); INSERT INTO odd VALUES ('x', 'y', 'z');
            CREATE TABLE d (id INTEGER PRIMARY KEY, a TEXT, b TEXT, lid INTEGER); INSERT INTO d VALUES (5, 'Boats', 'b', 0);
            CREATE VIRTUAL TABLE part USING fts4(content="d", a, b, languageid="lid", tokenize simple, compress=zip, uncompress=unzip);
            CREATE VIRTUAL TABLE "messagesText" USING fts3(tokenize simple, subject TEXT, body TEXT);
            INSERT INTO "messagesText" VALUES ('Hello', 2);
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'tokenize simple, s', 'tokenize mozporter, s');
            PRAGMA writable_schema = RESET;
            """
        ) { report, target in
            #expect(report.omitted.isEmpty, "\(report.omitted)")
            let query = """
                SELECT rowid FROM mail WHERE to_tsvector('english', coalesce(subject::text, '') || ' ' || \
                coalesce("the body"::text, '')) @@ to_tsquery('english', 'sailed')
                """
            let sailed = try found(query, on: target)
            #expect(sailed == ["1"])
            #expect(try target.values("SELECT * FROM mail") == [[1, "Ships", "she was sailing"]])
            #expect(try target.values("SELECT a, content, tokenize FROM odd") == [["x", "y", "z"]])
            #expect(try target.values("SELECT rowid, a, b FROM part") == [[5, "Boats", "b"]])
            #expect(try target.values("SELECT subject, body FROM \"messagesText\"") == [["Hello", 2]])
        }
    }

    /// Such a table of FTS3 or FTS4 has the column `content`, or the columns of the table that it indexes.
    @Test func aTableThatDeclaresNoColumns() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE VIRTUAL TABLE plain USING fts3; INSERT INTO plain VALUES ('one');
            CREATE VIRTUAL TABLE empty USING fts4(); INSERT INTO empty VALUES ('two');
            CREATE VIRTUAL TABLE stemmed USING fts4(TOKENIZE=porter); INSERT INTO stemmed VALUES ('three');
            CREATE TABLE d (id INTEGER PRIMARY KEY, a TEXT, lid INTEGER); INSERT INTO d VALUES (5, 'Boats', 0);
            CREATE VIRTUAL TABLE every USING fts4(content="d");
            CREATE VIRTUAL TABLE most USING fts4(content=d, languageid="LID");
            """
        ) { report, target in
            #expect(report.omitted.isEmpty, "\(report.omitted)")
            for (table, text) in [("plain", "one"), ("empty", "two"), ("stemmed", "three")] {
                let rows = try target.values("SELECT content FROM \(identifier: table)")
                #expect(rows == [[.text(text)]])
            }
            #expect(try target.values("SELECT * FROM every") == [[5, 5, "Boats", 0]])
            #expect(try target.values("SELECT * FROM most") == [[5, 5, "Boats"]])
        }
    }

    /// Plex, Core Data, SpatiaLite and GeoPackage use R-trees, and no other table holds their rows.
    @Test func anRTreeBecomesATable() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE TABLE places (id INTEGER PRIMARY KEY, name TEXT);
            CREATE VIRTUAL TABLE boxes USING rtree(id, minX, maxX, +label, +extra BLOB);
            INSERT INTO boxes VALUES (1, -0.5, 1e10, 'a', x'00'), (9007199254740993, 0, 0, NULL, 'b');
            CREATE VIRTUAL TABLE spans USING rtree_i32(key, low, high);
            INSERT INTO spans VALUES (-7, -2147483648, 5);
            CREATE VIEW small AS SELECT id FROM boxes WHERE maxX < 1;
            CREATE TRIGGER places_ai AFTER INSERT ON places BEGIN INSERT INTO spans VALUES (NEW.id, 1, 2); END;
            """
        ) { report, target in
            #expect(report.omitted.map(\.name) == ["boxes", "spans", "places_ai"], "\(report.omitted)")
            #expect(
                report.omitted.first?.reason
                    == "its rows become the table boxes, which has no R-tree index: a search for ranges reads all rows"
            )
            let rows = try target.values("SELECT * FROM boxes ORDER BY id")
            #expect(rows[0] == [1, .real(-0.5), .real(1e10), "a", .blob([0])])
            #expect(rows[1] == [9_007_199_254_740_993, .real(0), .real(0), .null, .blob([UInt8(ascii: "b")])])
            #expect(try target.values("SELECT * FROM spans") == [[-7, -2_147_483_648, 5]])
            #expect(try target.values("SELECT * FROM small") == [[9_007_199_254_740_993]])
            guard case .statements = report.plan.triggers.first?.outcome else {
                Issue.record("\(report.plan.triggers)")
                return
            }
        }
    }

    /// A full-text table with its own text, which triggers fill, is not filled in the target. The report says so, and does not claim that
    /// the table follows.
    @Test func aTextOfItsOwnIsFedByNobody() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT);
            CREATE VIRTUAL TABLE words USING fts5(title);
            CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN INSERT INTO words (rowid, title) VALUES (new.id, new.title); END;
            INSERT INTO docs VALUES (1, 'Ships');
            """
        ) { report, target in
            #expect(report.omitted.map(\.name) == ["docs_ai"])
            #expect(report.omitted[0].reason.contains("in the target nothing does so until you create a trigger"))
            let rows = try target.values("SELECT title FROM words")
            #expect(rows == [["Ships"]])
        }
    }

    /// Without content_rowid, rows are identified by their rowids. An integer key has these; without such a key, the report says so.
    @Test func aTableWithoutAKeyForItsRowsStaysInTheReport() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE TABLE docs (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO docs VALUES (5, 'Ships');
            CREATE VIRTUAL TABLE search USING fts5(title, content='docs');
            CREATE TABLE loose (title TEXT); INSERT INTO loose VALUES ('Trains');
            CREATE VIRTUAL TABLE seek USING fts5(title, content='loose');
            """
        ) { report, target in
            let rows = try target.values("SELECT rowid, title FROM search")
            #expect(rows == [[5, "Ships"]])
            #expect(report.omitted.map(\.name) == ["seek"], "\(report.omitted)")
            #expect(report.omitted[0].reason.contains("seek_words") && report.omitted[0].reason.contains("loose"))
        }
    }

    /// FTS4 keeps a language in a hidden column. Columns that FTS4 does not index keep their values nevertheless.
    @Test func theLanguageOfATextComesAlong() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE VIRTUAL TABLE notes USING fts4(title, secret, notindexed=SECRET, languageid="lang");
            INSERT INTO notes (title, secret, lang) VALUES ('Ships', 'hidden', 3), ('Trains', 'veiled', 0);
            """
        ) { report, target in
            #expect(report.omitted.isEmpty, "\(report.omitted)")
            let rows = try target.values("SELECT title, secret, lang FROM notes ORDER BY rowid")
            #expect(rows == [["Ships", "hidden", 3], ["Trains", "veiled", 0]])
            let index = try target.values("SELECT indexdef FROM pg_indexes WHERE indexname = 'notes_words'")
            #expect(index[0][0].text?.contains("title") == true && index[0][0].text?.contains("secret") == false)
        }
    }

    /// Only the application has the function that decompresses its texts. The table is not transferred, and the report gives the reason.
    @Test func aCompressedTextStaysBehind() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE TABLE other (id INTEGER PRIMARY KEY); INSERT INTO other VALUES (1);
            CREATE VIRTUAL TABLE notes USING fts4(title, compress=hex, uncompress=quote);
            INSERT INTO notes VALUES ('Ships');
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'uncompress=quote', 'uncompress=unzip') WHERE name = 'notes';
            """
        ) { report, target in
            let rows = try target.values("SELECT id FROM other")
            #expect(rows == [[1]])
            let notes = report.omitted.first { $0.name == "notes" }
            let words = "only the application's function unzip() can read"
            #expect(notes?.reason.contains(words) == true, "\(report.omitted)")
        }
    }

    /// FTS3 keeps values as they are written.
    @Test func numbersInATextOfItsOwnStayNumbers() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            """
            CREATE VIRTUAL TABLE old USING fts3(title, year); INSERT INTO old VALUES ('one', 1999), ('two', 2001);
            """
        ) { report, target in
            let rows = try target.values("SELECT title, year FROM old ORDER BY year")
            #expect(rows == [["one", 1999], ["two", 2001]])
        }
    }

    /// A table without stored text has nothing that PostgreSQL could index.
    @Test func aTableWithoutTextIsListed() async throws {
        try await TransferTests.transferred(
            isCompared: true,
            "CREATE TABLE t (v TEXT); CREATE VIRTUAL TABLE bare USING fts5(v, content=''); INSERT INTO bare VALUES ('a')"
        ) { report, _ in
            #expect(Set(report.omitted.map(\.name)).isSuperset(of: ["bare", "bare_data"]))
        }
    }
}
