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
        case .unsound: "put it right in the declaration"
        case .astray: "write this migration by hand"
        }
    }
}

extension Schema {
    /// The operations that lead from this schema to `target`, so few as can be: what hangs on something goes before it and comes
    /// after it. What `choices` does not rename is dropped and added. Replay leads exactly there: it is asked.
    public func operations(leadingTo target: Schema, _ choices: DraftChoices) throws(DraftError) -> [Operation] {
        let target = target.declared
        let operations = try SchemaDraft(from: self, to: target, choices).operations()
        let reached: Schema
        do throws(SchemaError) {
            var schema = self
            try schema.apply(operations)
            reached = schema
        } catch { throw .unsound(error) }
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
