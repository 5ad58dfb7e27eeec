import Dialects

/// A verb inside `AlterTable`.
public protocol ChangeVerb { var changes: [Change] { get } }

public struct AddColumn: ChangeVerb, DescribesColumn {
    var spec: ColumnSpec
    var fill: Default?

    public init(_ name: String, _ type: ColumnType) { spec = ColumnSpec(column: Column(name, type)) }

    /// What rows that exist already get, where the column itself has no default.
    public func filling(_ value: Default) -> AddColumn {
        var copy = self
        copy.fill = value
        return copy
    }

    public func describing(_ edit: (inout ColumnSpec) -> Void) -> AddColumn {
        var copy = self
        edit(&copy.spec)
        return copy
    }

    public var changes: [Change] {
        let attached: [Change] = spec.constraints.map { part in
            switch part {
            case .column(let column): .addColumn(column, filling: nil)
            case .primaryKey(let key): .addPrimaryKey(key)
            case .unique(let unique): .addUnique(unique)
            case .check(let check): .addCheck(check)
            case .foreignKey(let key): .addForeignKey(key)
            case .index(let index): .addIndex(index)
            }
        }
        return [.addColumn(spec.column, filling: fill)] + attached
    }
}

public struct DropColumn: ChangeVerb {
    public let changes: [Change]
    public init(_ name: String) { changes = [.dropColumn(name)] }
}

public struct RenameColumn: ChangeVerb {
    public let changes: [Change]
    public init(_ name: String, to newName: String) { changes = [.renameColumn(name, to: newName)] }
}

/// Changes what a column is: `ChangeColumn("metadata").type(.json).required(filling: .json("{}"))`.
public struct ChangeColumn: ChangeVerb {
    let name: String
    var facets: [Facet] = []

    public init(_ name: String) { self.name = name }

    public var changes: [Change] { [.changeColumn(name, facets)] }

    /// `using` computes the new value from the row as it was before the alteration, by the names of then; without it, the
    /// dialect's own conversion does, and refuses what does not fit. `undo` computes the old value again on the way back, from the
    /// row as the alteration left it and by the same names; without it the way back is refused until the loss is agreed to.
    ///
    ///     ChangeColumn("price").type(.bigint, using: "price * 100", undo: "price / 100")
    public func type(_ type: ColumnType, using: Expression? = nil, undo: Expression? = nil) -> Self {
        adding(.type(type, using: using, undo: undo))
    }
    public func nullable() -> Self { adding(.nullable(true, filling: nil)) }
    /// `filling` is what rows without a value get; without it, such rows stop the migration.
    public func required(filling value: Default? = nil) -> Self { adding(.nullable(false, filling: value)) }
    public func `default`(_ value: Default) -> Self { adding(.default(value)) }
    public func withoutDefault() -> Self { adding(.default(nil)) }
    public func generated(_ expression: Expression, _ storage: Generated.Storage = .stored) -> Self {
        adding(.generated(Generated(expression, storage)))
    }
    /// The column keeps its values and is from now on written like any other.
    public func notGenerated() -> Self { adding(.generated(nil)) }
    public func collated(_ collation: Collation?) -> Self { adding(.collation(collation)) }

    private func adding(_ facet: Facet) -> Self {
        var copy = self
        copy.facets.append(facet)
        return copy
    }
}

public struct AddIndex: ChangeVerb {
    var index: Index
    public init(_ columns: String...) { index = Index(name: "", parts: columns.map { .ascending($0) }) }
    public init(parts: Index.Part...) { index = Index(name: "", parts: parts) }

    public var changes: [Change] { [.addIndex(index)] }
    public func named(_ name: String) -> Self { editing { $0.name = name } }
    public func unique() -> Self { editing { $0.isUnique = true } }
    public func `where`(_ condition: Expression) -> Self { editing { $0.condition = condition } }

    private func editing(_ edit: (inout Index) -> Void) -> Self {
        var copy = self
        edit(&copy.index)
        return copy
    }
}

/// Adds a key, a check or a reference: `Add(Unique("email"))`, `Add(Check("price >= 0").named("price_positive"))`.
public struct Add: ChangeVerb {
    public let changes: [Change]
    public init(_ key: PrimaryKey) { changes = [.addPrimaryKey(key)] }
    public init(_ unique: Unique) { changes = [.addUnique(unique)] }
    public init(_ check: Check) { changes = [.addCheck(check)] }
    public init(_ key: ForeignKey) { changes = [.addForeignKey(key)] }
}

public struct DropIndex: ChangeVerb {
    public let changes: [Change]
    public init(_ name: String) { changes = [.dropIndex(name)] }
}

public struct DropPrimaryKey: ChangeVerb {
    public let changes: [Change] = [.dropPrimaryKey]
    public init() {}
}

public struct DropUnique: ChangeVerb {
    public let changes: [Change]
    public init(_ name: String) { changes = [.dropUnique(name)] }
}

public struct DropCheck: ChangeVerb {
    public let changes: [Change]
    public init(_ name: String) { changes = [.dropCheck(name)] }
}

public struct DropForeignKey: ChangeVerb {
    public let changes: [Change]
    public init(_ name: String) { changes = [.dropForeignKey(name)] }
}
