/// A reader of every view in the current schema, with the properties that a view loses when it is dropped and made again.
struct PostgreSQLViewReader {
    struct View {
        var name: String
        var query: String
        /// The view's options: `security_barrier=true`.
        var options: String?
        /// Why the view would show other rows in another database; `nil` if it would not.
        var objection: String?
        /// The views that it reads.
        var reads: Set<String> = []
        /// The statements that restore what the query says nothing of.
        var epilogue = ViewEpilogue()
    }

    /// The views, each after those that it reads.
    private(set) var views: [View] = []

    init(_ connection: any Connection, _ scope: PostgreSQLCatalogScope = .whole) throws(DatabaseError) {
        let rows = try connection.query(
            """
            SELECT c.relname, pg_get_viewdef(c.oid, true), array_to_string(c.reloptions, ', ')
            FROM pg_class c WHERE c.relkind = 'v' AND \(scope.relations) ORDER BY c.oid
            """)
        let sources = try Self.sources(connection, scope)
        let found = rows.map { row in
            let (name, query) = (row[0].text ?? "", Self.query(row[1].text ?? ""))
            let read = sources[name] ?? []
            return View(
                name: name, query: query, options: row[2].text,
                objection: read.lazy.compactMap { $0.objection(in: query) }.first,
                reads: Set(read.filter { $0.kind == .view && $0.otherSchema == nil }.map(\.name)))
        }
        views = DependencyOrder.sort(found, name: \.name, reads: \.reads)
        var lost: Set<String> = []
        for at in views.indices {
            let other = views[at].reads.intersection(lost).min()
            if views[at].objection == nil {
                views[at].objection = other.map { "it reads \($0), which is not transferred" }
            }
            if views[at].objection != nil { lost.insert(views[at].name) }
        }
    }

    /// Returns the query without the `;` and the blanks that the server writes around it.
    static func query(_ text: String) -> String {
        var query = text[...]
        while let last = query.last, last == ";" || last.isWhitespace { query.removeLast() }
        while query.first?.isWhitespace == true { query.removeFirst() }
        return String(query)
    }

    /// Returns what the views read of other views, of partitioned tables, of tables that others inherit from, and of other schemas, by the
    /// views' names. What the server or an extension brought is in another database, too, or the view can't be made there.
    private static func sources(
        _ connection: any Connection, _ scope: PostgreSQLCatalogScope
    ) throws(DatabaseError) -> [String: [PostgreSQLViewSource]] {
        let rows = try connection.query(
            """
            SELECT DISTINCT c.relname, r.relname, r.relkind::text, CASE WHEN o.is_elsewhere THEN n.nspname END, a.attname
            FROM pg_class c
                JOIN pg_rewrite w ON w.ev_class = c.oid
                JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
                JOIN pg_class r ON r.oid = d.refobjid
                JOIN pg_namespace n ON n.oid = r.relnamespace
                -- The tableoid of an ordinary table is cast to its name, as a rule.
                LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.refobjsubid AND a.attnum < 0
                    AND w.ev_type = '1' AND (a.attname <> 'tableoid' OR r.relkind = 'p')
                CROSS JOIN LATERAL (
                    -- The rules of a view (CREATE RULE) do not come along, unlike its query.
                    SELECT r.relnamespace <> c.relnamespace AND w.ev_type = '1'
                        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (
                            SELECT FROM pg_depend e
                            WHERE e.classid = 'pg_class'::regclass AND e.objid = r.oid AND e.deptype = 'e') AS is_elsewhere) o
            WHERE c.relkind = 'v' AND \(scope.relations) AND (r.relkind = 'v' AND r.relnamespace = c.relnamespace OR r.relkind = 'p'
                OR r.relkind IN ('r', 'f') AND r.oid IN (SELECT h.inhparent FROM pg_inherits h)
                OR o.is_elsewhere OR a.attname IS NOT NULL)
            ORDER BY 1, 2, 4, 5
            """)
        return rows.reduce(into: [:]) { sources, row in
            guard let view = row[0].text, let name = row[1].text,
                let kind = PostgreSQLRelationKind(rawValue: row[2].text ?? "")
            else { return }
            sources[view, default: []].append(
                PostgreSQLViewSource(name: name, kind: kind, otherSchema: row[3].text, systemColumn: row[4].text))
        }
    }
}

// MARK: - What a copy changes

extension PostgreSQLViewReader {
    /// Returns the columns that each view reads and that are something else in a copy (`PostgreSQLSameEngineCopy`).
    static func changedColumns(
        _ connection: any Connection
    ) throws(DatabaseError) -> [String: PostgreSQLChangedColumns] {
        let names = PostgreSQLSameEngineCopy.namesObjects.sorted().map(SQLText.literal).joined(separator: ", ")
        let rows = try connection.query(
            """
            SELECT DISTINCT c.relname, a.attname, t.typtype::text,
                coalesce(u.namespace, e.typnamespace, t.typnamespace) <> 'pg_catalog'::regnamespace
                    OR coalesce(e.typname, t.typname) IN (\(trusted: names)),
                co.collnamespace <> 'pg_catalog'::regnamespace
            FROM pg_class c
                JOIN pg_rewrite w ON w.ev_class = c.oid
                JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
                JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0
                JOIN pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
                LEFT JOIN LATERAL (
                    WITH RECURSIVE under AS (
                        SELECT t.typbasetype AS type WHERE t.typtype = 'd'
                        UNION ALL
                        SELECT d.typbasetype FROM under JOIN pg_type d ON d.oid = under.type AND d.typtype = 'd')
                    SELECT coalesce(i.typnamespace, b.typnamespace) AS namespace
                    FROM under JOIN pg_type b ON b.oid = under.type AND b.typtype <> 'd'
                        LEFT JOIN pg_type i ON i.oid = b.typelem AND b.typcategory = 'A'
                ) u ON true
                LEFT JOIN pg_collation co ON co.oid = a.attcollation
            WHERE c.relkind = 'v' AND \(PostgreSQLCatalogScope.whole.relations)
            ORDER BY c.relname, a.attname
            """)
        var changed: [String: PostgreSQLChangedColumns] = [:]
        for row in rows {
            let (view, name) = (row[0].text ?? "", row[1].text ?? "")
            if row[3].boolean == true {
                let kind = PostgreSQLTypeKind(rawValue: row[2].text ?? "") ?? .base
                changed[view, default: .init()].columns.append(.text(name, .init(typeKind: kind)))
            } else if row[4].boolean == true {
                changed[view, default: .init()].columns.append(.collated(name))
            }
        }
        return changed
    }
}

// MARK: - What must follow a view that is made again

extension PostgreSQLViewReader {
    /// Reads each view's grants, comments, defaults, rules and owner into its epilogue.
    mutating func readEpilogues(
        _ connection: any Connection, _ scope: PostgreSQLCatalogScope = .whole
    ) throws(DatabaseError) {
        let views: SQL = "c.relkind = 'v' AND \(scope.relations)"
        var epilogues: [String: ViewEpilogue] = [:]
        func add(_ statement: String, to view: String, part: String?) {
            guard let part else { return epilogues[view, default: .init()].whole.append(statement) }
            epilogues[view, default: .init()].parts.append(.init(name: part, statement: statement))
        }
        for right in try Self.rights(on: views, connection) { add(right.statement, to: right.view, part: right.part) }
        for row in try connection.query(Self.comments(on: views)) {
            let view = row[0].text ?? ""
            let name = SQLText.identifier(view)
            let object = row[1].text.map { "COLUMN \(name).\(SQLText.identifier($0))" } ?? "VIEW \(name)"
            add(
                "COMMENT ON \(object) IS \(SQLText.literal(row[2].text ?? ""))", to: view,
                part: row[1].text.map { "comment on column \(view).\($0)" })
        }
        for row in try connection.query(Self.defaultsAndRules(of: views)) {
            add(row[2].text ?? "", to: row[0].text ?? "", part: row[1].text ?? "")
        }
        for row in try connection.query(Self.owners(of: views)) {
            let view = row[0].text ?? ""
            epilogues[view, default: .init()].owner = [
                "ALTER VIEW \(SQLText.identifier(view)) OWNER TO \(SQLText.identifier(row[1].text ?? ""))"
            ]
        }
        for at in self.views.indices { self.views[at].epilogue = epilogues[self.views[at].name] ?? .init() }
    }

    private typealias Right = (view: String, statement: String, part: String?)

    /// Returns the statements that give each view its rights, after those that take away what it would have by default.
    private static func rights(on views: SQL, _ connection: any Connection) throws(DatabaseError) -> [Right] {
        let taken = try connection.query(defaultGrantees(on: views)).map { row -> Right in
            let (view, role) = (row[0].text ?? "", row[1].text.map(SQLText.identifier) ?? "PUBLIC")
            return (view: view, statement: "REVOKE ALL ON \(SQLText.identifier(view)) FROM \(role)", part: nil)
        }
        let given = try connection.query(grants(on: views)).map { row -> Right in
            let (view, right) = (row[0].text ?? "", row[3].text ?? "")
            let columns = row[1].text.map { " (\(SQLText.identifier($0)))" } ?? ""
            let role = row[2].text.map(SQLText.identifier) ?? "PUBLIC"
            let option = row[4].boolean == true ? " WITH GRANT OPTION" : ""
            return (
                view: view, statement: "GRANT \(right)\(columns) ON \(SQLText.identifier(view)) TO \(role)\(option)",
                part: row[1].text.map { "\(right) on \(view).\($0) to \(role)" }
            )
        }
        return taken + given
    }

    /// The roles that would get a right to the view when it is made again, by ALTER DEFAULT PRIVILEGES, which they do not have now.
    private static func defaultGrantees(on views: SQL) -> SQL {
        """
        SELECT DISTINCT c.relname, r.rolname
        FROM pg_class c
            JOIN pg_default_acl d ON d.defaclobjtype = 'r' AND d.defaclnamespace IN (0, c.relnamespace)
            JOIN pg_roles me ON me.oid = d.defaclrole AND me.rolname = current_user
            CROSS JOIN LATERAL aclexplode(d.defaclacl) x
            LEFT JOIN pg_roles r ON r.oid = x.grantee
        WHERE \(views) AND x.grantee NOT IN (d.defaclrole, c.relowner) AND NOT EXISTS (
            SELECT FROM aclexplode(c.relacl) o WHERE o.grantee = x.grantee AND o.privilege_type = x.privilege_type
                AND o.is_grantable >= x.is_grantable)
        ORDER BY c.relname, r.rolname
        """
    }

    private static func grants(on views: SQL) -> SQL {
        """
        SELECT g.relname, g.attname, r.rolname, g.privilege_type, g.is_grantable
        FROM (
            SELECT c.oid, c.relname, c.relowner, NULL AS attname, 0 AS attnum, x.grantee, x.privilege_type, x.is_grantable
            FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) x WHERE \(views)
            UNION ALL
            SELECT c.oid, c.relname, c.relowner, a.attname, a.attnum, x.grantee, x.privilege_type, x.is_grantable
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid CROSS JOIN LATERAL aclexplode(a.attacl) x
            WHERE \(views)
        ) g LEFT JOIN pg_roles r ON r.oid = g.grantee
        WHERE g.grantee <> g.relowner
        ORDER BY g.relname, g.attnum, r.rolname, g.privilege_type
        """
    }

    private static func comments(on views: SQL) -> SQL {
        """
        SELECT c.relname, a.attname, d.description
        FROM pg_class c
            JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
        WHERE \(views) ORDER BY c.relname, d.objsubid
        """
    }

    /// The view, the part for people, and the statement. The rules are called as `PostgreSQLDependencies` calls them.
    private static func defaultsAndRules(of views: SQL) -> SQL {
        """
        SELECT c.relname, 'default of ' || c.relname || '.' || a.attname,
            format('ALTER VIEW %I ALTER COLUMN %I SET DEFAULT %s', c.relname, a.attname, pg_get_expr(d.adbin, 0))
        FROM pg_class c
            JOIN pg_attrdef d ON d.adrelid = c.oid
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
        WHERE \(views)
        UNION ALL
        SELECT c.relname, 'rule ' || w.rulename || ' on ' || pg_describe_object('pg_class'::regclass, c.oid, 0),
            rtrim(pg_get_ruledef(w.oid, true), ';')
        FROM pg_class c JOIN pg_rewrite w ON w.ev_class = c.oid AND w.rulename <> '_RETURN'
        WHERE \(views)
        UNION ALL
        SELECT c.relname, 'comment on rule ' || w.rulename || ' on ' || c.relname,
            format('COMMENT ON RULE %I ON %I IS %L', w.rulename, c.relname, obj_description(w.oid, 'pg_rewrite'))
        FROM pg_class c JOIN pg_rewrite w ON w.ev_class = c.oid AND w.rulename <> '_RETURN'
        WHERE obj_description(w.oid, 'pg_rewrite') IS NOT NULL AND \(views)
        """
    }

    private static func owners(of views: SQL) -> SQL {
        """
        SELECT c.relname, r.rolname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
        WHERE r.rolname <> current_user AND \(views)
        """
    }
}
