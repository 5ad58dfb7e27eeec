// Whoever declares a schema needs its nouns as well: one import brings both.
@_exported import Dialects

/// The control flow that every list-building vocabulary here shares: sequence, `if`, `for`.
public protocol ListBuilder { associatedtype Element }

extension ListBuilder {
    public static func buildBlock(_ parts: [Element]...) -> [Element] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [Element]?) -> [Element] { part ?? [] }
    public static func buildEither(first part: [Element]) -> [Element] { part }
    public static func buildEither(second part: [Element]) -> [Element] { part }
    public static func buildArray(_ parts: [[Element]]) -> [Element] { parts.flatMap { $0 } }
}

/// What may stand in `Schema { … }`.
@resultBuilder public enum SchemaBuilder: ListBuilder {
    public typealias Element = SchemaPart
    public static func buildExpression(_ table: Table) -> [SchemaPart] { [.table(table)] }
    public static func buildExpression(_ view: View) -> [SchemaPart] { [.view(view)] }
}

public enum SchemaPart: Sendable {
    case table(Table)
    case view(View)
}

/// What may stand in `Table("…") { … }` and `CreateTable("…") { … }`.
@resultBuilder public enum TableBuilder: ListBuilder {
    public typealias Element = TablePart
    public static func buildExpression(_ part: some TablePartConvertible) -> [TablePart] { part.tableParts }
}

public enum TablePart: Sendable {
    case column(Column)
    case primaryKey(PrimaryKey)
    case unique(Unique)
    case check(Check)
    case foreignKey(ForeignKey)
    case index(Index)
}

public protocol TablePartConvertible { var tableParts: [TablePart] { get } }

/// What may stand in `AlterTable("…") { … }`.
@resultBuilder public enum AlterBuilder: ListBuilder {
    public typealias Element = any ChangeVerb
    public static func buildExpression(_ verb: some ChangeVerb) -> [any ChangeVerb] { [verb] }
    @available(*, unavailable, message: "the table already exists here: write AddColumn(…)")
    public static func buildExpression(_ column: some DescribesColumn<ColumnSpec>) -> [any ChangeVerb] { [] }
    @available(*, unavailable, message: "the table already exists here: write AddIndex(…)")
    public static func buildExpression(_ index: Index) -> [any ChangeVerb] { [] }
}

/// What may stand in `Migration("…") { … }`.
@resultBuilder public enum MigrationBuilder: ListBuilder {
    public typealias Element = Operation
    public static func buildExpression(_ verb: some OperationVerb) -> [Operation] { [verb.operation] }
}

/// What may stand in `History { … }`.
@resultBuilder public enum HistoryBuilder: ListBuilder {
    public typealias Element = Migration
    public static func buildExpression(_ migration: Migration) -> [Migration] { [migration] }
}

extension Schema {
    /// A schema as it stands: tables and views, every unnamed key and index given its derived name. Throws nothing: what
    /// makes no sense is refused when the schema is compared with its history or compiled to SQL.
    public init(@SchemaBuilder _ parts: () -> [SchemaPart]) {
        var tables: [Table] = []
        var views: [View] = []
        for part in parts() {
            switch part {
            case .table(let table): tables.append((try? table.named()) ?? table)
            case .view(let view): views.append(view)
            }
        }
        self.init(tables: tables, views: views)
    }
}

extension Table {
    public init(_ name: String, @TableBuilder _ parts: () -> [TablePart]) {
        self.init(name: name)
        for part in parts() {
            switch part {
            case .column(let column): columns.append(column)
            case .primaryKey(let key) where primaryKey != nil: furtherPrimaryKeys.append(key)
            case .primaryKey(let key): primaryKey = key
            case .unique(let unique): uniques.append(unique)
            case .check(let check): checks.append(check)
            case .foreignKey(let key): foreignKeys.append(key)
            case .index(let index): indexes.append(index)
            }
        }
    }
}
