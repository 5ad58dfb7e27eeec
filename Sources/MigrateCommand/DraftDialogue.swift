import Dialects
import Migrator
import TCTerminal

/// Asks a person at a terminal the questions that two schemas leave open.
struct DraftDialogue {
    /// Returns `nil` if there is no terminal, and therefore nobody to ask.
    init?() { guard Console.inputIsTerminal, Console.errorIsTerminal else { return nil } }

    func answer(_ question: RenameQuestion, in answers: inout DraftAnswers) throws {
        Console.error("\(question.gone) is gone from the declared schema. Is it")
        for (at, candidate) in question.candidates.enumerated() {
            Console.error("  \(at + 1)  renamed to \(candidate)")
        }
        Console.error("  d  dropped, with everything it holds")
        while let words = Console.ask("? ") {
            if words == "d" { return answers.drop(question.gone) }
            guard let number = Int(words), number > 0, question.candidates.indices.contains(number - 1) else {
                continue
            }
            return answers.rename(question.gone, to: question.candidates[number - 1])
        }
        throw DraftRefusal.renamedOrDropped(question)
    }

    func answer(_ question: FillingQuestion, in answers: inout DraftAnswers) throws {
        let (name, type) = (question.name, question.type)
        Console.error(
            question.isNew
                ? "\(name) is new and required. Which value do existing rows get? A \(type), or nothing if there are none."
                : "\(name) becomes required. Which value do rows with NULL get? A \(type), or nothing if there are none."
        )
        while let words = Console.ask("? ") {
            if words.isEmpty { return answers.fill(name, with: nil) }
            if let value = Default(words: words, for: type) { return answers.fill(name, with: value) }
            Console.error("that is not of type \(type)")
        }
        throw DraftRefusal.needsFilling(question)
    }
}
