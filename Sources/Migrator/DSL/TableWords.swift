import Dialects

extension Column: TablePartConvertible {
    public var tableParts: [TablePart] { [.column(self)] }
}

extension ColumnSpec: TablePartConvertible {
    public var tableParts: [TablePart] { [.column(column)] + constraints }
}

extension PrimaryKey: TablePartConvertible {
    public init(_ columns: String...) { self.init(columns) }
    public func named(_ name: String) -> PrimaryKey { PrimaryKey(columns, name: name) }
    public var tableParts: [TablePart] { [.primaryKey(self)] }
}

extension Unique: TablePartConvertible {
    public init(_ columns: String...) { self.init(columns) }
    public func named(_ name: String) -> Unique { Unique(columns, name: name) }
    public var tableParts: [TablePart] { [.unique(self)] }
}

extension Check: TablePartConvertible {
    public func named(_ name: String) -> Check { Check(expression, name: name) }
    public var tableParts: [TablePart] { [.check(self)] }
}

extension ForeignKey: TablePartConvertible {
    /// A reference of one column. For several: `ForeignKey(["a", "b"], to: "parents", ["x", "y"])`.
    public init(
        _ column: String, to parent: String, _ parentColumn: String = "id", onDelete: Action = .noAction,
        onUpdate: Action = .noAction
    ) {
        self.init([column], to: parent, [parentColumn])
        self.onDelete = onDelete
        self.onUpdate = onUpdate
    }

    public func named(_ name: String) -> ForeignKey { editing { $0.name = name } }
    public func onDelete(_ action: Action) -> ForeignKey { editing { $0.onDelete = action } }
    public func onUpdate(_ action: Action) -> ForeignKey { editing { $0.onUpdate = action } }
    /// Checked at the end of the transaction.
    public func deferred() -> ForeignKey { editing { $0.isDeferred = true } }
    public var tableParts: [TablePart] { [.foreignKey(self)] }

    private func editing(_ edit: (inout ForeignKey) -> Void) -> ForeignKey {
        var copy = self
        edit(&copy)
        return copy
    }
}

extension Index: TablePartConvertible {
    public init(_ columns: String...) { self.init(name: "", parts: columns.map { Part(.column($0)) }) }

    /// An index over more than plain columns: `Index(parts: .descending("created_at"), .expression("lower(email)"))`.
    public init(parts: Part...) { self.init(name: "", parts: parts) }

    public func named(_ name: String) -> Index { editing { $0.name = name } }
    public func unique() -> Index { editing { $0.isUnique = true } }
    /// Holds only the rows that satisfy `condition`.
    public func `where`(_ condition: Expression) -> Index { editing { $0.condition = condition } }
    public var tableParts: [TablePart] { [.index(self)] }

    private func editing(_ edit: (inout Index) -> Void) -> Index {
        var copy = self
        edit(&copy)
        return copy
    }
}

extension Index.Part {
    public static func ascending(_ column: String) -> Self { Self(.column(column)) }
    public static func descending(_ column: String) -> Self { Self(.column(column), descending: true) }
    public static func expression(_ expression: Expression) -> Self { Self(.expression(expression)) }
    public func collated(_ collation: Collation) -> Self { Self(key, descending: isDescending, collation: collation) }
}
