/// What to do about an error. A library does not know the commands and flags of the program that it is part of, so what they are for
/// is a value, which the program words with its own. The description is for programs without any.
public enum Remedy: Sendable, Equatable {
    /// A whole sentence.
    case words(String)
    /// Allow that values and rows go away.
    case consentToDataLoss
    /// Apply the migrations that are pending.
    case applyPending
    /// List in what the live schema differs.
    case listDifferences
    /// Ask where the database stands, and then try again.
    case askForStatus
}

extension Remedy: CustomStringConvertible {
    public var description: String {
        switch self {
        case .words(let text): text
        case .consentToDataLoss: "to lose them, set Migrator.Options.allowsDataLoss"
        case .applyPending: "apply them with Migrator.up"
        case .listDifferences: "Migrator.drift lists every difference"
        case .askForStatus: "Migrator.status tells whether it is applied; then try again"
        }
    }
}
