import Dialects
import Migrator
import TCPOSIX

// Words the refusals of `new` in terms of its flags.

extension DraftAnswer {
    fileprivate var flag: String {
        switch self {
        case .rename: "--rename"
        case .drop: "--drop"
        case .fill: "--fill"
        case .leaveUnfilled: "--no-fill"
        }
    }

    fileprivate var form: String {
        switch self {
        case .rename: "OLD=NEW"
        case .drop: "NAME"
        case .fill: "TABLE.COLUMN=VALUE"
        case .leaveUnfilled: "TABLE.COLUMN"
        }
    }
}

extension DraftRefusal {
    /// The refusal, after the flag that it is about.
    var message: String {
        switch self {
        case .badForm(let words, let answer): "\(answer.flag) \(words) has no '='"
        case .unknown(_, let answer, _, _): "\(answer.flag): \(self)"
        case .uselessFilling(let name): "--fill \(name): no existing row lacks a value there"
        case .ambiguous, .notGone, .notNew, .renamedTwice, .sameNewName, .renamedAndDropped, .elsewhere, .badFilling,
            .renamedOrDropped, .needsFilling, .notInHistory, .behind, .impossible:
            description
        }
    }

    /// Returns the remedy. `program` is the program's name.
    func remedy(_ program: String) -> String {
        switch self {
        case .badForm(_, let answer): "write \(answer.flag) \(answer.form)"
        case .unknown:
            "give names as TABLE or TABLE.COLUMN: the old one as in the history, the new one as in the declared schema"
        case .ambiguous: "write this migration by hand"
        case .notGone(let name):
            "only what the declared schema lacks can be dropped or renamed; if another object takes the name \(name), add that rename "
                + "to the same command with --rename"
        case .notNew(let name):
            "a new name must be free: give the history's \(name) its new name with --rename, or drop it in an earlier "
                + "migration"
        case .renamedTwice, .sameNewName, .renamedAndDropped: "leave one of the two out"
        case .elsewhere: "rename the table in the same command with --rename, or move the values with RunSQL"
        case .badFilling(_, let type):
            "give a value of that type" + (CanonicalText.example(type).map { ", such as \($0)" } ?? "")
                + ", or write the migration by hand"
        case .uselessFilling: "leave it out: only a column that is new in its table or becomes required takes a value"
        case .renamedOrDropped(let question):
            "pass --rename " + "\(question.gone)=\(question.candidates[0])".shellWord + ", or --drop "
                + "\(question.gone)".shellWord + " if its values may be lost"
        case .needsFilling(let question) where question.isNew:
            Self.filling(question.name) + " if the table has no rows; or give the column a default, or make it nullable"
        case .needsFilling(let question):
            Self.filling(question.name) + " if no row holds NULL; or leave it nullable"
        case .notInHistory(_, let line): "add \(line) to History.swift and build again, or remove the file"
        case .behind: "bring the database up to date with \(program) up, or name one that is"
        case .impossible(let error): error.remedy
        }
    }

    private static func filling(_ name: DraftName) -> String {
        "pass --fill " + "\(name)=VALUE".shellWord + ", or --no-fill " + "\(name)".shellWord
    }
}
