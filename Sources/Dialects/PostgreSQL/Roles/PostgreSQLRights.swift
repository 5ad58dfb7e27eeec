/// The roles of a server and the rights in a database, as the server describes them.
package struct PostgreSQLRights: Sendable, Equatable {
    package struct Role: Sendable, Equatable {
        package var canLogIn: Bool
        /// The attributes of the role that none of these roles may have: `SUPERUSER`, `CREATEROLE`.
        package var powers: [String]
        /// The roles that may become this role.
        package var members: [String]
    }

    package var isSuperuser: Bool
    package var roles: [String: Role]
    /// The owners of the databases, by the databases' names.
    package var databases: [String: String]

    /// Reads roles and rights. Any database of the server will do for the connection.
    package init(_ roles: PostgreSQLRoles, on connection: any Connection) throws(DatabaseError) {
        let facts = try connection.query(
            "SELECT rolsuper::int::bigint FROM pg_roles WHERE rolname = current_user")
        isSuperuser = facts.first?.values[0].integer == 1
        self.roles = [:]
        for name in [roles.owner, roles.migrator, roles.app] {
            self.roles[name] = try Self.role(name, connection)
        }
        databases = [:]
        for row in try connection.query("SELECT datname::text, pg_get_userbyid(datdba)::text FROM pg_database") {
            if let name = row.values[0].text { databases[name] = row.values[1].text }
        }
    }

    private static func role(_ name: String, _ connection: any Connection) throws(DatabaseError) -> Role? {
        let rows = try connection.query(
            """
            SELECT rolcanlogin::int::bigint, concat_ws(' ', CASE WHEN rolsuper THEN 'SUPERUSER' END,
                CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
                CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END),
                (SELECT string_agg(m.rolname, ' ' ORDER BY m.rolname) FROM pg_auth_members a
                    JOIN pg_roles m ON m.oid = a.member WHERE a.roleid = r.oid)
            FROM pg_roles r WHERE rolname = \(name)
            """)
        return rows.first.map { row in
            let words = { (at: Int) in (row.values[at].text ?? "").split(separator: " ").map(String.init) }
            return Role(canLogIn: row.values[0].integer == 1, powers: words(1), members: words(2))
        }
    }
}

extension PostgreSQLRoles {
    /// Returns the tables of the connection's database.
    package func tables(on connection: any Connection) throws(DatabaseError) -> [String] {
        try connection.query(
            """
            SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = \(trusted: PostgreSQLCatalogScope.schema)
                AND c.relkind IN ('r', 'p') ORDER BY 1
            """
        ).compactMap { $0.values[0].text }
    }

    /// Returns sentences about owners and rights in the connection's database that differ from those that the script for `rights`
    /// gives. The roles must exist.
    package func differences(
        from rights: PostgreSQLTableRights, on connection: any Connection
    ) throws(DatabaseError) -> [String] {
        let statement = "\(objectsAndRights(rights))\n\(differing(rights))"
        return try connection.query(SQL(trusted: statement)).compactMap { $0.values[0].text }
    }

    /// Returns the common tables of the search: the schema's objects, and each right that the app role has or should have.
    private func objectsAndRights(_ rights: PostgreSQLTableRights) -> String {
        let app = SQLText.literal(app)
        let (log, head) = (SQLText.literal(rights.appendOnly), SQLText.literal(rights.lockable))
        let readOnly = PostgreSQLTableRights.pattern(rights.readOnlyPrefix)
        return """
            WITH objects AS (
                SELECT c.oid, c.relname::text AS name, c.relkind, c.relowner FROM pg_class c
                WHERE c.relnamespace = \(PostgreSQLCatalogScope.schema) AND c.relkind IN ('r', 'p', 'v', 'S')
                    AND NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i'))
            ), rights AS (
                SELECT o.name, p.word,
                    CASE o.relkind WHEN 'S' THEN NULL ELSE has_table_privilege(\(app), o.oid, p.word) END AS has,
                    CASE WHEN o.name = \(log) THEN p.word IN ('SELECT', 'INSERT')
                        WHEN o.name = \(head) OR o.name LIKE \(readOnly) THEN p.word = 'SELECT'
                        ELSE p.word IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') END AS wanted
                FROM objects o CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER'))
                    AS p (word)
                WHERE o.relkind <> 'S'
            )
            """
    }

    /// Returns the search's query: a sentence for each difference.
    private func differing(_ rights: PostgreSQLTableRights) -> String {
        let (owner, app) = (SQLText.literal(owner), SQLText.literal(app))
        let (head, column) = (SQLText.literal(rights.lockable), SQLText.literal(rights.lockableColumn))
        let headIs = SQLText.literal("\(rights.lockable): ")
        return """
            SELECT name || ' belongs to ' || pg_get_userbyid(relowner) FROM objects
                WHERE pg_get_userbyid(relowner) <> \(owner)
            UNION ALL SELECT name || ': ' || \(app) || CASE WHEN has THEN ' may ' ELSE ' may not ' END || word
                FROM rights WHERE has <> wanted
            UNION ALL SELECT name || ': ' || \(app) || ' may not use it' FROM objects
                WHERE CASE relkind WHEN 'S' THEN NOT has_sequence_privilege(\(app), oid, 'USAGE') END
            UNION ALL SELECT \(headIs) || \(app) || ' may not lock its row' FROM objects
                WHERE CASE name WHEN \(head) THEN NOT has_column_privilege(\(app), oid, \(column), 'UPDATE') END
            UNION ALL SELECT 'everybody may connect to the database'
                WHERE has_database_privilege('public', current_database(), 'CONNECT')
            UNION ALL SELECT \(app) || ' may not connect to the database'
                WHERE NOT has_database_privilege(\(app), current_database(), 'CONNECT')
            UNION ALL SELECT 'everybody may make tables' WHERE has_schema_privilege('public', current_schema(), 'CREATE')
            UNION ALL SELECT \(app) || ' may not use the schema'
                WHERE NOT has_schema_privilege(\(app), current_schema(), 'USAGE')
            ORDER BY 1
            """
    }
}
