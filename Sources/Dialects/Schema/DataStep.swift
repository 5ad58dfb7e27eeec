/// A step of a migration that is written in Swift: it reads and writes rows in the migration's own transaction.
///
/// A closure has no text. So the name is all that a ledger records of a step and all that a checksum is taken of: an edited closure is
/// not noticed, while another name counts as an edited migration.
public struct DataStep: Sendable {
    /// What a step does.
    ///
    /// - Throws: ``DatabaseError`` of a statement, or an error of its own. Either rolls the whole migration back.
    public typealias Body = @Sendable (DataConnection) throws -> Void

    /// What the step is called, for messages and the ledger.
    public let name: String
    /// Whether this is what undoes the step.
    public let isUndo: Bool
    /// `nil` for a step of which a ledger knows the name.
    private let body: Body?
    private let opposite: Body?

    /// A step with its way back; without one, the migration can't be undone.
    public init(_ name: String, _ body: @escaping Body, undo: Body?) {
        self.init(name: name, isUndo: false, body: body, opposite: undo)
    }

    private init(name: String, isUndo: Bool, body: Body?, opposite: Body?) {
        self.name = name
        self.isUndo = isUndo
        self.body = body
        self.opposite = opposite
    }

    /// A step that was read from a ledger, and can't run.
    init(named name: String) { self.init(name: name, isUndo: false, body: nil, opposite: nil) }

    /// What undoes it.
    ///
    /// - Throws: `SchemaError.irreversible` where nothing does.
    func inverse() throws(SchemaError) -> DataStep {
        guard let opposite else { throw .irreversible(because: "the data step \(quotedName) has no undo") }
        return DataStep(name: name, isUndo: !isUndo, body: opposite, opposite: body)
    }

    /// Runs the step in the open transaction. What it lends to the closure is of no use afterwards.
    ///
    /// - Throws: What the closure throws; ``DatabaseError`` of a statement that failed, also where the closure caught it.
    package func run(on connection: any Connection) throws {
        guard let body else {
            throw DatabaseError(.other, "of the data step \(quotedName) nothing is known but its name")
        }
        let lent = DataConnection(connection)
        defer { lent.end() }
        try body(lent)
        if let failure = lent.failure { throw failure }
    }

    /// `"split names"`.
    var quotedName: String { "\"\(name)\"" }

    /// What a script says in the step's place, before it stops there.
    var absence: String {
        let what = isUndo ? "the undo of the data step" : "the data step"
        return "\(what) '\(name)' is Swift: run this migration with the program that has it"
    }

    /// A name stands in messages, comments and literals, on one line.
    func requireName() throws(SchemaError) {
        let isBlank = name.allSatisfy(\.isWhitespace)
        guard isBlank || name.unicodeScalars.contains(where: { $0.properties.generalCategory.isControl }) else {
            return
        }
        throw .contradiction(
            "name", table: "Run",
            because: isBlank ? "a data step needs a name" : "a data step's name is one line without control characters")
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool { self == .control || self == .lineSeparator || self == .paragraphSeparator }
}

/// Two steps are one where their names are, since closures can't be compared.
extension DataStep: Hashable {
    public static func == (a: DataStep, b: DataStep) -> Bool { a.name == b.name && a.isUndo == b.isUndo }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(isUndo)
    }
}
