import Dialects
import TCRuntime
import TCTerminal

/// An error in a form that fits into a line of a longer text.
enum Sentence {
    static func of(_ error: any Error) -> String { Problem.explaining(error).sentence }
    static func message(_ error: any Error) -> String { Problem.explaining(error).message }
    static func remedy(_ error: any Error) -> String? { Problem.explaining(error).remedy }
}

/// Text that is safe to print on one line of a terminal, whoever wrote it.
enum PlainLine {
    static func of(_ text: String) -> String {
        PlainText.of(text).split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
