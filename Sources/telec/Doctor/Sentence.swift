import Dialects
import MigrateCommand
import TCRuntime
import TCSettings
import TCSystem
import TCTerminal

/// An error in a form that fits into a line of a longer text.
enum Sentence {
    static func of(_ error: any Error) -> String { problem(error).sentence }
    static func message(_ error: any Error) -> String { problem(error).message }
    static func remedy(_ error: any Error) -> String? { problem(error).remedy }

    private static func problem(_ error: any Error) -> Problem {
        switch error {
        case let error as MachineError: Problem(code: error.code, message: error.message, remedy: error.remedy)
        case is RuntimeError, is SettingsError: Problem(error)
        default: Problem.ofTransfer(error)
        }
    }
}

/// Text that is safe to print on one line of a terminal, whoever wrote it.
enum PlainLine {
    static func of(_ text: String) -> String {
        var reader = PlainText()
        return reader.read(text).split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
