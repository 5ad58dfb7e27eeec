import Dialects

/// A column with what its own line says about the table: its keys, checks and references.
public struct ColumnSpec: Sendable {
    public var column: Column
    var constraints: [TablePart] = []
}

/// The adjectives of a column, the same in `Column(…)` and `AddColumn(…)`.
public protocol DescribesColumn<Described> {
    associatedtype Described
    func describing(_ edit: (inout ColumnSpec) -> Void) -> Described
}

extension Column: DescribesColumn {
    public func describing(_ edit: (inout ColumnSpec) -> Void) -> ColumnSpec {
        ColumnSpec(column: self).describing(edit)
    }
}

extension ColumnSpec: DescribesColumn {
    public func describing(_ edit: (inout ColumnSpec) -> Void) -> ColumnSpec {
        var copy = self
        edit(&copy)
        return copy
    }
}

extension DescribesColumn {
    /// May be empty. Columns are required unless they say this.
    public func nullable() -> Described { describing { $0.column.isNullable = true } }

    /// What a row gets that does not say.
    public func `default`(_ value: Default) -> Described { describing { $0.column.default = value } }

    /// Counts by itself, past every number that was ever used.
    public func identity() -> Described { describing { $0.column.isIdentity = true } }

    /// Is the whole primary key. For a key of several columns write `PrimaryKey("a", "b")`.
    public func primaryKey() -> Described {
        describing { $0.constraints.append(.primaryKey(PrimaryKey([$0.column.name]))) }
    }

    /// No two rows agree in it.
    public func unique() -> Described { describing { $0.constraints.append(.unique(Unique([$0.column.name]))) } }

    /// Holds one of these texts.
    public func oneOf(_ values: String...) -> Described {
        describing { $0.constraints.append(.check(Check(.column($0.column.name, isOneOf: values)))) }
    }

    /// Must satisfy a condition.
    public func check(_ expression: Expression) -> Described {
        describing { $0.constraints.append(.check(Check(expression))) }
    }

    /// Points to a row of another table, by its key.
    public func references(
        _ table: String, _ column: String = "id", onDelete: ForeignKey.Action = .noAction,
        onUpdate: ForeignKey.Action = .noAction
    ) -> Described {
        describing {
            let key = ForeignKey($0.column.name, to: table, column, onDelete: onDelete, onUpdate: onUpdate)
            $0.constraints.append(.foreignKey(key))
        }
    }

    /// Is computed from other columns of its row. `virtual`: when it is read, which PostgreSQL can from version 18 on.
    public func generated(_ expression: Expression, _ storage: Generated.Storage = .stored) -> Described {
        describing { $0.column.generated = Generated(expression, storage) }
    }

    /// Compares in this way.
    public func collated(_ collation: Collation) -> Described { describing { $0.column.collation = collation } }
}
