import Migrator

extension Migration {
    /// Adds the audit log, which records who looked at whose session. It is one chain of rows, and the database itself lets it
    /// grow only at its end (docs/audit.md).
    ///
    /// `audit_head` holds the end of the chain. Writers lock its row, so that they append one after the other, and only the
    /// database moves it. Apart from its key, no column of the log is unique: SQLite's REPLACE removes the rows that a new row
    /// collides with, and no trigger sees that removal (https://www.sqlite.org/lang_conflict.html).
    static let auditLog = Migration("0003-audit-log") {
        CreateTable("audit_head") {
            Column("id", .bigint).primaryKey().check("id = 1")
            Column("seq", .bigint)
            Column("hash", .text)
        }
        CreateTable("audit_log") {
            Column("seq", .bigint).primaryKey()
            Column("at", .timestamp)
            Column("person", .text).nullable()
            Column("uid", .bigint)
            Column("role", .text)
            Column("action", .text)
            Column("session_id", .text).nullable()
            Column("owner_person", .text).nullable()
            Column("owner_uid", .bigint).nullable()
            Column("outcome", .text).oneOf("allowed", "refused", "failed")
            Column("reason", .text).nullable()
            Column("caller_session", .text).nullable()
            Column("previous_hash", .text).check("length(previous_hash) = 64")
            Column("hash", .text).check("length(hash) = 64")
            Index("session_id", "seq")
            Index("person", "seq")
            Index("owner_person", "seq")
            Index("action", "seq")
            Index("at")
        }
        RunSQL(
            .sql("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '\(String(repeating: "0", count: 64))')"),
            undo: .script("DELETE FROM audit_head WHERE seq = 0"))
        RunSQL(
            .native(sqlite: AuditTriggers.sqlite, postgresql: AuditTriggers.postgresql),
            undo: .script(.native(sqlite: AuditTriggers.sqliteUndo, postgresql: AuditTriggers.postgresqlUndo)))
    }
}

/// The triggers that let the log grow only at its end, in each database's SQL.
private enum AuditTriggers {
    /// The triggers for SQLite. BEFORE INSERT runs before a conflict is resolved, so REPLACE and ON CONFLICT can't avoid it.
    static let sqlite = """
        CREATE TRIGGER audit_log_append BEFORE INSERT ON audit_log
        WHEN NOT EXISTS (SELECT 1 FROM audit_head WHERE id = 1 AND NEW.seq = seq + 1 AND NEW.previous_hash = hash)
        BEGIN
            SELECT RAISE(ABORT, 'audit_log: a row goes to the end of the chain only');
        END;
        CREATE TRIGGER audit_log_advance AFTER INSERT ON audit_log
        BEGIN
            UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;
        END;
        CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
        BEGIN
            SELECT RAISE(ABORT, 'audit_log: a row is never changed');
        END;
        CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
        BEGIN
            SELECT RAISE(ABORT, 'audit_log: a row is never removed');
        END;
        CREATE TRIGGER audit_head_no_insert BEFORE INSERT ON audit_head
        BEGIN
            SELECT RAISE(ABORT, 'audit_head: there is one head');
        END;
        CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
        WHEN NOT (NEW.id IS OLD.id AND (
            NEW.seq IS OLD.seq AND NEW.hash IS OLD.hash
            OR NEW.seq = OLD.seq + 1 AND EXISTS (
                SELECT 1 FROM audit_log l
                WHERE l.seq = NEW.seq AND l.previous_hash = OLD.hash AND l.hash = NEW.hash)))
        BEGIN
            SELECT RAISE(ABORT, 'audit_head: the head follows the log');
        END;
        CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
        BEGIN
            SELECT RAISE(ABORT, 'audit_head: the head stays');
        END
        """

    static let sqliteUndo = """
        DROP TRIGGER audit_head_no_delete;
        DROP TRIGGER audit_head_forward;
        DROP TRIGGER audit_head_no_insert;
        DROP TRIGGER audit_log_no_delete;
        DROP TRIGGER audit_log_no_update;
        DROP TRIGGER audit_log_advance;
        DROP TRIGGER audit_log_append
        """

    /// The triggers for PostgreSQL. A role that may insert rows need not be able to move the head, because `audit_log_advance`
    /// moves it with its owner's rights. Such a function must find its own tables whatever the caller's search path or
    /// temporary tables are; temporary tables come first if `pg_temp` is not named
    /// (https://www.postgresql.org/docs/current/sql-createfunction.html, "Writing SECURITY DEFINER Functions Safely").
    static let postgresql = """
        CREATE OR REPLACE FUNCTION audit_log_advance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash
            WHERE id = 1 AND NEW.seq = seq + 1 AND NEW.previous_hash = hash;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'audit_log: a row goes to the end of the chain only' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$;
        CREATE OR REPLACE FUNCTION audit_head_forward() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.id = OLD.id AND (
                NEW.seq = OLD.seq AND NEW.hash = OLD.hash
                OR NEW.seq = OLD.seq + 1 AND EXISTS (
                    SELECT FROM audit_log l
                    WHERE l.seq = NEW.seq AND l.previous_hash = OLD.hash AND l.hash = NEW.hash))
            THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'audit_head: the head follows the log' USING ERRCODE = 'check_violation';
        END $$;
        CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '%: % is refused, the log only grows', TG_TABLE_NAME, TG_OP USING ERRCODE = 'check_violation';
        END $$;
        DO $$
        DECLARE
            name text;
        BEGIN
            FOREACH name IN ARRAY ARRAY['audit_log_advance', 'audit_head_forward', 'audit_refuse'] LOOP
                EXECUTE format('ALTER FUNCTION %I() SET search_path = pg_catalog, %I, pg_temp', name, current_schema());
                EXECUTE format('REVOKE ALL ON FUNCTION %I() FROM PUBLIC', name);
            END LOOP;
        END $$;
        CREATE TRIGGER audit_log_advance AFTER INSERT ON audit_log
            FOR EACH ROW EXECUTE FUNCTION audit_log_advance();
        CREATE TRIGGER audit_log_refuse BEFORE UPDATE OR DELETE ON audit_log
            FOR EACH ROW EXECUTE FUNCTION audit_refuse();
        CREATE TRIGGER audit_log_keep BEFORE TRUNCATE ON audit_log
            FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
        CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
            FOR EACH ROW EXECUTE FUNCTION audit_head_forward();
        CREATE TRIGGER audit_head_refuse BEFORE INSERT OR DELETE ON audit_head
            FOR EACH ROW EXECUTE FUNCTION audit_refuse();
        CREATE TRIGGER audit_head_keep BEFORE TRUNCATE ON audit_head
            FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
        ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_advance;
        ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_refuse;
        ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_keep;
        ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_forward;
        ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_refuse;
        ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_keep
        """

    static let postgresqlUndo = """
        DROP TRIGGER audit_head_keep ON audit_head;
        DROP TRIGGER audit_head_refuse ON audit_head;
        DROP TRIGGER audit_head_forward ON audit_head;
        DROP TRIGGER audit_log_keep ON audit_log;
        DROP TRIGGER audit_log_refuse ON audit_log;
        DROP TRIGGER audit_log_advance ON audit_log;
        DROP FUNCTION audit_refuse();
        DROP FUNCTION audit_head_forward();
        DROP FUNCTION audit_log_advance()
        """
}
