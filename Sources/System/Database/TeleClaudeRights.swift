import Dialects

extension PostgreSQLTableRights {
    /// The rights in a database of TeleClaude's, whose tables `Migrations` declares: nobody but the owner changes the audit log or
    /// its head.
    static let teleClaude = PostgreSQLTableRights(
        appendOnly: "audit_log", lockable: "audit_head", lockableColumn: "id", readOnlyPrefix: "tc_",
        closedFunctionPrefix: "audit_", wordFunction: "search_words")
}

extension PostgreSQLRoles {
    /// The roles of a database of TeleClaude's, whose daemon connects as `app`.
    package static func teleClaude(app: String = "teleclaude_app") -> PostgreSQLRoles {
        PostgreSQLRoles(owner: "teleclaude_owner", migrator: "teleclaude_migrator", app: app)
    }

    /// The text of docs/postgresql-roles.sql, for roles of any name.
    package var teleClaudeScript: String {
        """
        -- Who may do what in a PostgreSQL database of TeleClaude's, so that not even the daemon can change its audit log.
        --
        --   \(owner)     owns every table and cannot log in
        --   \(migrator)  may become the owner: tc-migrate connects as it, with ?options=-c%20role%3D\(owner)
        --   \(app)       what the daemon connects as: reads and writes rows, and adds rows to the audit log
        --
        -- Run it as a superuser, after `tc-migrate up` and again after each upgrade that adds tables: it changes nothing that is right
        -- already. Then give both a way in: \\password \(app), \\password \(migrator).

        \(script(for: .teleClaude))
        """
    }
}
