import Migrator

extension Migration {
    /// Adds search in what was said in sessions: the texts of recordings in passages of some lines, and how far each recording
    /// has been read.
    ///
    /// `scope` says who may find a passage, as marks that can't be words (`=u1001`, `=shared`). The marks are in the same index
    /// as the words, so the cost of a search among one's own sessions depends on those alone, however much others have recorded.
    static let transcriptSearch = Migration("0010-transcript-search") {
        CreateTable("transcript_passages") {
            Column("id", .bigint).identity().primaryKey()
            Column("session_id", .text).references("sessions", "session_id", onDelete: .cascade)
            Column("said_at", .timestamp)
            Column("scope", .text)
            Column("body", .text)
            Index("session_id", "id")
        }
        CreateTable("transcript_readings") {
            Column("session_id", .text).primaryKey().references("sessions", "session_id", onDelete: .cascade)
            Column("read_to", .bigint)
            Column("clock", .timestamp)
            Column("parser", .text)
            Column("scope", .text)
            Column("passages", .bigint)
            Column("open_passage", .bigint).nullable()
        }
        RunSQL(
            .native(sqlite: PassageIndex.sqlite, postgresql: PassageIndex.postgresql),
            undo: .script(.native(sqlite: PassageIndex.sqliteUndo, postgresql: PassageIndex.postgresqlUndo)))
    }
}

/// The index over the words of passages. It is like that of `0007-search` over the words of memories, but also holds the scope.
private enum PassageIndex {
    static let sqlite = """
        CREATE VIRTUAL TABLE transcript_passages_fts USING fts5(
            body, scope, content='transcript_passages', content_rowid='id');
        CREATE TRIGGER transcript_passages_ai AFTER INSERT ON transcript_passages
        BEGIN
            INSERT INTO transcript_passages_fts (rowid, body, scope) VALUES (NEW.id, NEW.body, NEW.scope);
        END;
        CREATE TRIGGER transcript_passages_ad AFTER DELETE ON transcript_passages
        BEGIN
            INSERT INTO transcript_passages_fts (transcript_passages_fts, rowid, body, scope)
            VALUES ('delete', OLD.id, OLD.body, OLD.scope);
        END;
        CREATE TRIGGER transcript_passages_au AFTER UPDATE ON transcript_passages
        BEGIN
            INSERT INTO transcript_passages_fts (transcript_passages_fts, rowid, body, scope)
            VALUES ('delete', OLD.id, OLD.body, OLD.scope);
            INSERT INTO transcript_passages_fts (rowid, body, scope) VALUES (NEW.id, NEW.body, NEW.scope);
        END
        """

    static let sqliteUndo = """
        DROP TRIGGER transcript_passages_au;
        DROP TRIGGER transcript_passages_ad;
        DROP TRIGGER transcript_passages_ai;
        DROP TABLE transcript_passages_fts
        """

    static let postgresql = """
        CREATE INDEX transcript_passages_search ON transcript_passages USING gin (
            (search_words(coalesce(body, '')) || string_to_array(scope, ' ')))
        """

    static let postgresqlUndo = "DROP INDEX transcript_passages_search"
}
