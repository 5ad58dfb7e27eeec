import Dialects

/// The outcome of a call.
package enum ToolResult: Sendable {
    /// The call succeeded: the document, and the text for a model if it is not the document's.
    case done(JSON, text: String? = nil)
    /// The call failed. A model reads the failure, and may try another call.
    case failed(ToolFailure)
    /// The client's user has to be asked first.
    case asks(Question, state: String)
}

/// The reason why a tool did not do what a call asked for.
package struct ToolFailure: Error, Sendable {
    /// A stable code for programs.
    package var code: String
    package var message: String
    package var remedy: String?

    package init(code: String, message: String, remedy: String?) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}

/// A question to the client's user, who answers with one line of text.
package struct Question: Sendable {
    package var message: String
    package var field: String
    package var title: String
    package var longest: Int

    package init(message: String, field: String, title: String, longest: Int) {
        self.message = message
        self.field = field
        self.title = title
        self.longest = longest
    }

    /// Returns the parameters of `elicitation/create`. Revisions after June 2025 also state the mode, a form.
    package func params(in revision: Revision) -> JSON {
        let mode: [(key: String, value: JSON)] =
            switch revision {
            case .july2026, .november2025: [("mode", "form")]
            case .june2025: []
            }
        let line = JSON.object([
            ("type", "string"), ("title", .string(title)), ("minLength", .integer(1)),
            ("maxLength", .integer(Int64(longest))),
        ])
        let schema = JSON.object([
            ("type", "object"), ("properties", .object([(field, line)])), ("required", .array([.string(field)])),
        ])
        return .object(mode + [("message", .string(message)), ("requestedSchema", schema)])
    }

    /// Returns the user's answer; `nil` if the user declined, or if the text is missing, too long, or holds a NUL character.
    /// - Parameter result: The result of `elicitation/create`.
    package func answer(in result: JSON?) -> String? {
        guard result?["action"]?.text == "accept", let text = result?["content"]?[field]?.text,
            text.unicodeScalars.count <= longest, !text.utf8.contains(0)
        else { return nil }
        return text
    }

    /// The key of the answer among the `inputResponses` of a request that is sent again.
    package static let key = "reason"
}
