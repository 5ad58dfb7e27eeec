extension SQLiteInspector {
    /// What the database holds beside `declared`, each with the text that makes it again, and every name that is taken.
    public static func surroundings(
        of declared: Schema, around subject: String? = nil, on connection: any Connection
    ) throws -> Surroundings {
        let live = try SQLiteCatalog.read(connection)
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
            objects += SQLiteUndeclaredParts(live: table, expected: expected).objects
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

/// The columns and constraints that a live table has beyond those that were expected.
private struct SQLiteUndeclaredParts {
    private(set) var objects: [Surroundings.Object] = []
    private let table: String

    init(live: SQLiteCatalog.Table, expected: SQLiteCatalog.Table) {
        table = live.name
        guard let text = SQLiteDDLParser.parse(live.sql), let other = SQLiteDDLParser.parse(expected.sql) else {
            return
        }
        for column in live.columns where expected.column(column.name) == nil {
            let definition = text.column(column.name)?.text ?? SQLText.identifier(column.name) + " " + column.type
            objects.append(.init(.column, name: column.name, owner: table, definition: definition))
        }
        add(text.checks.map { Self.check($0) }, beyond: other.checks.map { Self.check($0) })
        add(text.uniques.map { Self.unique($0, live) }, beyond: other.uniques.map { Self.unique($0, expected) })
        add(Self.foreignKeys(live, text), beyond: Self.foreignKeys(expected, other))
    }

    private struct Constraint {
        var name: String?
        /// The constraint without its name, in the form that is compared.
        var definition: String
    }

    private mutating func add(_ constraints: [Constraint], beyond expected: [Constraint]) {
        var rest = expected.map { SQLToken.canonical($0.definition) }
        for constraint in constraints {
            if let at = rest.firstIndex(of: SQLToken.canonical(constraint.definition)) {
                rest.remove(at: at)
                continue
            }
            let name = constraint.name ?? constraint.definition
            let prefix = constraint.name.map { "CONSTRAINT \(SQLText.identifier($0)) " } ?? ""
            objects.append(
                .init(.constraint, name: name, owner: table, definition: prefix + constraint.definition))
        }
    }

    private static func check(_ check: SQLiteTableDefinition.Check) -> Constraint {
        Constraint(name: check.name, definition: "CHECK (\(check.expression))")
    }

    private static func unique(_ key: SQLiteTableDefinition.Key, _ table: SQLiteCatalog.Table) -> Constraint {
        let columns = key.columns.map { table.column($0) ?? $0 }
        return Constraint(name: key.name, definition: "UNIQUE (\(SQLText.identifiers(columns)))")
    }

    private static func foreignKeys(
        _ table: SQLiteCatalog.Table, _ text: SQLiteTableDefinition
    ) -> [Constraint] {
        let names = text.foreignKeys.count == table.foreignKeys.count ? text.foreignKeys : []
        return table.foreignKeys.enumerated().map { at, key in
            let columns = key.columns.map { table.column($0) ?? $0 }
            let target = key.parentColumns.isEmpty ? "" : " (\(SQLText.identifiers(key.parentColumns)))"
            var definition = "FOREIGN KEY (\(SQLText.identifiers(columns)))"
            definition += " REFERENCES \(SQLText.identifier(key.parent))\(target)"
            if key.onDelete != .noAction { definition += " ON DELETE \(key.onDelete.rawValue)" }
            if key.onUpdate != .noAction { definition += " ON UPDATE \(key.onUpdate.rawValue)" }
            if names.indices.contains(at), names[at].isDeferred { definition += " DEFERRABLE INITIALLY DEFERRED" }
            return Constraint(name: names.indices.contains(at) ? names[at].name : nil, definition: definition)
        }
    }
}
