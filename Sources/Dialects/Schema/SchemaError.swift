/// The reason why an operation can't be applied to a schema. Replay finds it without a database.
public enum SchemaError: Error, Hashable, Sendable {
    /// There is no table of this name.
    case noTable(String)
    /// There is no view of this name.
    case noView(String)
    /// A table, view, index or key has the name already, perhaps in another case.
    case nameTaken(String, by: String)
    /// The table has no column of this name.
    case noColumn(String, table: String)
    /// The table has a column of this name already.
    case columnExists(String, table: String)
    /// There is no index, key or check of this name.
    case noConstraint(String, table: String)
    /// Keys, checks, indexes, views or computed columns use the column.
    case columnInUse(String, table: String, by: [String])
    /// Foreign keys of other tables or views use the table.
    case tableInUse(String, by: [String])
    /// The table would be left without columns.
    case lastColumn(String, table: String)
    /// The two sides of a foreign key do not fit: their types differ, or the parent's columns are not a key.
    case badForeignKey(String, table: String, because: String)
    /// A part of the table is declared in a way that no database accepts.
    case contradiction(String, table: String, because: String)
    /// A script says that it can't be undone.
    case irreversible(because: String)
}

extension SchemaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noTable(let name): "there is no table \(name)"
        case .noView(let name): "there is no view \(name)"
        case .nameTaken(let name, let owner): "the name \(name) is taken by \(owner) (names are compared without case)"
        case .noColumn(let column, let table): "\(table) has no column \(column)"
        case .columnExists(let column, let table): "\(table) already has a column \(column)"
        case .noConstraint(let name, let table): "\(table) has no index, key or check named \(name)"
        case .columnInUse(let column, let table, let users):
            "\(table).\(column) is used by \(users.joined(separator: ", ")); "
                + "drop these first, in the same migration, and create the ones to keep again afterwards"
        case .tableInUse(let table, let users):
            "\(table) is used by \(users.joined(separator: ", ")); drop these first, in the same migration"
        case .lastColumn(let column, let table): "\(table).\(column) is the last column; drop the table instead"
        case .badForeignKey(let key, let table, let reason): "\(table): foreign key \(key): \(reason)"
        case .contradiction(let what, let table, let reason): "\(table).\(what): \(reason)"
        case .irreversible(let reason): "this can't be undone: \(reason)"
        }
    }
}
