import Dialects

/// The kind of values that a column's declaration suggests. SQLite accepts any value in any column, so a column's type in
/// the target is chosen from its declared kind and its values.
enum DeclaredKind: Hashable, Sendable {
    case integer, real, text, bytes, boolean, date, time, moment, uuid, numeric
    case varchar(Int)
    case decimal(precision: Int, scale: Int)
    /// The declaration suggests no known kind, so the values decide. The associated type is for a column without values.
    case unknown(whenEmpty: ColumnType)

    init(_ type: ColumnType) {
        switch type {
        // SQLite's integers have 64 bits, whatever the declared word.
        case .smallint, .integer, .bigint: self = .integer
        case .real: self = .real
        case .decimal(let precision, let scale):
            // PostgreSQL declares at most 1000 digits, and not more after the point than in total (its manual, 8.1.2).
            let isPossible = (1...1000).contains(precision) && (0...precision).contains(scale)
            self = isPossible ? .decimal(precision: precision, scale: scale) : .numeric
        case .numeric: self = .numeric
        // A jsonb column would lose the text's exact form and repeated keys.
        case .text, .interval, .json, .jsonText: self = .text
        case .varchar(let length): self = (1...10_485_760).contains(length) ? .varchar(length) : .text
        case .boolean: self = .boolean
        case .timestamp, .datetime: self = .moment
        case .date: self = .date
        case .time: self = .time
        case .uuid: self = .uuid
        case .bytes: self = .bytes
        case .native: self = .unknown(whenEmpty: type.isUndeclared ? .text : .numeric)
        }
    }
}

extension DeclaredKind {
    /// The phrase about shapes that are alike, and of another kind.
    var shapes: String {
        switch self {
        case .date: "the values are not days alone"
        case .time: "the values are not times of day without a zone"
        case .integer, .real, .text, .bytes, .boolean, .moment, .uuid, .numeric, .varchar, .decimal, .unknown:
            "the values are not moments"
        }
    }

    /// The phrase about a value of another kind, as in "3 of 7 values: no integer".
    var denial: String {
        switch self {
        case .integer: "not an integer"
        case .real: "not a number"
        case .text, .unknown: "not a text"
        case .bytes: "not a blob"
        case .boolean: "neither 0 nor 1"
        case .date, .time, .moment: "not a date or time in a known format"
        case .uuid: "not a uuid in lower case"
        case .numeric: "not a decimal"
        case .varchar(let length): "not a text of at most \(length) characters"
        case .decimal(let precision, let scale): "not a decimal of \(precision) digits, \(scale) after the point"
        }
    }
}
