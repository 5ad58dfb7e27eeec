import Dialects

/// A parameter of a tool: the values that it accepts, and its description for a model.
package struct Parameter: Sendable {
    package enum Kind: Sendable {
        /// A text of at most `longest` code points.
        case text(longest: Int)
        case texts(most: Int, longest: Int)
        case words([String])
        case number(ClosedRange<Int>)
        case flag
        /// A timestamp as in RFC 3339.
        case moment
    }

    package var name: String
    package var kind: Kind
    package var text: String
    package var isRequired = false

    package init(_ name: String, _ kind: Kind, _ text: String, isRequired: Bool = false) {
        self.name = name
        self.kind = kind
        self.text = text
        self.isRequired = isRequired
    }

    /// The parameter as JSON Schema.
    var schema: JSON { .object(kind.members + [("description", .string(text))]) }
}

extension Parameter.Kind {
    fileprivate var members: [(key: String, value: JSON)] {
        switch self {
        case .text(let longest): Self.text(longest)
        case .texts(let most, let longest):
            [("type", "array"), ("items", .object(Self.text(longest))), ("maxItems", .integer(Int64(most)))]
        case .words(let words): [("type", "string"), ("enum", .array(words.map { .string($0) }))]
        case .number(let range):
            [
                ("type", "integer"), ("minimum", .integer(Int64(range.lowerBound))),
                ("maximum", .integer(Int64(range.upperBound))),
            ]
        case .flag: [("type", "boolean")]
        case .moment: [("type", "string"), ("format", "date-time")]
        }
    }

    private static func text(_ longest: Int) -> [(key: String, value: JSON)] {
        [("type", "string"), ("maxLength", .integer(Int64(longest)))]
    }

    /// Returns the error in a value, as the end of a sentence that begins with the argument's name; `nil` if the value is acceptable.
    func objection(to value: JSON) -> String? {
        switch (self, value) {
        case (.text(let longest), .string(let text)): Self.objection(to: text, longest)
        case (.texts(let most, let longest), .array(let items)): Self.objection(to: items, most, longest)
        case (.words(let words), .string(let text)):
            words.contains(text) ? nil : "can't be \(text): use one of \(words.joined(separator: ", "))"
        case (.number(let range), .integer(let number)):
            Int(exactly: number).map(range.contains) ?? false
                ? nil : "must be a number from \(range.lowerBound) to \(range.upperBound)"
        case (.flag, .boolean): nil
        case (.moment, .string(let text)):
            Timestamp(given: text) == nil ? "must be a time such as 2026-11-25T09:30:00Z" : nil
        case (.text, _), (.texts, _), (.words, _), (.number, _), (.flag, _), (.moment, _): "must be \(phrase)"
        }
    }

    private static func objection(to text: String, _ longest: Int) -> String? {
        // The daemon's databases can't store this character in a text.
        if text.utf8.contains(0) { return "holds a NUL character" }
        return text.unicodeScalars.count > longest ? "is longer than \(longest) code points" : nil
    }

    private static func objection(to items: [JSON], _ most: Int, _ longest: Int) -> String? {
        guard items.count <= most else { return "has more than \(most) items" }
        for item in items {
            guard case .string(let text) = item else { return "must be a list of texts" }
            if let objection = objection(to: text, longest) { return objection }
        }
        return nil
    }

    private var phrase: String {
        switch self {
        case .text, .words: "a text"
        case .texts: "a list of texts"
        case .number: "a whole number"
        case .flag: "true or false"
        case .moment: "a time such as 2026-11-25T09:30:00Z"
        }
    }
}
