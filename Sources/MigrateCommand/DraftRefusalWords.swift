import Dialects
import Migrator

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
        case .uselessFilling(let name): "--fill \(name): no row that exists lacks a value there"
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
            "give names as TABLE or TABLE.COLUMN: the old one by the history, the new one by the declared schema"
        case .ambiguous: "write this migration by hand"
        case .notGone(let name):
            "only what is gone can be dropped, or have become something new; where another one is called \(name) from now on, say so "
                + "in the same command with --rename"
        case .notNew(let name):
            "a new name has to be free: say with --rename what \(name) of the history is called from now on, or drop it in a migration "
                + "before this one"
        case .renamedTwice, .sameNewName, .renamedAndDropped: "leave one of the two out"
        case .elsewhere: "rename the table in the same command with --rename, or move the values with RunSQL"
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
        case .behind: "bring the database up to date with \(program) up, or name one that is"
        case .impossible(let error): error.remedy
        }
    }
}
