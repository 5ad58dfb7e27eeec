// A program that declares a schema also needs the nouns of `Dialects`, so one import brings both.
@_exported import Dialects

/// The statements that every builder here accepts: one line after another, `if`, `switch` and `for`.
public protocol ListBuilder {
    /// The type of the values that the builder collects.
    associatedtype Element
}

extension ListBuilder {
    /// Joins the lines of a block. It is inlinable, so that it is compiled into the declaring program, where the element type
    /// is known.
    @inlinable
    public static func buildBlock(_ first: [Element], _ others: [Element]...) -> [Element] {
        var lines: [Element] = []
        lines.reserveCapacity(others.reduce(first.count) { $0 + $1.count })
        lines += first
        for other in others { lines += other }
        return lines
    }
    /// Accepts an `if` without `else`.
    public static func buildOptional(_ part: [Element]?) -> [Element] { part ?? [] }
    /// Accepts the first branch of an `if` or `switch`.
    public static func buildEither(first part: [Element]) -> [Element] { part }
    /// Accepts another branch of an `if` or `switch`.
    public static func buildEither(second part: [Element]) -> [Element] { part }
    /// Accepts a `for` loop.
    public static func buildArray(_ parts: [[Element]]) -> [Element] { parts.flatMap { $0 } }
}

/// Collects the lines of `Schema { … }`: tables and views.
@resultBuilder public enum SchemaBuilder: ListBuilder {
    public typealias Element = SchemaPart
    /// Accepts an empty block.
    public static func buildBlock() -> [SchemaPart] { [] }
    /// Accepts a table.
    public static func buildExpression(_ table: Table) -> [SchemaPart] { [.table(table)] }
    /// Accepts a view.
    public static func buildExpression(_ view: View) -> [SchemaPart] { [.view(view)] }

    @available(*, unavailable, message: "a schema declares tables and does not create them: write Table(…)")
    public static func buildExpression(_ verb: CreateTable) -> [SchemaPart] { [] }
    @available(*, unavailable, message: "a schema declares views and does not create them: write View(…)")
    public static func buildExpression(_ verb: CreateView) -> [SchemaPart] { [] }
    @available(*, unavailable, message: "a schema holds tables and views only: write changes in a Migration(…)")
    public static func buildExpression(_ verb: some OperationVerb) -> [SchemaPart] { [] }
}

/// One line of `Schema { … }`.
public enum SchemaPart: Sendable {
    /// A table.
    case table(Table)
    /// A view.
    case view(View)
}

/// Collects the lines of `Table("…") { … }` and `CreateTable("…") { … }`: columns, keys, checks and indexes.
@resultBuilder public enum TableBuilder: ListBuilder {
    public typealias Element = TablePart
    /// Accepts an empty block.
    public static func buildBlock() -> [TablePart] { [] }
    /// Accepts a column, key, check or index.
    public static func buildExpression(_ part: some TablePartConvertible) -> [TablePart] { part.tableParts }

    @available(*, unavailable, message: "this block declares a whole table: write Column(…)")
    public static func buildExpression(_ verb: AddColumn) -> [TablePart] { [] }
    @available(*, unavailable, message: "this block declares a whole table: write Index(…)")
    public static func buildExpression(_ verb: AddIndex) -> [TablePart] { [] }
    @available(*, unavailable, message: "this block declares a whole table: write the key or check without Add(…)")
    public static func buildExpression(_ verb: Add) -> [TablePart] { [] }
    @available(*, unavailable, message: "this block declares a whole table: changes belong in AlterTable(…)")
    public static func buildExpression(_ verb: some ChangeVerb) -> [TablePart] { [] }
    @available(*, unavailable, message: "this block declares a whole table: changes belong in AlterTable(…)")
    public static func buildExpression(_ column: ChangeColumn) -> [TablePart] { [] }
    @available(*, unavailable, message: "this is not part of a table: write it in Migration(…) { … }")
    public static func buildExpression(_ verb: some OperationVerb) -> [TablePart] { [] }
}

/// One part of a table's declaration. One line makes several parts if its column declares a key, check or reference as well.
public enum TablePart: Sendable {
    /// A column.
    case column(Column)
    /// The primary key.
    case primaryKey(PrimaryKey)
    /// A unique key.
    case unique(Unique)
    /// A check.
    case check(Check)
    /// A foreign key.
    case foreignKey(ForeignKey)
    /// An index.
    case index(Index)
}

/// A type that may be a line of `Table("…") { … }` and `CreateTable("…") { … }`.
public protocol TablePartConvertible {
    /// The parts that this line stands for.
    var tableParts: [TablePart] { get }
}

/// Collects the lines of `AlterTable("…") { … }`: at least one change.
@resultBuilder public enum AlterBuilder: ListBuilder {
    public typealias Element = any ChangeVerb
    /// Accepts a change.
    public static func buildExpression(_ verb: some ChangeVerb) -> [any ChangeVerb] { [verb] }

    @available(*, unavailable, message: "AlterTable needs at least one change: write AddColumn(…), DropColumn(…), …")
    public static func buildBlock() -> [any ChangeVerb] { [] }
    @available(*, unavailable, message: "the change is missing: ChangeColumn(…).type(…), .nullable(), .default(…), …")
    public static func buildExpression(_ column: ChangeColumn) -> [any ChangeVerb] { [] }
    @available(*, unavailable, message: "this block changes an existing table: write AddColumn(…)")
    public static func buildExpression(_ column: some DescribesColumn<ColumnSpec>) -> [any ChangeVerb] { [] }
    @available(*, unavailable, message: "this block changes an existing table: write AddIndex(…)")
    public static func buildExpression(_ index: Index) -> [any ChangeVerb] { [] }
    @available(*, unavailable, message: "this block changes an existing table: write Add(PrimaryKey(…))")
    public static func buildExpression(_ key: PrimaryKey) -> [any ChangeVerb] { [] }
    @available(*, unavailable, message: "this block changes an existing table: write Add(Unique(…))")
    public static func buildExpression(_ unique: Unique) -> [any ChangeVerb] { [] }
    @available(*, unavailable, message: "this block changes an existing table: write Add(Check(…))")
    public static func buildExpression(_ check: Check) -> [any ChangeVerb] { [] }
    @available(*, unavailable, message: "this block changes an existing table: write Add(ForeignKey(…))")
    public static func buildExpression(_ key: ForeignKey) -> [any ChangeVerb] { [] }
    @available(*, unavailable, message: "this does not change a table: write it in Migration(…), next to AlterTable(…)")
    public static func buildExpression(_ verb: some OperationVerb) -> [any ChangeVerb] { [] }
}

/// Collects the lines of `Migration("…") { … }`: operations.
@resultBuilder public enum MigrationBuilder: ListBuilder {
    public typealias Element = SchemaOperation
    /// Accepts an empty block.
    public static func buildBlock() -> [SchemaOperation] { [] }
    /// Accepts an operation.
    public static func buildExpression(_ verb: some OperationVerb) -> [SchemaOperation] { [verb.operation] }

    @available(*, unavailable, message: "a migration is made of operations: write CreateTable(…)")
    public static func buildExpression(_ table: Table) -> [SchemaOperation] { [] }
    @available(*, unavailable, message: "a migration is made of operations: write CreateView(…)")
    public static func buildExpression(_ view: View) -> [SchemaOperation] { [] }
    @available(*, unavailable, message: "the table is missing: write this in CreateTable(…) { … } or Table(…) { … }")
    public static func buildExpression(_ part: some TablePartConvertible) -> [SchemaOperation] { [] }
    @available(*, unavailable, message: "the table is missing: write this in AlterTable(…) { … }")
    public static func buildExpression(_ verb: some ChangeVerb) -> [SchemaOperation] { [] }
    @available(
        *, unavailable, message: "the table and the change are missing: AlterTable(…) { ChangeColumn(…).type(…) }"
    )
    public static func buildExpression(_ column: ChangeColumn) -> [SchemaOperation] { [] }
}

/// Collects the lines of `History { … }`: migrations, in the order in which they are applied.
@resultBuilder public enum HistoryBuilder: ListBuilder {
    public typealias Element = Migration
    /// Accepts an empty block.
    public static func buildBlock() -> [Migration] { [] }
    /// Accepts a migration.
    public static func buildExpression(_ migration: Migration) -> [Migration] { [migration] }

    @available(*, unavailable, message: "a history is a list of migrations: write this in Migration(…) { … }")
    public static func buildExpression(_ verb: some OperationVerb) -> [Migration] { [] }
}

extension Schema {
    /// Declares a schema by its tables and views. Keys, checks and indexes without a name get the name that a migration would
    /// give them.
    ///
    ///     let schema = Schema {
    ///         Table("people") {
    ///             Column("id", .bigint).identity().primaryKey()
    ///             Column("name", .text)
    ///         }
    ///     }
    ///
    /// Nothing is checked here. An impossible declaration is reported when the schema is compared with a history or compiled
    /// to SQL.
    ///
    /// - Parameter parts: The schema's tables and views.
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
    /// Declares a table by its columns, keys, checks and indexes. A migration creates one with ``CreateTable``.
    ///
    /// - Parameters:
    ///   - name: The table's name.
    ///   - parts: The table's columns, in this order, and its other parts, in any order.
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
