/// An operation between the two schemas that it separates. Every name is given, and each table, column, index and key that it
/// speaks of is there as a value: whoever lowers it looks nothing up and guesses nothing.
public struct ResolvedOperation: Sendable, Equatable {
    public enum Action: Sendable, Equatable {
        case createTable(Table)
        case dropTable(Table)
        /// The table as it was, and its name from now on.
        case renameTable(Table, to: String)
        case alterTable(TableAlteration)
        case createView(View)
        case dropView(View)
        case run(Script)
    }

    public var action: Action
    public var before: Schema
    public var after: Schema

    public init(_ action: Action, from before: Schema, to after: Schema) {
        self.action = action
        self.before = before
        self.after = after
    }

    /// What it is about, for messages: the table, the view, or `RunSQL`.
    var subject: String {
        switch action {
        case .createTable(let table), .dropTable(let table), .renameTable(let table, _): table.name
        case .alterTable(let alteration): alteration.before.name
        case .createView(let view), .dropView(let view): view.name
        case .run: "RunSQL"
        }
    }
}

/// One `AlterTable`: the table on both sides, and each change between.
public struct TableAlteration: Sendable, Equatable {
    public struct ChangedTable: Sendable, Equatable {
        public var before: Table
        public var after: Table
    }

    public var before: Table
    public var after: Table
    /// In the order in which they are made.
    public var steps: [ChangeStep]
    /// Other tables, whose columns refer to a retyped one and take its type; by name.
    public var followers: [ChangedTable] = []

    /// The table itself, and then its followers.
    public var changedTables: [ChangedTable] { [ChangedTable(before: before, after: after)] + followers }

    /// The names of the table and its followers.
    public var tableNames: Set<String> { Set([before.name] + followers.map(\.before.name)) }
}

/// One change of an alteration, with the tables that it lies between. What it adds has its name.
public struct ChangeStep: Sendable, Equatable {
    public var change: Change
    public var before: Table
    public var after: Table
}
