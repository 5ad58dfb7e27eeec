/// An operation together with the schemas before and after it. It holds every table, column, index and key that it concerns as a
/// value with its name, so a dialect looks nothing up.
public struct ResolvedOperation: Sendable, Equatable {
    /// The action of an operation, with every table and view as a value.
    public enum Action: Sendable, Equatable {
        /// Makes this table.
        case createTable(Table)
        /// Drops this table.
        case dropTable(Table)
        /// Renames a table. The table is given as it was before.
        case renameTable(Table, to: String)
        /// Changes a table, and the columns of others that refer to a retyped one.
        case alterTable(TableAlteration)
        /// Makes this view.
        case createView(View)
        /// Drops this view.
        case dropView(View)
        /// Runs SQL that was written by hand.
        case run(Script)
        /// Runs Swift that reads and writes rows.
        case runSwift(DataStep)
    }

    /// The action of the operation.
    public var action: Action
    /// The schema before the operation.
    public var before: Schema
    /// The schema after the operation.
    public var after: Schema

    package init(_ action: Action, from before: Schema, to after: Schema) {
        self.action = action
        self.before = before
        self.after = after
    }

    /// The table, the view or the verb that the operation is about, for messages.
    var subject: String {
        switch action {
        case .createTable(let table), .dropTable(let table), .renameTable(let table, _): table.name
        case .alterTable(let alteration): alteration.before.name
        case .createView(let view), .dropView(let view): view.name
        case .run: "RunSQL"
        case .runSwift: "Run"
        }
    }
}

/// One `AlterTable`: the table before and after, and each change between.
public struct TableAlteration: Sendable, Equatable {
    /// A table on both sides of an alteration.
    public struct ChangedTable: Sendable, Equatable {
        /// The table before the alteration.
        public var before: Table
        /// The table after the alteration.
        public var after: Table
    }

    /// The table before the first change.
    public var before: Table
    /// The table after the last change.
    public var after: Table
    /// The changes, in the order in which they are made.
    public var steps: [ChangeStep]
    /// Other tables, sorted by name, whose columns refer to a retyped column and take its type.
    public var followers: [ChangedTable] = []

    /// The table itself, followed by its followers.
    public var changedTables: [ChangedTable] { [ChangedTable(before: before, after: after)] + followers }

    /// The names of the table and its followers.
    public var tableNames: Set<String> { Set([before.name] + followers.map(\.before.name)) }
}

/// One change of an alteration, with the table before and after it.
public struct ChangeStep: Sendable, Equatable {
    /// The change.
    public var change: Change
    /// The table before this change.
    public var before: Table
    /// The table after this change.
    public var after: Table
}
