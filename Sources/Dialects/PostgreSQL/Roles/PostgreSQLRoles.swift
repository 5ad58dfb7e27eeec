/// The three roles of a program's database in PostgreSQL. The names of roles stand in the script unquoted, so they must be
/// identifiers that need no quotes.
package struct PostgreSQLRoles: Sendable, Equatable {
    /// The role that owns every table, and can't log in.
    package var owner: String
    /// The role that may become the owner.
    package var migrator: String
    /// The role as which the program connects.
    package var app: String

    package init(owner: String, migrator: String, app: String) {
        (self.owner, self.migrator, self.app) = (owner, migrator, app)
    }
}

extension PostgreSQLRoles {
    /// Returns the script that makes missing roles, and gives every object of a schema its owner and its rights. It changes nothing
    /// that is right already.
    package func script(for rights: PostgreSQLTableRights) -> String {
        """
        \(accounts)

        -- The database, and the schema that holds the tables: the first of the search path.
        DO $$
        DECLARE
            object record;
        BEGIN
        \(schemaGrants)

        \(tableGrants(rights))

        \(functionGrants(rights))
        END $$;

        """
    }

    private var accounts: String {
        """
        DO $$
        DECLARE
            wanted text;
        BEGIN
            FOREACH wanted IN ARRAY ARRAY['\(owner)', '\(migrator)', '\(app)'] LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                    EXECUTE format('CREATE ROLE %I', wanted);
                END IF;
            END LOOP;
        END $$;

        ALTER ROLE \(owner) NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
        ALTER ROLE \(migrator) LOGIN NOINHERIT NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
        ALTER ROLE \(app) LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
        GRANT \(owner) TO \(migrator);
        """
    }

    // The parts of the block are indented as they stand in it.

    private var schemaGrants: String {
        """
            EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
            EXECUTE format('GRANT CONNECT ON DATABASE %I TO \(app), \(migrator)', current_database());
            EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', current_schema());
            EXECUTE format('GRANT USAGE ON SCHEMA %I TO \(app)', current_schema());
            EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO \(owner)', current_schema());
        """
    }

    private func tableGrants(_ rights: PostgreSQLTableRights) -> String {
        """
            FOR object IN
                SELECT c.oid::regclass AS name, c.relname, c.relkind FROM pg_class c
                WHERE c.relnamespace = \(PostgreSQLCatalogScope.schema) AND c.relkind IN ('r', 'p', 'v', 'S')
                    AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
            LOOP
                EXECUTE format('ALTER TABLE %s OWNER TO \(owner)', object.name);
                EXECUTE format('REVOKE ALL ON TABLE %s FROM PUBLIC, \(app)', object.name);
                CASE
                    WHEN object.relname = \(SQLText.literal(rights.appendOnly)) THEN
                        EXECUTE format('GRANT SELECT, INSERT ON TABLE %s TO \(app)', object.name);
                    WHEN object.relname = \(SQLText.literal(rights.lockable)) THEN
                        -- The right to update a column that can hold one value only is the right to lock the row.
                        EXECUTE format('GRANT SELECT, UPDATE (\(rights.lockableColumn)) ON TABLE %s TO \(app)', object.name);
                    WHEN object.relname LIKE \(PostgreSQLTableRights.pattern(rights.readOnlyPrefix)) THEN
                        EXECUTE format('GRANT SELECT ON TABLE %s TO \(app)', object.name);
                    WHEN object.relkind = 'S' THEN
                        EXECUTE format('GRANT SELECT, USAGE ON SEQUENCE %s TO \(app)', object.name);
                    ELSE
                        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %s TO \(app)', object.name);
                END CASE;
            END LOOP;
        """
    }

    private func functionGrants(_ rights: PostgreSQLTableRights) -> String {
        let closed = PostgreSQLTableRights.pattern(rights.closedFunctionPrefix)
        let words = SQLText.literal(rights.wordFunction)
        return """
                FOR object IN
                    SELECT p.oid::regprocedure AS name, p.proname FROM pg_proc p
                    WHERE p.pronamespace = \(PostgreSQLCatalogScope.schema)
                        AND (p.proname LIKE \(closed) OR p.proname = \(words))
                LOOP
                    EXECUTE format('ALTER FUNCTION %s OWNER TO \(owner)', object.name);
                    -- What takes a text apart into words anybody may call: an index calls it for whoever writes a row.
                    IF object.proname <> \(words) THEN
                        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', object.name);
                    END IF;
                END LOOP;
            """
    }
}
