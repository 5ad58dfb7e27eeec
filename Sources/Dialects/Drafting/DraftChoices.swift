/// A person's decisions about the difference of two schemas: renames, and values for existing rows.
public struct DraftChoices: Sendable, Equatable {
    /// The new names of tables, by their old names.
    public var tables: [String: String] = [:]
    /// The new names of columns, by the old names of their table and column.
    public var columns: [String: [String: String]] = [:]
    /// The values that existing rows get in columns that are new or become required, by the new names of table and column.
    public var fillings: [String: [String: Default]] = [:]

    /// Creates choices that rename nothing and fill nothing.
    public init() {}
}

/// The name of a table or a column.
public enum DraftName: Hashable, Sendable, CustomStringConvertible {
    /// A table.
    case table(String)
    /// A column of a table.
    case column(String, of: String)

    public var description: String {
        switch self {
        case .table(let name): name
        case .column(let name, let table): "\(table).\(name)"
        }
    }
}

/// The reason why the difference of two schemas can't be written as operations.
public enum DraftError: Error, Equatable {
    /// No operation leads from the old object to the new one.
    case noOperation(object: String, because: String, byHand: String)
    /// The new schema contradicts itself.
    case unsound(SchemaError)
    /// The operations would lead to a schema other than the new one: these objects differ.
    case astray([String])
}

extension DraftError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noOperation(let object, let reason, _): "\(object): \(reason)"
        case .unsound(let error): "the new schema is not valid: \(error)"
        case .astray(let lines): "the new schema can't be reached by operations:\n\(lines.joined(separator: "\n"))"
        }
    }

    /// The advice that goes with the error.
    public var remedy: String {
        switch self {
        case .noOperation(_, _, let byHand): byHand
        case .unsound: "correct the declaration, or write this migration by hand"
        case .astray: "write this migration by hand"
        }
    }
}

extension Schema {
    /// Returns the operations that lead from this schema to `target`: as few as possible, in an order in which each can be
    /// applied. A table or column that `choices` does not rename is dropped and added. Replaying the operations gives exactly
    /// `target`.
    ///
    /// - Throws: ``DraftError`` if no operations lead to `target`.
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

    /// The schema in the form that replay would give it: every name in composed form (NFC), and a name for every object.
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
    /// The primary-key columns that may hold NULL. SQLite allows NULL in them because of an old fault that it keeps for
    /// compatibility (https://www.sqlite.org/lang_createtable.html#the_primary_key); no declaration allows it.
    public var nullableKeys: [DraftName] {
        tables.flatMap { table in table.nullableKeys.map { .column($0, of: table.name) } }
    }

    /// The schema with its primary-key columns required.
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
