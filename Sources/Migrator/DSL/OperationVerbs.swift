import Dialects

/// A verb of a migration's first level.
public protocol OperationVerb { var operation: Operation { get } }

public struct CreateTable: OperationVerb {
    public let operation: Operation
    public init(_ name: String, @TableBuilder _ parts: () -> [TablePart]) {
        operation = .createTable(Table(name, parts))
    }
}

public struct DropTable: OperationVerb {
    public let operation: Operation
    public init(_ name: String) { operation = .dropTable(name) }
}

public struct RenameTable: OperationVerb {
    public let operation: Operation
    public init(_ name: String, to newName: String) { operation = .renameTable(name, to: newName) }
}

public struct AlterTable: OperationVerb {
    public let operation: Operation
    public init(_ name: String, @AlterBuilder _ changes: () -> [any ChangeVerb]) {
        operation = .alterTable(name, changes().flatMap { $0.changes })
    }
}

public struct CreateView: OperationVerb {
    public let operation: Operation
    public init(_ name: String, as query: Expression) { operation = .createView(View(name, as: query)) }
}

public struct DropView: OperationVerb {
    public let operation: Operation
    public init(_ name: String) { operation = .dropView(name) }
}

/// SQL written by hand: for rows and for what no verb covers. Its author says what undoing it means.
///
///     RunSQL("UPDATE sessions SET title = trim(title)", undo: .nothing)
public struct RunSQL: OperationVerb {
    public let operation: Operation
    public init(_ sql: Expression, undo: Undo) { operation = .run(Script(sql, undo: undo)) }
}
