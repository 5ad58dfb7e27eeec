/// What two schemas do not say of their difference, and a person does.
public struct DraftChoices: Sendable, Equatable {
    /// The names that tables have from now on, by those that they had.
    public var tables: [String: String] = [:]
    /// The same for columns, by the name that their table had.
    public var columns: [String: [String: String]] = [:]
    /// What rows that exist already get, by the names of now of table and column.
    public var fillings: [String: [String: Default]] = [:]

    public init() {}
}

/// A table or a column by its name.
public enum DraftName: Hashable, Sendable, CustomStringConvertible {
    case table(String)
    case column(String, of: String)

    public var description: String {
        switch self {
        case .table(let name): name
        case .column(let name, let table): "\(table).\(name)"
        }
    }
}

/// Why a difference can't be written down as operations.
public enum DraftError: Error, Equatable {
    /// No operation says that this object is to become what the new schema says.
    case noOperation(object: String, because: String, byHand: String)
    /// The new schema makes no sense in itself.
    case unsound(SchemaError)
    /// The operations would lead somewhere else: these objects differ.
    case astray([String])
}

extension DraftError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noOperation(let object, let reason, _): "\(object): \(reason)"
        case .unsound(let error): "no database would take the new schema: \(error)"
        case .astray(let lines): "the new schema can't be reached by operations:\n\(lines.joined(separator: "\n"))"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .noOperation(_, _, let byHand): byHand
        case .unsound: "put it right there, or write this migration by hand"
        case .astray: "write this migration by hand"
        }
    }
}

extension Schema {
    /// The operations that lead from this schema to `target`, so few as can be: what hangs on something goes before it and comes
    /// after it. What `choices` does not rename is dropped and added. Replay leads exactly there: it is asked.
    public func operations(leadingTo target: Schema, _ choices: DraftChoices) throws(DraftError) -> [SchemaOperation] {
        let target = target.declared
        do throws(DraftError) { return try draft(target, choices, isCareful: false) } catch {
            if case .noOperation = error { throw error }
            return try draft(target, choices, isCareful: true)
        }
    }

    private func draft(
        _ target: Schema, _ choices: DraftChoices, isCareful: Bool
    ) throws(DraftError) -> [SchemaOperation] {
        let operations = try SchemaDraft(from: self, to: target, choices, isCareful: isCareful).operations()
        var reached = self
        do throws(SchemaError) { try reached.apply(operations) } catch { throw .unsound(error) }
        guard reached == target else { throw .astray(reached.differences(from: target).map(\.description)) }
        return operations
    }

    /// The same schema as replay would hold it: names in one form, and one for everything.
    public var declared: Schema {
        Schema(
            tables: tables.map { table in
                let table = table.inOneForm
                return (try? table.named()) ?? table
            },
            views: views.map { View($0.name.inOneForm, as: $0.query.inOneForm) })
    }
}

extension Schema {
    /// Columns of primary keys that may be empty. SQLite lets them be, for an old fault's sake
    /// (https://www.sqlite.org/lang_createtable.html#the_primary_key), and nothing that is declared does.
    public var nullableKeys: [DraftName] {
        tables.flatMap { table in table.nullableKeys.map { .column($0, of: table.name) } }
    }

    /// The same schema, where they may not.
    public var requiringKeys: Schema {
        Schema(
            tables: tables.map { table in
                var table = table
                let keys = table.nullableKeys
                for at in table.columns.indices where keys.contains(table.columns[at].name) {
                    table.columns[at].isNullable = false
                }
                return table
            }, views: views)
    }
}

extension Table {
    fileprivate var nullableKeys: [String] {
        (primaryKey?.columns ?? []).filter { self[column: $0]?.isNullable == true }
    }
}
