import Dialects

/// The reason why no migration is written. The program adds the remedy in terms of its own flags.
package enum DraftRefusal: Error, Equatable {
    /// An answer lacks its `=`.
    case badForm(String, DraftAnswer)
    case unknown(String, DraftAnswer, DraftSide, near: String?)
    /// A text is both the name of a table and the name of a column.
    case ambiguous(String)
    case notGone(DraftName)
    case notNew(DraftName)
    /// One table or column is given two new names.
    case renamedTwice(DraftName)
    /// Two tables or columns are given one new name.
    case sameNewName(DraftName)
    case renamedAndDropped(DraftName)
    /// A rename would move a column to another table, or make a table a column or the reverse.
    case elsewhere(DraftName, DraftName)
    case badFilling(DraftName, ColumnType)
    /// A value was given for a column in which no row lacks one.
    case uselessFilling(DraftName)
    case renamedOrDropped(RenameQuestion)
    case needsFilling(FillingQuestion)
    /// The folder holds a file that the program does not know.
    case notInHistory(file: String, line: String)
    /// The database lacks migrations, so a schema part that it does not hold was not necessarily dropped.
    case behind([String])
    case impossible(DraftError)
}

extension DraftRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badForm(let words, _): "\(words) has no '='"
        case .unknown(let words, _, let side, let near):
            "there is no \(words) in \(side.words)" + (near.map { "; did you mean \($0)?" } ?? "")
        case .ambiguous(let words): "\(words) names both a table and a column of another table"
        case .notGone(let name): "\(name) is still in the declared schema"
        case .notNew(let name): "\(name) is already in the history"
        case .renamedTwice(let name): "\(name) is given two new names"
        case .sameNewName(let name): "two objects would be named \(name)"
        case .renamedAndDropped(let name): "\(name) can't be both renamed and dropped"
        case .elsewhere(let old, let new):
            "\(old) can't become \(new): a column stays in its table, and a table stays a table"
        case .badFilling(let name, let type): "the value for \(name) is not of type \(type)"
        case .uselessFilling(let name): "no existing row lacks a value in \(name)"
        case .renamedOrDropped(let question):
            "\(question.gone) is gone from the declared schema, and \(question.candidates.map(\.description).joined(separator: ", ")) "
                + "could be its new name"
        case .needsFilling(let question) where question.isNew:
            "\(question.name) is new and required, and there is no value for the existing rows"
        case .needsFilling(let question):
            "\(question.name) becomes required, and there is no value for the rows that hold NULL"
        case .notInHistory(let file, _): "the file \(file) exists, but its migration is not in this program's history"
        case .behind(let ids):
            "the database lacks migrations: \(ids.count) of the history \(ids.count == 1 ? "is" : "are") pending, "
                + "\(ids[0]) first, and the draft would drop what they create"
        case .impossible(let error): "\(error)"
        }
    }

    /// The stable word for the refusal in JSON.
    package var code: String {
        switch self {
        case .badForm, .unknown, .ambiguous, .notGone, .notNew, .renamedTwice, .sameNewName, .renamedAndDropped,
            .elsewhere, .badFilling, .uselessFilling:
            "bad_answer"
        case .renamedOrDropped: "renamed_or_dropped"
        case .needsFilling: "needs_filling"
        case .notInHistory: "not_in_history"
        case .behind: "behind"
        case .impossible: "no_operation"
        }
    }

    /// Whether the refusal is about the answers as they were typed.
    package var isUsage: Bool { code == "bad_answer" }
}

extension DraftSide {
    fileprivate var words: String {
        switch self {
        case .history: "the history"
        case .declaredSchema: "the declared schema"
        case .columnsOfDeclaredSchema: "the columns of the declared schema"
        }
    }
}
