/// A remedy for an error, as a value. A library does not know the commands and flags of its program, so the program words the
/// remedy; `description` is for programs without commands.
public enum Remedy: Sendable, Equatable {
    /// A complete sentence.
    case words(String)
    /// Allow values and rows to be lost.
    case consentToDataLoss
    /// Put edited migrations back as they were and write a new one, or record the edit if it makes the same schema.
    case undoOrRecordEdit
    /// Allow this migration to follow the applied ones, or give it an id and a place after them.
    case consentToOrder(String)
    /// Apply the pending migrations.
    case applyPending
    /// List the differences of the live schema.
    case listDifferences
    /// Write migrations that make the existing schema, or bring the rows into a database that the migrations make.
    case declareWhatIsThere
    /// Record the migrations whose objects exist already, or remove those objects.
    case takeOver
    /// Query the database's position, and then try again.
    case askForStatus
}

extension Remedy: CustomStringConvertible {
    public var description: String {
        switch self {
        case .words(let text): text
        case .consentToDataLoss: "to lose them, set Migrator.Options.allowsDataLoss"
        case .undoOrRecordEdit:
            "restore the migration as it was, and make the change in a new one; or, if the edit makes the same schema, "
                + "record it with Migrator.repair"
        case .consentToOrder(let id):
            "give \(id) an id and a place after the applied ones; or, if the order makes no difference, apply it after them: set "
                + "Migrator.Options.allowsOutOfOrder"
        case .applyPending: "apply them with Migrator.up"
        case .listDifferences: "Migrator.drift lists every difference"
        case .declareWhatIsThere:
            "write migrations that create the existing schema, or transfer the rows into a database that these migrations make"
        case .takeOver:
            "if the database already holds what this migration makes, record it with Migrator.baseline; else rename one of the two objects"
        case .askForStatus: "Migrator.status says whether it is applied; then try again"
        }
    }
}
