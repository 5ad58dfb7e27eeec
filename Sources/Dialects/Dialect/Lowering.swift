/// The statements of one operation or migration in order, and what has to surround them.
public struct Lowering: Sendable, Equatable {
    /// The statements, in the order in which they run.
    public var statements: [String]
    /// Whether the statements rebuild a table. Foreign keys are then off while the statements run, and are checked before the
    /// commit.
    public var rebuildsTable: Bool

    package init(_ statements: [String] = [], rebuildsTable: Bool = false) {
        self.statements = statements
        self.rebuildsTable = rebuildsTable
    }

    package static func + (a: Lowering, b: Lowering) -> Lowering {
        Lowering(a.statements + b.statements, rebuildsTable: a.rebuildsTable || b.rebuildsTable)
    }
}

/// One migration of a script: a comment, its statements, and what the statements need.
public struct ScriptStep: Sendable, Equatable {
    /// The comment above the step: `up 0002-session-owners`.
    public var title: String
    /// Statements that run one by one before the step's transaction, because they can't run inside of one.
    public var alone: [String]
    /// The statements of the step's transaction.
    public var lowering: Lowering
    /// Why the script stops at this step, if it does and not for a data step.
    public var obstacle: String?

    /// All statements, in the order in which they run.
    public var statements: [String] { alone + lowering.statements }

    package init(title: String, alone: [String] = [], lowering: Lowering, obstacle: String? = nil) {
        self.title = title
        self.alone = alone
        self.lowering = lowering
        self.obstacle = obstacle
    }
}
