import Dialects

/// An error as the user sees it: the problem, its place, the remedy, and the exit code.
package struct Problem {
    package var code: String
    package var message: String
    package var remedy: String?
    package var context: [(key: String, value: JSON)]
    package var exitCode: Int32

    /// The error as text. The remedy has a line of its own if the message has several lines.
    package var sentence: String {
        remedy.map { message.contains("\n") ? "\(message)\n\($0)" : "\(message); \($0)" } ?? message
    }

    package var document: JSON {
        .object([
            ("version", .integer(1)),
            (
                "error",
                .object([
                    ("code", .string(code)), ("message", .string(message)),
                    ("remedy", remedy.map { .string($0) } ?? .null), ("context", .object(context)),
                ])
            ),
        ])
    }

    package init(_ error: DatabaseError) {
        self.init(code: error.kind.code, message: error.sentence, remedy: error.remedy)
        if let statement = error.statement { context.append(("sql", .string(statement))) }
        if let code = error.code { context.append(("database_code", .string(code))) }
        if error.kind == .invalidURL { exitCode = 64 }
    }

    package init(
        code: String, message: String, remedy: String?, context: [(key: String, value: JSON)] = [], exitCode: Int32 = 2
    ) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.context = context
        self.exitCode = exitCode
    }
}

extension DatabaseError.Kind {
    /// The stable identifier in JSON, such as `not_a_database`.
    fileprivate var code: String {
        var text = ""
        for letter in rawValue.replacing("URL", with: "Url") {
            text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
        }
        return text
    }
}
