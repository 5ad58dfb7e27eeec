import Dialects

extension TypeChoice {
    /// Returns the type of a column that holds no values, taking its default into account: the value that rows will get is
    /// evidence, as values are. An empty `BOOLEAN DEFAULT 1000` does not hold booleans.
    static func regarding(_ value: Default?, _ choice: TypeChoice, declared: String) -> TypeChoice {
        guard !choice.isGiven, let value, let type = value.literalType, !value.fits(choice.type) else { return choice }
        return TypeChoice(type, because: "it is empty, and its default is not a valid \(declared)")
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
            case .text(let text): Double(text) != nil
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
