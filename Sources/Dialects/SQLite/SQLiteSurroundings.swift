extension SQLiteInspector {
    /// What the database holds beside `declared`, each with the text that makes it again, and every name that is taken.
    public static func surroundings(
        of declared: Schema, around subject: String? = nil, on connection: any Connection
    ) throws -> Surroundings {
        let live = try SQLiteCatalog.read(connection)
        try SQLName.requireNoTwins(in: live.objects.map(\.name))
        for table in live.tables { try SQLName.requireNoTwins(in: table.columns.map(\.name)) }
        let scratch = try withScratch(declared) { connection throws(DatabaseError) in try SQLiteCatalog.read(connection)
        }
        var surroundings = surroundings(of: declared, live: live, scratch: scratch)
        surroundings.dependents = try SQLiteDependents(of: declared, in: live).read(around: subject) { table in
            try connection.queryValue("SELECT count(*) FROM \(identifier: table)")?.integer ?? 0
        }
        return surroundings
    }

    /// `scratch` is what SQLite says of `declared` when nothing else is there: checks and keys that the dialect adds by
    /// itself, such as a boolean's, are no surprise then.
    static func surroundings(of declared: Schema, live: SQLiteCatalog, scratch: SQLiteCatalog) -> Surroundings {
        let indexes = Set(declared.tables.flatMap { $0.indexes.map(\.name) })
        let views = Set(declared.views.map(\.name))
        var objects: [Surroundings.Object] = []
        for table in live.tables {
            guard let expected = scratch.tables.first(where: { $0.name == table.name }) else { continue }
            objects += SQLiteUndeclaredParts(live: table, expected: expected, declared: declared[table.name]).objects
        }
        for kind in ["index", "view", "trigger"] {
            for object in live.objects where object.kind == kind && !OwnTables.names.contains(object.table) {
                let isDeclared = kind == "index" ? indexes.contains(object.name) : views.contains(object.name)
                guard kind == "trigger" || !isDeclared, let made = Surroundings.Object(object) else { continue }
                objects.append(made)
            }
        }
        let relations = live.objects.filter { $0.kind != "trigger" }
        return Surroundings(objects: objects, takenNames: Set(relations.map(\.name)))
    }
}

extension Surroundings.Object {
    /// `nil` for what SQLite made by itself.
    fileprivate init?(_ object: SQLiteCatalog.Object) {
        guard let kind = Kind(rawValue: object.kind), let sql = object.sql else { return nil }
        self.init(kind, name: object.name, owner: object.table, definition: sql)
    }
}
