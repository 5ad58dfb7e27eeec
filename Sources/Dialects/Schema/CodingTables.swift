// Tables as JSON; see Coding.swift for the rule about defaults.

extension ForeignKey: CanonicallyCodable {
    private enum Keys: String, CodingKey {
        case name, columns, parent, parentColumns = "parent_columns", onDelete = "on_delete", onUpdate = "on_update",
            deferred
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        self.init(
            try container.decode([String].self, forKey: .columns),
            to: try container.decode(String.self, forKey: .parent),
            try container.decode([String].self, forKey: .parentColumns),
            name: try container.decodeIfPresent(String.self, forKey: .name))
        onDelete = try container.decodeIfPresent(Action.self, forKey: .onDelete) ?? .noAction
        onUpdate = try container.decodeIfPresent(Action.self, forKey: .onUpdate) ?? .noAction
        isDeferred = try container.decodeIfPresent(Bool.self, forKey: .deferred) ?? false
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        members[.name] = name?.canonicalJSON
        members[.columns] = columns.canonicalJSON
        members[.parent] = parent.canonicalJSON
        members[.parentColumns] = parentColumns.canonicalJSON
        if onDelete != .noAction { members[.onDelete] = .string(onDelete.rawValue) }
        if onUpdate != .noAction { members[.onUpdate] = .string(onUpdate.rawValue) }
        if isDeferred { members[.deferred] = .boolean(true) }
        return members.json
    }
}

extension Index.Part: CanonicallyCodable {
    private enum Keys: String, CodingKey { case column, expression, descending, collation }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        if let column = try container.decodeIfPresent(String.self, forKey: .column) {
            self.init(.column(column))
        } else {
            self.init(.expression(try container.decode(SQLExpression.self, forKey: .expression)))
        }
        isDescending = try container.decodeIfPresent(Bool.self, forKey: .descending) ?? false
        collation = try container.decodeIfPresent(Collation.self, forKey: .collation)
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        switch key {
        case .column(let name): members[.column] = name.canonicalJSON
        case .expression(let expression): members[.expression] = expression.canonicalJSON
        }
        if isDescending { members[.descending] = .boolean(true) }
        members[.collation] = collation?.canonicalJSON
        return members.json
    }
}

extension Index: CanonicallyCodable {
    private enum Keys: String, CodingKey { case name, parts, unique, condition }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        self.init(
            name: try container.decodeIfPresent(String.self, forKey: .name) ?? "",
            parts: try container.decode([Part].self, forKey: .parts))
        isUnique = try container.decodeIfPresent(Bool.self, forKey: .unique) ?? false
        condition = try container.decodeIfPresent(SQLExpression.self, forKey: .condition)
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        if !name.isEmpty { members[.name] = name.canonicalJSON }
        members[.parts] = parts.canonicalJSON
        if isUnique { members[.unique] = .boolean(true) }
        members[.condition] = condition?.canonicalJSON
        return members.json
    }
}

extension Table: CanonicallyCodable {
    private enum Keys: String, CodingKey {
        case name, columns, primaryKey = "primary_key", uniques, checks, foreignKeys = "foreign_keys", indexes
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        self.init(name: try container.decode(String.self, forKey: .name))
        columns = try container.decode([Column].self, forKey: .columns)
        primaryKey = try container.decodeIfPresent(PrimaryKey.self, forKey: .primaryKey)
        uniques = try container.decodeIfPresent([Unique].self, forKey: .uniques) ?? []
        checks = try container.decodeIfPresent([Check].self, forKey: .checks) ?? []
        foreignKeys = try container.decodeIfPresent([ForeignKey].self, forKey: .foreignKeys) ?? []
        indexes = try container.decodeIfPresent([Index].self, forKey: .indexes) ?? []
    }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        members[.name] = name.canonicalJSON
        members[.columns] = columns.canonicalJSON
        members[.primaryKey] = primaryKey?.canonicalJSON
        if !uniques.isEmpty { members[.uniques] = uniques.canonicalJSON }
        if !checks.isEmpty { members[.checks] = checks.canonicalJSON }
        if !foreignKeys.isEmpty { members[.foreignKeys] = foreignKeys.canonicalJSON }
        if !indexes.isEmpty { members[.indexes] = indexes.canonicalJSON }
        return members.json
    }
}

extension PrimaryKey: CanonicallyCodable {
    private enum Keys: String, CodingKey { case name, columns }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        members[.name] = name?.canonicalJSON
        members[.columns] = columns.canonicalJSON
        return members.json
    }
}

extension Unique: CanonicallyCodable {
    private enum Keys: String, CodingKey { case name, columns }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        members[.name] = name?.canonicalJSON
        members[.columns] = columns.canonicalJSON
        return members.json
    }
}

extension Check: CanonicallyCodable {
    private enum Keys: String, CodingKey { case name, expression }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        members[.name] = name?.canonicalJSON
        members[.expression] = expression.canonicalJSON
        return members.json
    }
}

extension View: CanonicallyCodable {
    private enum Keys: String, CodingKey { case name, query }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        members[.name] = name.canonicalJSON
        members[.query] = query.canonicalJSON
        return members.json
    }
}

extension Generated: CanonicallyCodable {
    private enum Keys: String, CodingKey { case expression, storage }

    package var canonicalJSON: JSON {
        var members = JSONMembers<Keys>()
        members[.expression] = expression.canonicalJSON
        members[.storage] = .string(storage.rawValue)
        return members.json
    }
}
