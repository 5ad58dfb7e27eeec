// Operations as JSON: one object with one key, the operation's name; see Coding.swift for the rule about defaults.

extension SchemaOperation: CanonicallyCodable {
    private enum Keys: String, CodingKey {
        case createTable = "create_table", dropTable = "drop_table", renameTable = "rename_table"
        case alterTable = "alter_table", createView = "create_view", dropView = "drop_view", run
        case runSwift = "run_swift"
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
        } else if let name = try container.decodeIfPresent(String.self, forKey: .runSwift) {
            self = .runSwift(DataStep(named: name))
        } else {
            self = .run(try container.decode(Script.self, forKey: .run))
        }
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        switch self {
        case .createTable(let table): members[.createTable] = table.canonicalJSON
        case .dropTable(let name): members[.dropTable] = name.canonicalJSON
        case .renameTable(let old, let new):
            members[.renameTable] = old.canonicalJSON
            members[.to] = new.canonicalJSON
        case .alterTable(let name, let changes):
            members[.alterTable] = name.canonicalJSON
            members[.changes] = changes.canonicalJSON
        case .createView(let view): members[.createView] = view.canonicalJSON
        case .dropView(let name): members[.dropView] = name.canonicalJSON
        case .run(let script): members[.run] = script.canonicalJSON
        case .runSwift(let step): members[.runSwift] = step.name.canonicalJSON
        }
        return members.json
    }
}

extension Script: CanonicallyCodable {
    private enum Keys: String, CodingKey { case up, undo }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        self.init(
            try container.decode(SQLExpression.self, forKey: .up),
            undo: try container.decodeIfPresent(Undo.self, forKey: .undo) ?? .nothing)
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        members[.up] = up.canonicalJSON
        if undo != .nothing { members[.undo] = undo.canonicalJSON }
        return members.json
    }
}

extension Undo: CanonicallyCodable {
    private enum Keys: String, CodingKey { case script, impossible }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        if let script = try container.decodeIfPresent(SQLExpression.self, forKey: .script) {
            self = .script(script)
        } else if let reason = try container.decodeIfPresent(String.self, forKey: .impossible) {
            self = .impossible(because: reason)
        } else {
            self = .nothing
        }
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        switch self {
        case .script(let expression): members[.script] = expression.canonicalJSON
        case .nothing: break
        case .impossible(let reason): members[.impossible] = reason.canonicalJSON
        }
        return members.json
    }
}

extension Change: CanonicallyCodable {
    private enum Keys: String, CodingKey {
        case addColumn = "add_column", dropColumn = "drop_column", renameColumn = "rename_column"
        case changeColumn = "change_column", addIndex = "add_index", dropIndex = "drop_index"
        case addPrimaryKey = "add_primary_key", dropPrimaryKey = "drop_primary_key", addUnique = "add_unique"
        case dropUnique = "drop_unique", addCheck = "add_check", dropCheck = "drop_check"
        case addForeignKey = "add_foreign_key", dropForeignKey = "drop_foreign_key"
        case renameIndex = "rename_index", renameConstraint = "rename_constraint"
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
        case .dropColumn:
            self = .dropColumn(
                try container.decode(String.self, forKey: key),
                undoFilling: try container.decodeIfPresent(Default.self, forKey: .filling))
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
        case .renameIndex:
            self = .renameIndex(
                try container.decode(String.self, forKey: key), to: try container.decode(String.self, forKey: .to))
        case .renameConstraint:
            self = .renameConstraint(
                try container.decode(String.self, forKey: key), to: try container.decode(String.self, forKey: .to))
        case .filling, .to, .facets: throw decoder.corrupted("a change without a name")
        }
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        switch self {
        case .addColumn(let column, let fill):
            members[.addColumn] = column.canonicalJSON
            members[.filling] = fill?.canonicalJSON
        case .dropColumn(let name, let fill):
            members[.dropColumn] = name.canonicalJSON
            members[.filling] = fill?.canonicalJSON
        case .renameColumn(let old, let new):
            members[.renameColumn] = old.canonicalJSON
            members[.to] = new.canonicalJSON
        case .changeColumn(let name, let facets):
            members[.changeColumn] = name.canonicalJSON
            members[.facets] = facets.canonicalJSON
        case .addIndex(let index): members[.addIndex] = index.canonicalJSON
        case .dropIndex(let name): members[.dropIndex] = name.canonicalJSON
        case .addPrimaryKey(let key): members[.addPrimaryKey] = key.canonicalJSON
        case .dropPrimaryKey: members[.dropPrimaryKey] = .boolean(true)
        case .addUnique(let unique): members[.addUnique] = unique.canonicalJSON
        case .dropUnique(let name): members[.dropUnique] = name.canonicalJSON
        case .addCheck(let check): members[.addCheck] = check.canonicalJSON
        case .dropCheck(let name): members[.dropCheck] = name.canonicalJSON
        case .addForeignKey(let key): members[.addForeignKey] = key.canonicalJSON
        case .dropForeignKey(let name): members[.dropForeignKey] = name.canonicalJSON
        case .renameIndex(let old, let new):
            members[.renameIndex] = old.canonicalJSON
            members[.to] = new.canonicalJSON
        case .renameConstraint(let old, let new):
            members[.renameConstraint] = old.canonicalJSON
            members[.to] = new.canonicalJSON
        }
        return members.json
    }
}

extension Facet: CanonicallyCodable {
    private enum Keys: String, CodingKey { case type, using, undo, nullable, filling, `default`, generated, collation }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        if container.contains(.type) {
            self = .type(
                try container.decode(ColumnType.self, forKey: .type),
                using: try container.decodeIfPresent(SQLExpression.self, forKey: .using),
                undo: try container.decodeIfPresent(SQLExpression.self, forKey: .undo))
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

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        switch self {
        case .type(let type, let using, let undo):
            members[.type] = type.canonicalJSON
            members[.using] = using?.canonicalJSON
            members[.undo] = undo?.canonicalJSON
        case .nullable(let flag, let fill):
            members[.nullable] = .boolean(flag)
            members[.filling] = fill?.canonicalJSON
        case .default(let value): members[.default] = value?.canonicalJSON ?? .null
        case .generated(let value): members[.generated] = value?.canonicalJSON ?? .null
        case .collation(let value): members[.collation] = value?.canonicalJSON ?? .null
        }
        return members.json
    }
}
