import Dialects

extension TypeChoice {
    /// Returns the type of a column that holds no values, taking its default into account: the value that rows will get is
    /// evidence, as values are. An empty `BOOLEAN DEFAULT 1000` does not hold booleans. `holds` says whether a column of a type can have a
    /// computed default, such as that of `INTEGER DEFAULT CURRENT_TIMESTAMP`.
    static func regarding(
        _ value: Default?, _ choice: TypeChoice, declared: String, holds: (Default, ColumnType) -> Bool
    ) -> TypeChoice {
        guard !choice.isGiven, let value else { return choice }
        if choice.isGuessed { return Self.regarding(value) ?? choice }
        let type = value.fits(choice.type) ? value.momentType(insteadOf: choice.type, holds) : value.literalType
        return type.map { TypeChoice($0, because: "it is empty, and its default is not a valid \(declared)") } ?? choice
    }

    /// Returns the type of a column that declares none, by its default; `nil` if the default says nothing. Beside a number, there may be
    /// others with a fraction.
    private static func regarding(_ value: Default) -> TypeChoice? {
        switch value {
        case .integer, .real:
            var choice = TypeChoice(.numeric, because: "it is empty: guessed, since its default is a number")
            choice.isGuessed = true
            return choice
        case .text: return TypeChoice(.text)
        case .boolean, .json, .now, .today, .uuid, .expression: return nil
        }
    }
}

extension Default {
    /// The type that holds the default; `nil` for a default that is computed when a row is inserted.
    fileprivate var literalType: ColumnType? {
        switch self {
        case .text: .text
        case .integer: .bigint
        case .real: .real
        case .boolean, .json, .now, .today, .uuid, .expression: nil
        }
    }

    /// The type of the moment that the expression computes, if it is none of this type; otherwise `nil`.
    fileprivate func momentType(insteadOf type: ColumnType, _ holds: (Default, ColumnType) -> Bool) -> ColumnType? {
        guard case .expression = self, type.isOfNumbersOrMoments, !holds(self, type) else { return nil }
        let moments: [ColumnType] = [.datetime, .date, .time]
        return moments.first { holds(self, $0) }
    }

    /// Whether a column of this type could hold the default, judged by its kind.
    fileprivate func fits(_ type: ColumnType) -> Bool {
        switch type {
        case .boolean:
            switch self {
            case .integer(let number): number == 0 || number == 1
            case .text(let text): ["t", "true", "f", "false"].contains(text.lowercased())
            case .real: false
            case .boolean, .json, .now, .today, .uuid, .expression: true
            }
        case .smallint, .integer, .bigint, .real, .numeric, .decimal:
            switch self {
            case .text(let text): text.isDecimal
            case .real: !type.isInteger
            case .integer, .boolean, .json, .now, .today, .uuid, .expression: true
            }
        case .timestamp, .datetime, .date, .time, .interval, .uuid:
            switch self {
            case .integer, .real: false
            case .text, .boolean, .json, .now, .today, .uuid, .expression: true
            }
        case .text, .varchar, .bytes, .json, .jsonText, .native: true
        }
    }
}

extension String {
    /// Whether a column of numbers stores the text as a number: `0x1f`, `nan` and `inf` stay texts.
    fileprivate var isDecimal: Bool {
        var text = self
        return text.withUTF8 { DecimalText(UnsafeRawBufferPointer($0)) != nil }
    }
}

extension ColumnType {
    fileprivate var isOfNumbersOrMoments: Bool {
        switch self {
        case .boolean, .smallint, .integer, .bigint, .real, .numeric, .decimal, .timestamp, .datetime, .date, .time:
            true
        case .interval, .uuid, .text, .varchar, .bytes, .json, .jsonText, .native: false
        }
    }
}
