import Dialects

/// What became of a call.
package enum ToolResult: Sendable {
    /// The document, and the text for a model where that is another one.
    case done(JSON, text: String? = nil)
    /// What could not be done: a model reads it, and may call otherwise.
    case failed(ToolFailure)
    /// The client's user has to be asked first.
    case asks(Question, state: String)
}

/// What a tool says no to.
package struct ToolFailure: Error, Sendable {
    /// A stable word for programs.
    package var code: String
    package var message: String
    package var remedy: String?

    package init(code: String, message: String, remedy: String?) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}

/// What a user is asked: one line of text.
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

    /// The parameters of `elicitation/create`. Revisions after June 2025 say that it is a form.
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

    /// What the user said; `nil` where he said nothing, or declined. `result` is that of `elicitation/create`.
    package func answer(in result: JSON?) -> String? {
        guard result?["action"]?.text == "accept", let text = result?["content"]?[field]?.text,
            text.unicodeScalars.count <= longest, !text.utf8.contains(0)
        else { return nil }
        return text
    }

    /// By what a request that is sent again has the answer to this among its `inputResponses`.
    package static let key = "reason"
}
