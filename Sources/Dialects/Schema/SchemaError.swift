/// Why an operation can't be applied to a schema. Found by replay, without a database.
public enum SchemaError: Error, Hashable, Sendable {
    case noTable(String)
    case noView(String)
    case nameTaken(String, by: String)
    case noColumn(String, table: String)
    case columnExists(String, table: String)
    /// There is no index, key or check of this name.
    case noConstraint(String, table: String)
    case columnInUse(String, table: String, by: [String])
    case tableInUse(String, by: [String])
    case lastColumn(String, table: String)
    case badForeignKey(String, table: String, because: String)
    case contradiction(String, table: String, because: String)
    case irreversible(because: String)
}

extension SchemaError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noTable(let name): "there is no table \(name)"
        case .noView(let name): "there is no view \(name)"
        case .nameTaken(let name, let owner): "the name \(name) is taken by \(owner) (names count without case)"
        case .noColumn(let column, let table): "\(table) has no column \(column)"
        case .columnExists(let column, let table): "\(table) has a column \(column) already"
        case .noConstraint(let name, let table): "\(table) has no index, key or check named \(name)"
        case .columnInUse(let column, let table, let users):
            "\(table).\(column) is used by \(users.joined(separator: ", ")); "
                + "drop what uses it first, in the same migration, and make it again afterwards where it should stay"
        case .tableInUse(let table, let users):
            "\(table) is used by \(users.joined(separator: ", ")); drop what uses it first, in the same migration"
        case .lastColumn(let column, let table): "\(table).\(column) is the last column; drop the table instead"
        case .badForeignKey(let key, let table, let reason): "\(table): foreign key \(key): \(reason)"
        case .contradiction(let what, let table, let reason): "\(table).\(what): \(reason)"
        case .irreversible(let reason): "this can't be undone: \(reason)"
        }
    }
}
