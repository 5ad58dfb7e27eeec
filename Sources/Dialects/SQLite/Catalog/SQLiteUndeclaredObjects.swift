extension SQLiteInspector {
    /// Returns the objects that the database holds beside `declared`, each with the text that creates it again: all of them, or
    /// those that concern `subjects`.
    package static func undeclaredObjects(
        of declared: Schema, around subjects: Set<String>? = nil, on connection: any Connection
    ) throws -> UndeclaredObjects {
        let names = subjects.map { $0.union(declared.views(containingAnyWord: $0).map(\.name)) }
        let live = try SQLiteCatalog.read(connection, about: names)
        try SQLName.requireNoTwins(in: live.objects.map(\.name))
        for table in live.tables { try SQLName.requireNoTwins(in: table.columns.map(\.name)) }
        let expected = Schema(tables: live.tables.compactMap { declared[$0.name] })
        let scratch = try withScratch(expected) { connection throws(DatabaseError) in try SQLiteCatalog.read(connection)
        }
        var undeclared = undeclaredObjects(of: declared, live: live, scratch: scratch)
        let dependents = SQLiteDependents(of: declared, in: live)
        undeclared.dependents = dependents.all
        undeclared.columnEpilogues = dependents.fullTextEpilogues
        let drafts = try connection.query(
            """
            SELECT name FROM sqlite_master WHERE name LIKE 'tc\\_new%' ESCAPE '\\' OR name LIKE 'tc\\_moving%' ESCAPE '\\'
            """)
        undeclared.takenNames = Set(drafts.compactMap { $0[0].text })
        return undeclared
    }

    /// `scratch` is what SQLite says of the declared tables when nothing else is there: checks and keys that the dialect adds by
    /// itself, such as a boolean's, are no surprise then.
    static func undeclaredObjects(of declared: Schema, live: SQLiteCatalog, scratch: SQLiteCatalog) -> UndeclaredObjects
    {
        let expected = Dictionary(scratch.tables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var objects: [UndeclaredObjects.Object] = []
        var strangeDefaults: [String: [String: String?]] = [:]
        var strangeExpressions: [String: Set<String>] = [:]
        for table in live.tables {
            guard let expected = expected[table.name] else { continue }
            let parts = SQLiteUndeclaredParts(live: table, expected: expected, declared: declared[table.name])
            objects += parts.objects
            if !parts.strangeDefaults.isEmpty { strangeDefaults[table.name] = parts.strangeDefaults }
            if !parts.strangeExpressions.isEmpty { strangeExpressions[table.name] = parts.strangeExpressions }
        }
        // Only tables that have undeclared objects are looked up, because the declared schema may be large.
        let owners = Set(live.objects.filter { $0.kind == .index }.map(\.table))
        let indexes = Dictionary(
            owners.map { ($0, Set((declared[$0]?.indexes ?? []).map(\.name))) }, uniquingKeysWith: { first, _ in first }
        )
        for kind in [SQLiteCatalog.Object.Kind.index, .view, .trigger] {
            for object in live.objects where object.kind == kind && !OwnTables.names.contains(object.table) {
                guard !declared.declares(object, indexes), let made = UndeclaredObjects.Object(object) else { continue }
                objects.append(made)
            }
        }
        var undeclared = UndeclaredObjects(objects: objects)
        undeclared.strangeViews = strangeViews(of: declared, live: live)
        undeclared.strangeDefaults = strangeDefaults
        undeclared.strangeExpressions = strangeExpressions
        return undeclared
    }
}

extension SQLiteInspector {
    /// Returns the declared views that somebody has made with another query, by name, each with the statement that makes it so again.
    private static func strangeViews(of declared: Schema, live: SQLiteCatalog) -> [String: String] {
        let names = SQLiteViewNames(live)
        func meaning(_ text: String, _ view: String) -> String? {
            SQLiteViewDefinition.query(of: text, view: view).map { query in
                SQLiteExpression(names: names.names(in: query) + [view]).meaning(query)
            }
        }
        var strange: [String: String] = [:]
        for object in live.objects where object.kind == .view {
            guard let view = declared[view: object.name], let text = object.sql, let here = meaning(text, view.name),
                let statement = try? DDL.create(view, over: declared, in: SQLiteDialect()),
                let there = meaning(statement, view.name), here != there
            else { continue }
            strange[view.name] = text
        }
        return strange
    }
}

extension Schema {
    fileprivate func declares(_ object: SQLiteCatalog.Object, _ indexes: [String: Set<String>]) -> Bool {
        switch object.kind {
        case .index: indexes[object.table]?.contains(object.name) ?? false
        case .view: self[view: object.name] != nil
        case .table, .trigger: false
        }
    }
}

extension UndeclaredObjects.Object {
    /// Creates the value; returns `nil` for a table, and for an object that SQLite created on its own.
    fileprivate init?(_ object: SQLiteCatalog.Object) {
        guard let kind = Kind(object.kind), let sql = object.sql else { return nil }
        self.init(kind, name: object.name, owner: object.table, definition: sql)
    }
}

extension UndeclaredObjects.Object.Kind {
    fileprivate init?(_ kind: SQLiteCatalog.Object.Kind) {
        switch kind {
        case .index: self = .index
        case .view: self = .view
        case .trigger: self = .trigger
        case .table: return nil
        }
    }
}
