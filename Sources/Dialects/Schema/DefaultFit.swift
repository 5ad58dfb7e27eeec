// Whether a column stores a literal value as it is written. PostgreSQL refuses some values and rounds or rewrites others. SQLite
// takes any text, and fails or stores something else at the first insert.

extension Default {
    /// Returns whether a column of this type gets the same value from the default on both databases.
    func fits(_ type: ColumnType) -> Bool { incompatibility(with: type) == nil }

    /// Returns what is wrong with the value in a column of this type, as a predicate; `nil` if both databases store it alike.
    package func incompatibility(with type: ColumnType) -> String? {
        guard isOfKind(type) else { return "is not a valid \(type); give a value of that type" }
        if type.isDecimal, let written {
            return CanonicalText.of(written, type) == nil ? "\(written) is not a valid \(type)\(type.limits)" : nil
        }
        if type == .json || type == .jsonText, var document, !document.withUTF8({ TextForm.json.accepts(.init($0)) }) {
            return "'\(document)' is not valid JSON; write it like '{}'"
        }
        guard case .text(let text) = self, let example = CanonicalText.example(type),
            !CanonicalText.isCanonical(text, type)
        else { return nil }
        if let canonical = CanonicalText.of(text, type) {
            return "'\(text)' is not written as a column of type \(type) stores it; write '\(canonical)'"
        }
        return "'\(text)' is not a valid \(type); write it like '\(example)'"
    }

    /// The number's text in the form that a decimal column stores; `nil` for any other value.
    func decimal(for type: ColumnType) -> String? { written.flatMap { CanonicalText.of($0, type) } }

    /// The literal's text, for a value that may be a number.
    private var written: String? {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .boolean, .json, .now, .today, .uuid, .expression: nil
        }
    }

    /// The text of a value that may be a JSON document.
    private var document: String? {
        switch self {
        case .text(let text), .json(let text): text
        case .integer, .real, .boolean, .now, .today, .uuid, .expression: nil
        }
    }

    /// Whether the value is of a kind that the type takes, whatever its text says.
    private func isOfKind(_ type: ColumnType) -> Bool {
        switch (self, type) {
        case (.expression, _), (_, .native): true
        case (.text(let text), .varchar(let length)), (.json(let text), .varchar(let length)):
            text.unicodeScalars.count <= length
        case (.integer(let number), .smallint): Int16(exactly: number) != nil
        case (.integer(let number), .integer): Int32(exactly: number) != nil
        case (.integer(let number), .boolean): number == 0 || number == 1
        case (.text, .text), (.text, .decimal), (.text, .numeric), (.text, .timestamp), (.text, .datetime),
            (.text, .date), (.text, .time), (.text, .interval), (.text, .uuid), (.text, .json), (.json, .json),
            (.json, .text), (.text, .jsonText), (.json, .jsonText), (.boolean, .boolean),
            (.integer, .bigint), (.integer, .real), (.integer, .decimal), (.integer, .numeric), (.real, .real),
            (.real, .decimal), (.real, .numeric), (.now, .timestamp), (.now, .datetime), (.now, .date), (.now, .time),
            (.now, .text), (.now, .varchar), (.now, .integer), (.now, .bigint), (.today, .date), (.today, .text),
            (.today, .varchar), (.uuid, .uuid), (.uuid, .text), (.uuid, .varchar):
            true
        case (_, _): false
        }
    }
}

extension Default {
    /// Whether an earlier version of this program wrote the declared decimal so in a text column of SQLite: `0` for what is `0.00`
    /// now. Such a database has not drifted.
    func isEarlierSpelling(of declared: Default?) -> Bool {
        guard case .text(var here) = self, case .text(var there)? = declared, here != there else { return false }
        guard let scale = there.withUTF8({ DecimalText(UnsafeRawBufferPointer($0))?.scale }), scale > 0 else {
            return false
        }
        return here.withUTF8 { bytes in
            guard let number = DecimalText(UnsafeRawBufferPointer(bytes)), number.scale < scale else { return false }
            return number.plain(decimals: scale) == there
        }
    }
}

extension ColumnType {
    /// What a decimal can hold, for people.
    fileprivate var limits: String {
        guard case .decimal(let precision, let scale) = self else { return "" }
        return ", which has at most \(precision - scale) digits before the point and \(scale) after it"
    }
}
