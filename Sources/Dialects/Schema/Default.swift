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
}
