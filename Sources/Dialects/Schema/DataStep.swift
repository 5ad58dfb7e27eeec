/// A step of a migration that is written in Swift. It reads and writes rows in the migration's own transaction.
///
/// A closure has no text, so the name is all that a ledger records of a step and all that a checksum covers. An edited closure
/// goes unnoticed, while another name counts as an edited migration.
public struct DataStep: Sendable {
    /// The closure that a step runs.
    ///
    /// - Throws: ``DatabaseError`` of a statement, or an error of its own. Either rolls the whole migration back.
    public typealias Body = @Sendable (DataConnection) throws -> Void

    /// The step's name, for messages and the ledger.
    public let name: String
    /// Whether this step is the one that undoes the declared step.
    public let isUndo: Bool
    /// The closure to run; `nil` for a step that was read from a ledger, which knows its name only.
    private let body: Body?
    private let opposite: Body?

    /// Makes a step. Without `undo`, the migration can't be undone.
    public init(_ name: String, _ body: @escaping Body, undo: Body?) {
        self.init(name: name, isUndo: false, body: body, opposite: undo)
    }

    private init(name: String, isUndo: Bool, body: Body?, opposite: Body?) {
        self.name = name
        self.isUndo = isUndo
        self.body = body
        self.opposite = opposite
    }

    /// Makes a step that was read from a ledger, and can't run.
    init(named name: String) { self.init(name: name, isUndo: false, body: nil, opposite: nil) }

    /// Returns the step that undoes this one.
    ///
    /// - Throws: `SchemaError.irreversible` if the step has no undo.
    func inverse() throws(SchemaError) -> DataStep {
        guard let opposite else { throw .irreversible(because: "the data step \(quotedName) has no undo") }
        return DataStep(name: name, isUndo: !isUndo, body: opposite, opposite: body)
    }

    /// Runs the step in the open transaction. The connection that is lent to the closure can't be used afterwards.
    ///
    /// - Throws: The errors of the closure, and the ``DatabaseError`` of a statement that failed, also if the closure caught it.
    package func run(on connection: any Connection) throws {
        guard let body else {
            throw DatabaseError(.other, "only the name of the data step \(quotedName) is known")
        }
        let lent = DataConnection(connection)
        defer { lent.end() }
        try body(lent)
        if let failure = lent.failure { throw failure }
    }

    /// The name in quotes: `"split names"`.
    var quotedName: String { "\"\(name)\"" }

    /// The message of a script in the step's place, before the script stops there.
    var absence: String {
        let what = isUndo ? "the undo of the data step" : "the data step"
        return "\(what) '\(name)' is Swift: run this migration with the program that has it"
    }

    /// Makes sure that the name is not blank and fits on one line, since it stands in messages, comments and literals.
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

/// Compares steps by their names, since closures can't be compared.
extension DataStep: Hashable {
    public static func == (a: DataStep, b: DataStep) -> Bool { a.name == b.name && a.isUndo == b.isUndo }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(isUndo)
    }
}
