import Dialects

extension Column: TablePartConvertible {
    public var tableParts: [TablePart] { [.column(self)] }
}

extension ColumnSpec: TablePartConvertible {
    public var tableParts: [TablePart] { [.column(column)] + constraints }
}

extension PrimaryKey: TablePartConvertible {
    /// Declares the primary key: `PRIMARY KEY ("a", "b")`. A key of one column can also be declared in the column's own line:
    /// `.primaryKey()`.
    public init(_ column: String, _ others: String...) { self.init([column] + others) }

    /// Sets the key's name. The default is `table_pkey`.
    public func named(_ name: String) -> PrimaryKey { PrimaryKey(columns, name: name) }
    public var tableParts: [TablePart] { [.primaryKey(self)] }
}

extension Unique: TablePartConvertible {
    /// Declares a unique key: `UNIQUE ("a", "b")`. Rows that hold NULL in one of the columns never collide.
    public init(_ column: String, _ others: String...) { self.init([column] + others) }

    /// Sets the key's name. The default is `table_a_b_key`.
    public func named(_ name: String) -> Unique { Unique(columns, name: name) }
    public var tableParts: [TablePart] { [.unique(self)] }
}

extension Check: TablePartConvertible {
    /// Sets the check's name. The default is `table_column_check` if the check reads one column, and `table_check` otherwise.
    public func named(_ name: String) -> Check { Check(expression, name: name) }
    public var tableParts: [TablePart] { [.check(self)] }
}

extension ForeignKey: TablePartConvertible {
    /// Declares a foreign key of one column: `FOREIGN KEY ("person_id") REFERENCES "people" ("id")`. For several columns write
    /// `ForeignKey(["a", "b"], to: "parents", ["x", "y"])`.
    ///
    /// - Parameters:
    ///   - column: The column of this table.
    ///   - parent: The table that the key refers to.
    ///   - parentColumn: That table's primary key, or another unique column, of the same type.
    ///   - onDelete: What happens to this row when the other one is deleted.
    ///   - onUpdate: What happens to this row when the other one's key changes.
    public init(
        _ column: String, to parent: String, _ parentColumn: String = "id", onDelete: Action = .noAction,
        onUpdate: Action = .noAction
    ) {
        self.init([column], to: parent, [parentColumn])
        self.onDelete = onDelete
        self.onUpdate = onUpdate
    }

    /// Sets the key's name. The default is `table_column_fkey`.
    public func named(_ name: String) -> ForeignKey { editing { $0.name = name } }

    /// Sets what happens to this row when the row that it refers to is deleted: `ON DELETE CASCADE`.
    public func onDelete(_ action: Action) -> ForeignKey { editing { $0.onDelete = action } }

    /// Sets what happens to this row when the key that it refers to changes: `ON UPDATE CASCADE`.
    public func onUpdate(_ action: Action) -> ForeignKey { editing { $0.onUpdate = action } }

    /// Checks the key at the end of the transaction instead of after each statement: `DEFERRABLE INITIALLY DEFERRED`.
    public func deferred() -> ForeignKey { editing { $0.isDeferred = true } }
    public var tableParts: [TablePart] { [.foreignKey(self)] }

    private func editing(_ edit: (inout ForeignKey) -> Void) -> ForeignKey {
        var copy = self
        edit(&copy)
        return copy
    }
}

/// The methods that describe an index, the same for `Index` and ``AddIndex``.
public protocol DescribesIndex {
    /// Returns a copy whose index `edit` has changed.
    func describing(_ edit: (inout Index) -> Void) -> Self
}

extension DescribesIndex {
    /// Sets the index's name. The default is `table_a_b_idx`.
    public func named(_ name: String) -> Self { describing { $0.name = name } }

    /// Makes the index unique: two rows must differ in at least one of its parts (`CREATE UNIQUE INDEX`). Rows that hold NULL in
    /// one of the parts never collide.
    public func unique() -> Self { describing { $0.isUnique = true } }

    /// Indexes only the rows that satisfy a condition: `CREATE INDEX … WHERE closed_at IS NULL`.
    ///
    /// - Parameter condition: A condition in SQL that both databases read alike, over the columns of this table.
    public func `where`(_ condition: SQLExpression) -> Self { describing { $0.condition = condition } }
}

extension Index: TablePartConvertible, DescribesIndex {
    /// Declares an index over columns: `CREATE INDEX "people_name_born_idx" ON "people" ("name", "born")`.
    public init(_ column: String, _ others: String...) { self.init([column] + others) }

    /// Declares an index over more than plain columns: `Index("project", .descending("created_at"))`.
    public init(_ part: Part, _ others: Part...) { self.init(name: "", parts: [part] + others) }

    public func describing(_ edit: (inout Index) -> Void) -> Index {
        var copy = self
        edit(&copy)
        return copy
    }
    public var tableParts: [TablePart] { [.index(self)] }

    init(_ columns: [String]) { self.init(name: "", parts: columns.map { .ascending($0) }) }
}

extension Index.Part {
    /// A column, smallest value first: `"name"`. If the name is a literal, the name alone means the same.
    public static func ascending(_ column: String) -> Self { Self(.column(column)) }

    /// A column, largest value first: `"created_at" DESC`.
    public static func descending(_ column: String) -> Self { Self(.column(column), descending: true) }

    /// The value of an expression: `(lower(email))`.
    ///
    /// - Parameter expression: SQL that both databases read alike, over the columns of this table.
    public static func expression(_ expression: SQLExpression) -> Self { Self(.expression(expression)) }

    /// Sets how this part's texts are compared and sorted: `"name" COLLATE BINARY`.
    public func collated(_ collation: Collation) -> Self { Self(key, descending: isDescending, collation: collation) }
}
