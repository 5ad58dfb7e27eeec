// Tables as JSON; see Coding.swift for the rule about defaults.

extension ForeignKey: Codable {
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

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encode(columns, forKey: .columns)
        try container.encode(parent, forKey: .parent)
        try container.encode(parentColumns, forKey: .parentColumns)
        if onDelete != .noAction { try container.encode(onDelete, forKey: .onDelete) }
        if onUpdate != .noAction { try container.encode(onUpdate, forKey: .onUpdate) }
        if isDeferred { try container.encode(true, forKey: .deferred) }
    }
}

extension Index.Part: Codable {
    private enum Keys: String, CodingKey { case column, expression, descending, collation }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        if let column = try container.decodeIfPresent(String.self, forKey: .column) {
            self.init(.column(column))
        } else {
            self.init(.expression(try container.decode(Expression.self, forKey: .expression)))
        }
        isDescending = try container.decodeIfPresent(Bool.self, forKey: .descending) ?? false
        collation = try container.decodeIfPresent(Collation.self, forKey: .collation)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch key {
        case .column(let name): try container.encode(name, forKey: .column)
        case .expression(let expression): try container.encode(expression, forKey: .expression)
        }
        if isDescending { try container.encode(true, forKey: .descending) }
        try container.encodeIfPresent(collation, forKey: .collation)
    }
}

extension Index: Codable {
    private enum Keys: String, CodingKey { case name, parts, unique, condition }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        self.init(
            name: try container.decodeIfPresent(String.self, forKey: .name) ?? "",
            parts: try container.decode([Part].self, forKey: .parts))
        isUnique = try container.decodeIfPresent(Bool.self, forKey: .unique) ?? false
        condition = try container.decodeIfPresent(Expression.self, forKey: .condition)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        if !name.isEmpty { try container.encode(name, forKey: .name) }
        try container.encode(parts, forKey: .parts)
        if isUnique { try container.encode(true, forKey: .unique) }
        try container.encodeIfPresent(condition, forKey: .condition)
    }
}

extension Table: Codable {
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

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(name, forKey: .name)
        try container.encode(columns, forKey: .columns)
        try container.encodeIfPresent(primaryKey, forKey: .primaryKey)
        if !uniques.isEmpty { try container.encode(uniques, forKey: .uniques) }
        if !checks.isEmpty { try container.encode(checks, forKey: .checks) }
        if !foreignKeys.isEmpty { try container.encode(foreignKeys, forKey: .foreignKeys) }
        if !indexes.isEmpty { try container.encode(indexes, forKey: .indexes) }
    }
}
