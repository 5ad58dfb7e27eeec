/// Renders the result of an inspection as one JSON document, with keys in snake_case and always in the same order.
public enum SchemaAsJSON {
    /// Returns `{"version": 1, "tables": […], "views": […], "not_carried": […]}`. A native expression is an object with a text
    /// for each database; every other expression is a string.
    public static func render(_ inspection: Inspection) -> String {
        let schema = inspection.schema
        let document: JSON = .object([
            ("version", .integer(1)),
            ("tables", .array(schema.tables.map { table($0, inspection) })),
            ("views", .array(schema.views.map(view))),
            ("not_carried", .array(inspection.omitted.map(\.document))),
        ])
        return document.rendered() + "\n"
    }

    private static func table(_ table: Table, _ inspection: Inspection) -> JSON {
        let types = inspection.declaredTypes[table.name] ?? [:]
        return .object([
            ("name", .string(table.name)),
            ("columns", .array(table.columns.map { column($0, declaredType: types[$0.name]) })),
            ("primary_key", table.primaryKey.map { key(name: $0.name, columns: $0.columns) } ?? .null),
            ("uniques", .array(table.uniques.map { key(name: $0.name, columns: $0.columns) })),
            ("checks", .array(table.checks.map(check))),
            ("foreign_keys", .array(table.foreignKeys.map(foreignKey))),
            ("indexes", .array(table.indexes.map(index))),
            ("rowid_alias", optional(inspection.rowidAliases[table.name])),
            ("last_number", inspection.sequences[table.name].map { .integer($0) } ?? .null),
        ])
    }

    private static func column(_ column: Column, declaredType: String?) -> JSON {
        .object([
            ("name", .string(column.name)),
            ("type", .string(column.type.description)),
            ("declared_type", optional(declaredType)),
            ("nullable", .boolean(column.isNullable)),
            ("default", column.default.map(value) ?? .null),
            ("generated", column.generated.map(generated) ?? .null),
            ("identity", .boolean(column.isIdentity)),
            ("collation", column.collation.map(collation) ?? .null),
        ])
    }

    private static func generated(_ generated: Generated) -> JSON {
        .object([("expression", expression(generated.expression)), ("storage", .string(generated.storage.rawValue))])
    }

    private static func key(name: String?, columns: [String]) -> JSON {
        .object([("name", optional(name)), ("columns", strings(columns))])
    }

    private static func check(_ check: Check) -> JSON {
        .object([("name", optional(check.name)), ("expression", expression(check.expression))])
    }

    private static func foreignKey(_ key: ForeignKey) -> JSON {
        .object([
            ("name", optional(key.name)),
            ("columns", strings(key.columns)),
            ("parent", .string(key.parent)),
            ("parent_columns", strings(key.parentColumns)),
            ("on_delete", .string(word(key.onDelete))),
            ("on_update", .string(word(key.onUpdate))),
            ("deferred", .boolean(key.isDeferred)),
        ])
    }

    private static func index(_ index: Index) -> JSON {
        .object([
            ("name", .string(index.name)),
            ("parts", .array(index.parts.map(part))),
            ("unique", .boolean(index.isUnique)),
            ("where", index.condition.map(expression) ?? .null),
        ])
    }

    private static func part(_ part: Index.Part) -> JSON {
        let key: (String, JSON) =
            switch part.key {
            case .column(let name): ("column", .string(name))
            case .expression(let text): ("expression", expression(text))
            }
        return .object([
            key, ("descending", .boolean(part.isDescending)), ("collation", part.collation.map(collation) ?? .null),
        ])
    }

    private static func view(_ view: View) -> JSON {
        .object([("name", .string(view.name)), ("query", expression(view.query))])
    }

    // MARK: Values

    private static func value(_ value: Default) -> JSON {
        switch value {
        case .text(let text): .string(text)
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .boolean(let flag): .boolean(flag)
        case .json(let text): .object([("json", .string(text))])
        case .now: .object([("function", .string("now"))])
        case .today: .object([("function", .string("today"))])
        case .uuid: .object([("function", .string("uuid"))])
        case .expression(let text): .object([("expression", expression(text))])
        }
    }

    private static func expression(_ expression: SQLExpression) -> JSON {
        switch expression {
        case .sql(let text): .string(text)
        case .native(let sqlite, let postgresql): native(sqlite, postgresql)
        }
    }

    private static func collation(_ collation: Collation) -> JSON {
        switch collation {
        case .nocase: .string("nocase")
        case .binary: .string("binary")
        case .native(let sqlite, let postgresql): native(sqlite, postgresql)
        }
    }

    private static func native(_ sqlite: String, _ postgresql: String) -> JSON {
        .object([("sqlite", .string(sqlite)), ("postgresql", .string(postgresql))])
    }

    private static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    private static func strings(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    private static func word(_ action: ForeignKey.Action) -> String {
        action.rawValue.lowercased().replacing(" ", with: "_")
    }
}
