// Operations as JSON: one object with one key, the operation's name; see Coding.swift for the rule about defaults.

extension Operation: Codable {
    private enum Keys: String, CodingKey {
        case createTable = "create_table", dropTable = "drop_table", renameTable = "rename_table"
        case alterTable = "alter_table", createView = "create_view", dropView = "drop_view", run
        case to, changes
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        if let table = try container.decodeIfPresent(Table.self, forKey: .createTable) {
            self = .createTable(table)
        } else if let name = try container.decodeIfPresent(String.self, forKey: .dropTable) {
            self = .dropTable(name)
        } else if let name = try container.decodeIfPresent(String.self, forKey: .renameTable) {
            self = .renameTable(name, to: try container.decode(String.self, forKey: .to))
        } else if let name = try container.decodeIfPresent(String.self, forKey: .alterTable) {
            self = .alterTable(name, try container.decode([Change].self, forKey: .changes))
        } else if let view = try container.decodeIfPresent(View.self, forKey: .createView) {
            self = .createView(view)
        } else if let name = try container.decodeIfPresent(String.self, forKey: .dropView) {
            self = .dropView(name)
        } else {
            self = .run(try container.decode(Script.self, forKey: .run))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .createTable(let table): try container.encode(table, forKey: .createTable)
        case .dropTable(let name): try container.encode(name, forKey: .dropTable)
        case .renameTable(let old, let new):
            try container.encode(old, forKey: .renameTable)
            try container.encode(new, forKey: .to)
        case .alterTable(let name, let changes):
            try container.encode(name, forKey: .alterTable)
            try container.encode(changes, forKey: .changes)
        case .createView(let view): try container.encode(view, forKey: .createView)
        case .dropView(let name): try container.encode(name, forKey: .dropView)
        case .run(let script): try container.encode(script, forKey: .run)
        }
    }
}

extension Script: Codable {
    private enum Keys: String, CodingKey { case up, undo }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        self.init(
            try container.decode(Expression.self, forKey: .up),
            undo: try container.decodeIfPresent(Undo.self, forKey: .undo) ?? .nothing)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(up, forKey: .up)
        if undo != .nothing { try container.encode(undo, forKey: .undo) }
    }
}

extension Undo: Codable {
    private enum Keys: String, CodingKey { case script, impossible }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        if let script = try container.decodeIfPresent(Expression.self, forKey: .script) {
            self = .script(script)
        } else if let reason = try container.decodeIfPresent(String.self, forKey: .impossible) {
            self = .impossible(because: reason)
        } else {
            self = .nothing
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .script(let expression): try container.encode(expression, forKey: .script)
        case .nothing: break
        case .impossible(let reason): try container.encode(reason, forKey: .impossible)
        }
    }
}

extension Change: Codable {
    private enum Keys: String, CodingKey {
        case addColumn = "add_column", dropColumn = "drop_column", renameColumn = "rename_column"
        case changeColumn = "change_column", addIndex = "add_index", dropIndex = "drop_index"
        case addPrimaryKey = "add_primary_key", dropPrimaryKey = "drop_primary_key", addUnique = "add_unique"
        case dropUnique = "drop_unique", addCheck = "add_check", dropCheck = "drop_check"
        case addForeignKey = "add_foreign_key", dropForeignKey = "drop_foreign_key"
        case filling, to, facets
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        guard let key = container.allKeys.first(where: { ![.filling, .to, .facets].contains($0) }) else {
            throw decoder.corrupted("a change without a name")
        }
        switch key {
        case .addColumn:
            self = .addColumn(
                try container.decode(Column.self, forKey: key),
                filling: try container.decodeIfPresent(Default.self, forKey: .filling))
        case .dropColumn: self = .dropColumn(try container.decode(String.self, forKey: key))
        case .renameColumn:
            self = .renameColumn(
                try container.decode(String.self, forKey: key), to: try container.decode(String.self, forKey: .to))
        case .changeColumn:
            self = .changeColumn(
                try container.decode(String.self, forKey: key), try container.decode([Facet].self, forKey: .facets))
        case .addIndex: self = .addIndex(try container.decode(Index.self, forKey: key))
        case .dropIndex: self = .dropIndex(try container.decode(String.self, forKey: key))
        case .addPrimaryKey: self = .addPrimaryKey(try container.decode(PrimaryKey.self, forKey: key))
        case .dropPrimaryKey: self = .dropPrimaryKey
        case .addUnique: self = .addUnique(try container.decode(Unique.self, forKey: key))
        case .dropUnique: self = .dropUnique(try container.decode(String.self, forKey: key))
        case .addCheck: self = .addCheck(try container.decode(Check.self, forKey: key))
        case .dropCheck: self = .dropCheck(try container.decode(String.self, forKey: key))
        case .addForeignKey: self = .addForeignKey(try container.decode(ForeignKey.self, forKey: key))
        case .dropForeignKey: self = .dropForeignKey(try container.decode(String.self, forKey: key))
        case .filling, .to, .facets: throw decoder.corrupted("a change without a name")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .addColumn(let column, let fill):
            try container.encode(column, forKey: .addColumn)
            try container.encodeIfPresent(fill, forKey: .filling)
        case .dropColumn(let name): try container.encode(name, forKey: .dropColumn)
        case .renameColumn(let old, let new):
            try container.encode(old, forKey: .renameColumn)
            try container.encode(new, forKey: .to)
        case .changeColumn(let name, let facets):
            try container.encode(name, forKey: .changeColumn)
            try container.encode(facets, forKey: .facets)
        case .addIndex(let index): try container.encode(index, forKey: .addIndex)
        case .dropIndex(let name): try container.encode(name, forKey: .dropIndex)
        case .addPrimaryKey(let key): try container.encode(key, forKey: .addPrimaryKey)
        case .dropPrimaryKey: try container.encode(true, forKey: .dropPrimaryKey)
        case .addUnique(let unique): try container.encode(unique, forKey: .addUnique)
        case .dropUnique(let name): try container.encode(name, forKey: .dropUnique)
        case .addCheck(let check): try container.encode(check, forKey: .addCheck)
        case .dropCheck(let name): try container.encode(name, forKey: .dropCheck)
        case .addForeignKey(let key): try container.encode(key, forKey: .addForeignKey)
        case .dropForeignKey(let name): try container.encode(name, forKey: .dropForeignKey)
        }
    }
}

extension Facet: Codable {
    private enum Keys: String, CodingKey { case type, using, undo, nullable, filling, `default`, generated, collation }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        if container.contains(.type) {
            self = .type(
                try container.decode(ColumnType.self, forKey: .type),
                using: try container.decodeIfPresent(Expression.self, forKey: .using),
                undo: try container.decodeIfPresent(Expression.self, forKey: .undo))
        } else if container.contains(.nullable) {
            self = .nullable(
                try container.decode(Bool.self, forKey: .nullable),
                filling: try container.decodeIfPresent(Default.self, forKey: .filling))
        } else if container.contains(.default) {
            self = .default(try container.decodeIfPresent(Default.self, forKey: .default))
        } else if container.contains(.generated) {
            self = .generated(try container.decodeIfPresent(Generated.self, forKey: .generated))
        } else {
            self = .collation(try container.decodeIfPresent(Collation.self, forKey: .collation))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .type(let type, let using, let undo):
            try container.encode(type, forKey: .type)
            try container.encodeIfPresent(using, forKey: .using)
            try container.encodeIfPresent(undo, forKey: .undo)
        case .nullable(let flag, let fill):
            try container.encode(flag, forKey: .nullable)
            try container.encodeIfPresent(fill, forKey: .filling)
        case .default(let value): try container.encode(value, forKey: .default)
        case .generated(let value): try container.encode(value, forKey: .generated)
        case .collation(let value): try container.encode(value, forKey: .collation)
        }
    }
}
