import Migrator

extension Migration {
    /// Adds full-text search for memories and mirrors, as the single-user install had it. Each database uses its own kind of
    /// index.
    ///
    /// SQLite keeps an FTS5 table beside each of the two tables, which triggers keep up to date; it holds the words, not the
    /// texts. A SQLite that was built without FTS5 refuses this migration, and nothing is changed.
    static let search = Migration("0007-search") {
        RunSQL(
            .native(sqlite: SearchIndexes.sqlite, postgresql: SearchIndexes.postgresql),
            undo: .script(.native(sqlite: SearchIndexes.sqliteUndo, postgresql: SearchIndexes.postgresqlUndo)))
    }
}

/// The statements that create and drop the indexes, in each database's SQL.
private enum SearchIndexes {
    /// The statements for SQLite. `rebuild` indexes the existing rows. A trigger for a change removes the old words and adds the
    /// new ones, because an index without texts of its own has to be told what to remove (https://www.sqlite.org/fts5.html,
    /// 4.4.3).
    static let sqlite = """
        CREATE VIRTUAL TABLE memory_observations_fts USING fts5(
            title, subtitle, narrative, facts, concepts, content='memory_observations', content_rowid='id');
        CREATE TRIGGER memory_obs_ai AFTER INSERT ON memory_observations
        BEGIN
            INSERT INTO memory_observations_fts (rowid, title, subtitle, narrative, facts, concepts)
            VALUES (NEW.id, NEW.title, NEW.subtitle, NEW.narrative, NEW.facts, NEW.concepts);
        END;
        CREATE TRIGGER memory_obs_ad AFTER DELETE ON memory_observations
        BEGIN
            INSERT INTO memory_observations_fts (
                memory_observations_fts, rowid, title, subtitle, narrative, facts, concepts)
            VALUES ('delete', OLD.id, OLD.title, OLD.subtitle, OLD.narrative, OLD.facts, OLD.concepts);
        END;
        CREATE TRIGGER memory_obs_au AFTER UPDATE ON memory_observations
        BEGIN
            INSERT INTO memory_observations_fts (
                memory_observations_fts, rowid, title, subtitle, narrative, facts, concepts)
            VALUES ('delete', OLD.id, OLD.title, OLD.subtitle, OLD.narrative, OLD.facts, OLD.concepts);
            INSERT INTO memory_observations_fts (rowid, title, subtitle, narrative, facts, concepts)
            VALUES (NEW.id, NEW.title, NEW.subtitle, NEW.narrative, NEW.facts, NEW.concepts);
        END;
        CREATE VIRTUAL TABLE mirrors_fts USING fts5(
            title, conversation_text, content='mirrors', content_rowid='id');
        CREATE TRIGGER mirrors_ai AFTER INSERT ON mirrors
        BEGIN
            INSERT INTO mirrors_fts (rowid, title, conversation_text)
            VALUES (NEW.id, NEW.title, NEW.conversation_text);
        END;
        CREATE TRIGGER mirrors_ad AFTER DELETE ON mirrors
        BEGIN
            INSERT INTO mirrors_fts (mirrors_fts, rowid, title, conversation_text)
            VALUES ('delete', OLD.id, OLD.title, OLD.conversation_text);
        END;
        CREATE TRIGGER mirrors_au AFTER UPDATE ON mirrors
        BEGIN
            INSERT INTO mirrors_fts (mirrors_fts, rowid, title, conversation_text)
            VALUES ('delete', OLD.id, OLD.title, OLD.conversation_text);
            INSERT INTO mirrors_fts (rowid, title, conversation_text)
            VALUES (NEW.id, NEW.title, NEW.conversation_text);
        END;
        INSERT INTO memory_observations_fts (memory_observations_fts) VALUES ('rebuild');
        INSERT INTO mirrors_fts (mirrors_fts) VALUES ('rebuild')
        """

    static let sqliteUndo = """
        DROP TRIGGER mirrors_au;
        DROP TRIGGER mirrors_ad;
        DROP TRIGGER mirrors_ai;
        DROP TABLE mirrors_fts;
        DROP TRIGGER memory_obs_au;
        DROP TRIGGER memory_obs_ad;
        DROP TRIGGER memory_obs_ai;
        DROP TABLE memory_observations_fts
        """

    /// The statements for PostgreSQL: a GIN index over the words that `search_words` finds in a text. Those are the words that
    /// FTS5's `unicode61` finds, in lower case and without accents. It is a function because an index and its queries must use
    /// the same expression, and its declared cost is high enough that the planner uses the index wherever it can.
    ///
    /// `to_tsvector` is not used, for two reasons. A `tsvector` holds at most 1 MB, so a long conversation could not be stored at
    /// all ("string is too long for tsvector"). And its parser takes `docs/plan.md`, `example.com` and `ada@example.com` for one
    /// word each, in which nobody finds `plan`, `example` or `ada`.
    ///
    /// Measured with PostgreSQL 15 over 100,000 mirrors of 1.8 kB (196 MB with their table), in 256 MB, on two cores:
    ///
    ///     an index over           built in   its size   the table then   a rare word
    ///     search_words(…)         86 s        87 MB      as it was        1.3 ms
    ///     to_tsvector(…)          86 s       137 MB      as it was        6 ms
    ///     a generated tsvector   122 s       139 MB      570 MB           -
    ///
    /// A generated column would also be one that SQLite lacks, so a transfer would have to omit it.
    ///
    /// Only the first 200 letters of a word count, because an index entry has room for 2,700 bytes. The characters that separate
    /// words are listed, because a class like `[[:alnum:]]` holds only ASCII if the database's locale is C. In that locale
    /// `lower` changes only A to Z.
    static let postgresql = #"""
        CREATE OR REPLACE FUNCTION search_words(text) RETURNS text[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 SET search_path = pg_catalog AS $$
            SELECT ARRAY(
                SELECT left(word, 200)
                FROM unnest(string_to_array(lower(regexp_replace(
                    regexp_replace(normalize($1, NFD), '[\u0300-\u036f]+', '', 'g'),
                    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7'
                        || '\u02c2-\u02c5\u02d2-\u02df\u0375\u037e\u0384\u0385\u0387\u03f6\u0482\u055a-\u055f\u0589-\u058f'
                        || '\u05be\u05c0\u05c3\u05c6\u05f3-\u060f\u061b-\u061f\u066a-\u066d\u06d4\u0964\u0965\u0970\u0e3f'
                        || '\u0e4f\u0e5a\u0e5b\u2000-\u206f\u207a-\u207e\u208a-\u208e\u20a0-\u20c0\u2190-\u244a\u249c-\u24e9'
                        || '\u2500-\u2775\u2794-\u2bff\u2e00-\u2e2e\u2e30-\u3004\u3008-\u3020\u3030\u303d-\u303f\u309b\u309c'
                        || '\u30a0\u30fb\ufd3e-\ufd4f\ufe00-\ufe6b\ufeff-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65'
                        || '\uffe0-\ufffd\U0001f000-\U0001f0f5\U0001f10d-\U0001fbca]+',
                    ' ', 'g')), ' ')) AS word
                WHERE word <> '')
        $$;
        DO $$
        BEGIN
            PERFORM search_words('words are taken apart in UTF-8 only');
        END $$;
        CREATE INDEX memory_observations_search ON memory_observations USING gin (search_words(
            coalesce(title, '') || ' ' || coalesce(subtitle, '') || ' ' || coalesce(narrative, '') || ' '
            || coalesce(facts, '') || ' ' || coalesce(concepts, '')));
        CREATE INDEX mirrors_search ON mirrors USING gin (search_words(
            coalesce(title, '') || ' ' || coalesce(conversation_text, '')))
        """#

    static let postgresqlUndo = """
        DROP INDEX mirrors_search;
        DROP INDEX memory_observations_search;
        DROP FUNCTION search_words(text)
        """
}
