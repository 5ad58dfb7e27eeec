/// The value that a column gets in rows that are inserted without one.
public enum Default: Hashable, Sendable {
    /// A text: `DEFAULT 'draft'`.
    case text(String)
    /// A whole number: `DEFAULT 0`.
    case integer(Int64)
    /// A double-precision number: `DEFAULT 1.5`.
    case real(Double)
    /// A truth value: `DEFAULT true`, and 1 on SQLite.
    case boolean(Bool)
    /// A JSON document: `DEFAULT '[]'`.
    case json(String)
    /// The time of the insert: `now()` on PostgreSQL. In an integer column, the seconds since 1970.
    case now
    /// The date of the insert, in UTC.
    case today
    /// A random UUID, version 4.
    case uuid
    /// An expression without columns: `DEFAULT (1 + 1)`.
    case expression(SQLExpression)
}

extension Default: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(floatLiteral value: Double) { self = .real(value) }
}

extension Default {
    /// Whether all existing rows would get the same value.
    public var isConstant: Bool {
        switch self {
        case .text, .integer, .real, .boolean, .json: true
        case .now, .today, .uuid, .expression: false
        }
    }
}

extension Default {
    /// The same default in the form that comparisons use.
    var compared: Default {
        switch self {
        case .expression(let expression): .expression(expression.compared)
        case .text, .integer, .real, .boolean, .json, .now, .today, .uuid: self
        }
    }

    /// Returns whether a column of this type gets the same value from the default on both databases. SQLite takes any default,
    /// and fails or stores something else at the first insert. PostgreSQL refuses some defaults and rounds others.
    func fits(_ type: ColumnType) -> Bool {
        switch (self, type) {
        case (.expression, _), (_, .native): true
        case (.text(let text), .varchar(let length)), (.json(let text), .varchar(let length)):
            text.unicodeScalars.count <= length
        case (.integer(let number), .smallint): Int16(exactly: number) != nil
        case (.integer(let number), .integer): Int32(exactly: number) != nil
        case (.text(let text), .interval): IntervalText.canonical(text) == text
        case (.integer(let number), .boolean): number == 0 || number == 1
        case (.text, .text), (.text, .decimal), (.text, .numeric), (.text, .timestamp), (.text, .datetime),
            (.text, .date),
            (.text, .time), (.text, .uuid), (.text, .json), (.json, .json), (.json, .text), (.text, .jsonText),
            (.json, .jsonText), (.boolean, .boolean),
            (.integer, .bigint), (.integer, .real), (.integer, .decimal), (.integer, .numeric), (.real, .real),
            (.real, .decimal), (.real, .numeric), (.now, .timestamp), (.now, .datetime), (.now, .date), (.now, .time),
            (.now, .text), (.now, .varchar), (.now, .integer), (.now, .bigint), (.today, .date), (.today, .text),
            (.today, .varchar), (.uuid, .uuid), (.uuid, .text), (.uuid, .varchar):
            true
        case (_, _): false
        }
    }
}
