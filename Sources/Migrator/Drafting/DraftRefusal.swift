import Dialects

/// Why no migration is written.
package enum DraftRefusal: Error, Equatable {
    case badForm(String, flag: String, form: String)
    case unknown(String, flag: String, place: String, near: String?)
    case notGone(DraftName)
    case notNew(DraftName)
    /// A rename that would move something to another place.
    case elsewhere(DraftName, DraftName)
    case badFilling(DraftName, ColumnType)
    /// A value for a column in which no row lacks one.
    case uselessFilling(DraftName)
    case renamedOrDropped(RenameQuestion)
    case needsFilling(FillingQuestion)
    /// A file of the folder that the program does not know.
    case notInHistory(file: String, line: String)
    case impossible(DraftError)
}

extension DraftRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badForm(let words, let flag, _): "\(flag) \(words) has no '='"
        case .unknown(let words, let flag, let place, let near):
            "\(flag): there is no \(words) in \(place)" + (near.map { "; did you mean \($0)?" } ?? "")
        case .notGone(let name): "\(name) is still in the declared schema"
        case .notNew(let name): "\(name) is in the history already"
        case .elsewhere(let old, let new): "\(old) can't become \(new): a column keeps its table, and a table stays one"
        case .badFilling(let name, let type): "the value for \(name) is no \(type)"
        case .uselessFilling(let name): "--fill \(name): no row that exists lacks a value there"
        case .renamedOrDropped(let question):
            "\(question.gone) is gone from the declared schema, and \(question.candidates.map(\.description).joined(separator: ", ")) "
                + "could be its new name"
        case .needsFilling(let question) where question.isNew:
            "\(question.name) is new and required, and nothing says what rows that exist get"
        case .needsFilling(let question):
            "\(question.name) becomes required, and nothing says what rows get that hold NULL"
        case .notInHistory(let file, _): "\(file) is there, and this program does not know it"
        case .impossible(let error): "\(error)"
        }
    }

    package var remedy: String {
        switch self {
        case .badForm(_, let flag, let form): "write \(flag) \(form)"
        case .unknown:
            "give names as TABLE or TABLE.COLUMN: the old one by the history, the new one by the declared schema"
        case .notGone, .notNew: "only what is gone can have become something new"
        case .elsewhere: "rename the table first with --rename, or move the values with RunSQL"
        case .badFilling: "give one that is, or write the migration by hand"
        case .uselessFilling: "leave it out: only a column that is new in its table or becomes required takes one"
        case .renamedOrDropped(let question):
            "say --rename \(question.gone)=\(question.candidates[0]), or --drop \(question.gone) if its values may go"
        case .needsFilling(let question) where question.isNew:
            "say --fill \(question.name)=VALUE, or --no-fill \(question.name) if the table has no rows; or give the column a default, "
                + "or let it be nullable"
        case .needsFilling(let question):
            "say --fill \(question.name)=VALUE, or --no-fill \(question.name) if no row holds NULL; or let it stay nullable"
        case .notInHistory(_, let line): "add \(line) to History.swift and build again, or remove the file"
        case .impossible(let error): error.remedy
        }
    }

    /// The stable word for it in JSON.
    package var code: String {
        switch self {
        case .badForm, .unknown, .notGone, .notNew, .elsewhere, .badFilling, .uselessFilling: "bad_answer"
        case .renamedOrDropped: "renamed_or_dropped"
        case .needsFilling: "needs_filling"
        case .notInHistory: "not_in_history"
        case .impossible: "no_operation"
        }
    }

    /// Whether it is about what was typed.
    package var isUsage: Bool { code == "bad_answer" }
}
