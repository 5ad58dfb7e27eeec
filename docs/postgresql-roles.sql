-- Who may do what in a PostgreSQL database of TeleClaude's, so that not even the daemon can change its audit log.
--
--   teleclaude_owner     owns every table and cannot log in
--   teleclaude_migrator  may become the owner: tc-migrate connects as it, with ?options=-c%20role%3Dteleclaude_owner
--   teleclaude_app       what the daemon connects as: reads and writes rows, and adds rows to the audit log
--
-- Run it as a superuser, after `tc-migrate up` and again after each upgrade that adds tables: it changes nothing that is right
-- already. Then give both a way in: \password teleclaude_app, \password teleclaude_migrator.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['teleclaude_owner', 'teleclaude_migrator', 'teleclaude_app'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I', wanted);
        END IF;
    END LOOP;
END $$;

ALTER ROLE teleclaude_owner NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
ALTER ROLE teleclaude_migrator LOGIN NOINHERIT NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
ALTER ROLE teleclaude_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
GRANT teleclaude_owner TO teleclaude_migrator;

-- The database, and the schema that holds the tables: the first of the search path.
DO $$
DECLARE
    object record;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO teleclaude_app, teleclaude_migrator', current_database());
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO teleclaude_app', current_schema());
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO teleclaude_owner', current_schema());

    FOR object IN
        SELECT c.oid::regclass AS name, c.relname, c.relkind FROM pg_class c
        WHERE c.relnamespace = pg_catalog.quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO teleclaude_owner', object.name);
        EXECUTE format('REVOKE ALL ON TABLE %s FROM PUBLIC, teleclaude_app', object.name);
        CASE
            WHEN object.relname = 'audit_log' THEN
                EXECUTE format('GRANT SELECT, INSERT ON TABLE %s TO teleclaude_app', object.name);
            WHEN object.relname = 'audit_head' THEN
                -- The right to update a column that can hold one value only is the right to lock the row.
                EXECUTE format('GRANT SELECT, UPDATE (id) ON TABLE %s TO teleclaude_app', object.name);
            WHEN object.relname LIKE 'tc\_%' THEN
                EXECUTE format('GRANT SELECT ON TABLE %s TO teleclaude_app', object.name);
            WHEN object.relkind = 'S' THEN
                EXECUTE format('GRANT SELECT, USAGE ON SEQUENCE %s TO teleclaude_app', object.name);
            ELSE
                EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %s TO teleclaude_app', object.name);
        END CASE;
    END LOOP;

    FOR object IN
        SELECT p.oid::regprocedure AS name, p.proname FROM pg_proc p
        WHERE p.pronamespace = pg_catalog.quote_ident(current_schema())::regnamespace
            AND (p.proname LIKE 'audit\_%' OR p.proname = 'search_words')
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO teleclaude_owner', object.name);
        -- What takes a text apart into words anybody may call: an index calls it for whoever writes a row.
        IF object.proname <> 'search_words' THEN
            EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', object.name);
        END IF;
    END LOOP;
END $$;
