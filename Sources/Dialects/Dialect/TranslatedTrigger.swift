/// A trigger as its database has it.
package struct SourceTrigger: Sendable, Equatable {
    package var name: String
    /// The whole of `CREATE TRIGGER`.
    package var definition: String
    /// The table or view that the trigger belongs to. In PostgreSQL several tables may have triggers of one name.
    package var table: String?

    package init(name: String, definition: String, of table: String?) {
        self.name = name
        self.definition = definition
        self.table = table
    }
}

/// A trigger of the source, said in the words of the target.
package struct TranslatedTrigger: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// The statements that make it there, without a semicolon at their ends; and what may be another result there, as a sentence
        /// about the trigger.
        case statements([String], note: String? = nil)
        /// Why it can't be said there, as a sentence about the trigger.
        case refused(String)
    }

    package var source: SourceTrigger
    package var outcome: Outcome
    /// The column whose guessed type is the reason of a refusal, if it were to hold numbers (`Untranslatable.numbersWanted`).
    package var numbersWanted: GuessedColumn?

    package init(_ source: SourceTrigger, _ outcome: Outcome) {
        self.source = source
        self.outcome = outcome
    }
}
