extension PostgreSQLInspector {
    /// Finds the objects of the current schema beside `declared`, each with the statement that makes it again: all of them, or
    /// those that concern `subjects`.
    package static func undeclaredObjects(
        of declared: Schema, around subjects: Set<String>? = nil, on connection: any Connection
    ) throws -> UndeclaredObjects {
        let near = try subjects.flatMap { try Neighbourhood(of: $0, declared, connection) }
        let scope = near.map { PostgreSQLCatalogScope(names: $0.names) } ?? .whole
        let columns = try PostgreSQLColumnReader(connection, scope).columns
        for columns in Dictionary(grouping: columns, by: \.table).values {
            try SQLName.requireNoTwins(in: columns.map(\.column.name))
        }
        if scope.names == nil { try requireNoTwins(connection) }
        let constraints = Dictionary(
            grouping: try PostgreSQLConstraintReader(connection, scope).constraints, by: \.table)
        let indexes = try PostgreSQLIndexReader(connection, columns, scope).indexes
        let views = near?.hasViews == false ? [] : try views(connection, scope)
        var objects: [UndeclaredObjects.Object] = []
        let columnsByTable = Dictionary(grouping: columns, by: \.table)
        for name in columnsByTable.keys.sorted() {
            guard let table = declared[name] else { continue }
            objects += undeclared(columnsByTable[name] ?? [], of: table)
            objects += undeclared(constraints[name] ?? [], of: table)
        }
        for index in indexes where !OwnTables.names.contains(index.table) {
            if declared[index.table]?.declares(index) == true { continue }
            objects.append(
                .init(.index, name: index.index.name, owner: index.table, definition: index.definition))
        }
        for view in views where declared[view: view.name] == nil {
            let options = view.options.map { " WITH (\($0))" } ?? ""
            let definition = "CREATE VIEW \(SQLText.identifier(view.name))\(options) AS \(view.query)"
            objects.append(
                .init(
                    .view, name: view.name, owner: view.name, definition: definition,
                    epilogue: view.epilogue.statements))
        }
        var found = UndeclaredObjects(
            objects: objects + (try triggers(connection, scope)),
            epilogues: epilogues(views.filter { declared[view: $0.name] != nil }))
        // Without subjects, nothing is altered.
        if subjects != nil { found.strangeViews = try strangeViews(views, declared, on: connection) }
        found.columnEpilogues = try columnEpilogues(connection, scope)
        for column in columns {
            guard let sequence = column.serialSequence else { continue }
            found.serials[column.table, default: [:]][column.column.name] = sequence
        }
        found.strangeDefaults = PostgreSQLLiveDefaults.strange(columns, declared)
        let dependencies = try PostgreSQLDependencies(of: declared, scope, connection)
        (found.dependents, found.partitioned) = (dependencies.dependents, dependencies.partitioned)
        return found
    }

    private static func views(
        _ connection: any Connection, _ scope: PostgreSQLCatalogScope
    ) throws(DatabaseError) -> [PostgreSQLViewReader.View] {
        var reader = try PostgreSQLViewReader(connection, scope)
        try reader.readEpilogues(connection, scope)
        return reader.views
    }

    /// Returns the statements that follow a declared view when it is made again. The view is made from its declaration, which
    /// can't express options.
    private static func epilogues(_ views: [PostgreSQLViewReader.View]) -> [String: ViewEpilogue] {
        var epilogues: [String: ViewEpilogue] = [:]
        for view in views {
            let options = view.options.map { ["ALTER VIEW \(SQLText.identifier(view.name)) SET (\($0))"] } ?? []
            epilogues[view.name] = view.epilogue
            epilogues[view.name]?.whole.insert(contentsOf: options, at: 0)
        }
        return epilogues
    }

    private static func undeclared(
        _ columns: [PostgreSQLColumnReader.Column], of table: Table
    ) -> [UndeclaredObjects.Object] {
        columns.filter { table[column: $0.column.name] == nil }.map { column in
            let definition = "\(SQLText.identifier(column.column.name)) \(column.declaredType)"
            return .init(.column, name: column.column.name, owner: table.name, definition: definition)
        }
    }

    private static func undeclared(
        _ constraints: [PostgreSQLConstraintReader.Constraint], of table: Table
    ) -> [UndeclaredObjects.Object] {
        let names = MentionedNames(table.columns.map(\.name))
        var unmatchedChecks = Dictionary(grouping: table.checks, by: \.name)
        return constraints.compactMap { constraint in
            if constraint.isDeclared(in: table, names, &unmatchedChecks) { return nil }
            let definition = "CONSTRAINT \(SQLText.identifier(constraint.name)) \(constraint.definition)"
            return .init(
                .constraint, name: constraint.name, owner: table.name, definition: definition,
                columns: constraint.neededColumns)
        }
    }

    /// Finds the triggers. A partition gets the triggers of its table together with the table, switched on or off as the table's are; the
    /// epilogue switches each as it was.
    static func triggers(
        _ connection: any Connection, _ scope: PostgreSQLCatalogScope
    ) throws(DatabaseError) -> [UndeclaredObjects.Object] {
        let rows = try connection.query(
            """
            WITH RECURSIVE family (root, state, own, level) AS (
                SELECT t.oid, t.tgenabled, t.oid, 0
                FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
                WHERE \(scope.relations)
                    AND NOT EXISTS (SELECT FROM pg_depend p WHERE p.classid = 'pg_trigger'::regclass AND p.objid = t.oid
                                    AND p.refclassid = 'pg_trigger'::regclass)
                UNION ALL
                SELECT f.root, f.state, d.objid, f.level + 1
                FROM family f JOIN pg_depend d ON d.refclassid = 'pg_trigger'::regclass AND d.refobjid = f.own
                    AND d.classid = 'pg_trigger'::regclass
            )
            SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid), obj_description(t.oid, 'pg_trigger'),
                CASE k.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS'
                    WHEN 'O' THEN CASE WHEN f.state <> 'O' THEN 'ENABLE' END END,
                CASE WHEN f.level > 0 THEN concat('ONLY ', k.tgrelid::regclass) END, k.tgname AS own
            FROM family f JOIN pg_trigger t ON t.oid = f.root JOIN pg_class c ON c.oid = t.tgrelid
                JOIN pg_trigger k ON k.oid = f.own
            WHERE f.level = 0 OR k.tgenabled <> 'O' OR f.state <> 'O'
            ORDER BY c.relname, t.tgname, f.level, k.tgrelid::regclass::text
            """)
        var triggers: [UndeclaredObjects.Object] = []
        for row in rows {
            let (trigger, owner) = (row[0].text ?? "", row[1].text ?? "")
            let (name, table) = (SQLText.identifier(trigger), SQLText.identifier(owner))
            if row[5].text == nil {
                let comment = row[3].text.map { "COMMENT ON TRIGGER \(name) ON \(table) IS \(SQLText.literal($0))" }
                triggers.append(
                    .init(
                        .trigger, name: trigger, owner: owner, definition: row[2].text ?? "",
                        epilogue: [comment].compactMap { $0 }))
            }
            guard let state = row[4].text else { continue }
            let statement =
                "ALTER TABLE \(row[5].text ?? table) \(state) TRIGGER \(SQLText.identifier(row[6].text ?? ""))"
            triggers[triggers.count - 1].epilogue.append(statement)
            if row[5].text == nil { triggers[triggers.count - 1].switchBack = statement }
        }
        return triggers
    }

    /// Returns the statements that follow a column when it is made again. `format` quotes names and texts as the server reads
    /// them (PostgreSQL's manual, section 9.4.1).
    private static func columnEpilogues(
        _ connection: any Connection, _ scope: PostgreSQLCatalogScope
    ) throws(DatabaseError) -> [String: [String: [ColumnEpilogue]]] {
        var epilogues: [String: [String: [ColumnEpilogue]]] = [:]
        let rows = try connection.query(
            """
            SELECT c.relname, a.attname, format('COMMENT ON COLUMN %I.', c.relname), format(' IS %L', d.description)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = a.attnum
            WHERE \(scope.tables)
            UNION ALL
            SELECT c.relname, a.attname, format('GRANT %s (', x.privilege_type), format(') ON %I TO %s%s', c.relname,
                coalesce(quote_ident(r.rolname), 'PUBLIC'), CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid CROSS JOIN LATERAL aclexplode(a.attacl) x
                LEFT JOIN pg_roles r ON r.oid = x.grantee
            WHERE \(scope.tables)
            """)
        for row in rows {
            epilogues[row[0].text ?? "", default: [:]][row[1].text ?? "", default: []]
                .append(.init(row[2].text ?? "", row[3].text ?? ""))
        }
        return epilogues
    }

    private static func requireNoTwins(_ connection: any Connection) throws(DatabaseError) {
        let rows = try connection.query(
            "SELECT relname FROM pg_class WHERE relnamespace = \(trusted: PostgreSQLCatalogScope.schema)")
        try SQLName.requireNoTwins(in: rows.compactMap { $0[0].text })
    }
}

/// A set of tables and views with its neighbours: the tables that refer to them, and the views that read any of these, directly
/// or through other views.
private struct Neighbourhood {
    private(set) var names: Set<String>
    private(set) var hasViews: Bool

    /// Makes the neighbourhood; `nil` if a name can't be told from its twin (`SQLName.requireNoTwins`) without a look at all
    /// names.
    init?(of subjects: Set<String>, _ declared: Schema, _ connection: any Connection) throws(DatabaseError) {
        guard subjects.allSatisfy({ $0.utf8.allSatisfy { (0x20..<0x7F).contains($0) } }) else { return nil }
        let found = try connection.query(Self.query(PostgreSQLCatalogScope(names: subjects)))
        names = subjects.union(declared.views(containingAnyWord: subjects).map(\.name)).union(
            found.compactMap { $0[0].text })
        hasViews = found.contains { $0[1].boolean == true }
        if names.contains(where: { $0.contains("\n") }) { return nil }
    }

    private static func query(_ scope: PostgreSQLCatalogScope) -> SQL {
        """
        WITH RECURSIVE near AS (
            SELECT c.oid, c.relname, c.relnamespace, c.relkind FROM pg_class c WHERE \(scope.relations)
            UNION
            SELECT v.oid, v.relname, v.relnamespace, v.relkind FROM near
                JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = near.oid
                    AND d.classid = 'pg_rewrite'::regclass
                JOIN pg_rewrite w ON w.oid = d.objid
                JOIN pg_class v ON v.oid = w.ev_class AND v.relkind = 'v' AND v.relnamespace = near.relnamespace
        )
        SELECT relname, relkind = 'v' FROM near
        UNION
        SELECT f.relname, false FROM near
            JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = near.oid
                AND d.classid = 'pg_constraint'::regclass
            JOIN pg_constraint k ON k.oid = d.objid AND k.confrelid = near.oid AND k.contype = 'f'
            JOIN pg_class f ON f.oid = k.conrelid AND f.relnamespace = near.relnamespace
        """
    }
}

extension Table {
    /// Returns whether the table declares an index of this name, and one that needs no fewer columns. One that was made again by hand
    /// and needs others would be dropped with them.
    fileprivate func declares(_ index: PostgreSQLIndexReader.Index) -> Bool {
        indexes.contains { $0.name == index.index.name && index.columns.allSatisfy($0.uses) }
    }
}

extension PostgreSQLConstraintReader.Constraint {
    /// Returns whether the table declares this constraint. PostgreSQL rewrites a check's text, so a check is matched by its name,
    /// or else by the columns that it names. A constraint of a declared name that needs further columns is not the declared one: it
    /// would be dropped with them.
    ///
    /// - Parameter unmatchedChecks: The table's checks that no constraint was matched with so far, by name.
    fileprivate func isDeclared(
        in table: Table, _ names: MentionedNames, _ unmatchedChecks: inout [String?: [Check]]
    ) -> Bool {
        switch kind {
        case .primaryKey: return table.primaryKey?.columns == columns && !includesColumns
        case .unique: return table.uniques.contains { $0.columns == columns } && !includesColumns
        case .foreignKey:
            return table.foreignKeys.contains {
                $0.columns == columns && $0.parent == parent && $0.parentColumns == parentColumns && acts(as: $0)
            }
        case .check:
            let own = Set(columns)
            if let named = unmatchedChecks[name]?.popLast() {
                return own.isSubset(of: names.mentioned(in: named.expression))
            }
            let unnamed = unmatchedChecks[nil] ?? []
            guard let found = unnamed.firstIndex(where: { Set(names.mentioned(in: $0.expression)) == own }) else {
                return false
            }
            unmatchedChecks[nil]?.remove(at: found)
            return true
        case .exclusion: return false
        }
    }

    /// Returns whether this foreign key does to rows what the declared one does. One that was made again by hand, say with ON DELETE
    /// CASCADE, would lose that if the declared one were made in its place.
    private func acts(as key: ForeignKey) -> Bool {
        onDelete == key.onDelete && onUpdate == key.onUpdate && isDeferred == key.isDeferred
            && isDeferrable == key.isDeferred && !matchesFully && !setsSomeColumns
    }
}
