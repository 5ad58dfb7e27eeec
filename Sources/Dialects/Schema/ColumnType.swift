/// The type of a column's values, and its name in each database:
///
/// | type | PostgreSQL | SQLite |
/// | --- | --- | --- |
/// | `smallint`, `integer`, `bigint` | `smallint`, `integer`, `bigint` | `INTEGER` |
/// | `real` | `double precision` | `REAL` |
/// | `decimal(10, 2)`, `numeric` | `numeric(10, 2)`, `numeric` | `TEXT` |
/// | `text`, `varchar(20)` | `text`, `varchar(20)` | `TEXT`, with a check of the length |
/// | `boolean` | `boolean` | `INTEGER`, with a check that it is 0 or 1 |
/// | `timestamp` | `timestamptz` | `TEXT`: `2026-01-31T09:30:00.000000Z` |
/// | `datetime` | `timestamp` | `TEXT`: `2026-01-31 09:30:00.000000` |
/// | `date`, `time` | `date`, `time` | `TEXT`: `2026-01-31`, `09:30:00.000000` |
/// | `interval` | `interval` | `TEXT`: `1 year 2 mons -3 days +04:05:06.5` |
/// | `uuid` | `uuid` | `TEXT` |
/// | `json`, `jsonText` | `jsonb`, `json` | `TEXT`, with a check that it is JSON |
/// | `bytes` | `bytea` | `BLOB` |
public enum ColumnType: Hashable, Sendable {
    /// A 16-bit integer. SQLite has one width for all integers, and holds larger ones as well.
    case smallint
    /// A 32-bit integer.
    case integer
    /// A 64-bit integer.
    case bigint
    /// A double-precision floating-point number, 64 bits.
    case real
    /// An exact decimal number of `precision` digits in all, `scale` of them after the point.
    case decimal(_ precision: Int, _ scale: Int)
    /// An exact decimal number of any size.
    case numeric
    /// Text of any length.
    case text
    /// Text of at most this many characters.
    case varchar(Int)
    /// True or false.
    case boolean
    /// A moment, stored in UTC to the microsecond.
    case timestamp
    /// A date and a time of day without a time zone, to the microsecond.
    case datetime
    /// A date without a time of day.
    case date
    /// A time of day without a time zone, to the microsecond.
    case time
    /// A span of time: months, days and microseconds, each counted separately. When PostgreSQL compares two spans, it treats a
    /// month as 30 days and a day as 24 hours (https://www.postgresql.org/docs/current/datatype-datetime.html, 8.5.4). SQLite
    /// compares texts.
    case interval
    /// A UUID (RFC 9562), stored in lower case with hyphens where the database keeps it as text.
    case uuid
    /// A JSON document. PostgreSQL stores it as `jsonb`, which keeps neither spaces nor the order of keys.
    case json
    /// A JSON document that stays as it is written: `json` in PostgreSQL. PostgreSQL can't compare `json` values, so the column
    /// takes no part in keys and indexes.
    case jsonText
    /// Binary data.
    case bytes
    /// A type by each database's own name for it. A database whose name is empty refuses the column.
    case native(sqlite: String, postgresql: String)
}

extension ColumnType {
    /// Whether the type is given by each database's own name for it.
    public var isNative: Bool { if case .native = self { true } else { false } }

    /// Whether values are stored as text without conversion.
    public var isText: Bool {
        switch self {
        case .text, .varchar: true
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .json, .jsonText, .bytes, .native:
            false
        }
    }

    /// Whether values of the type are days, times of day or both.
    var isMoment: Bool {
        switch self {
        case .timestamp, .datetime, .date, .time: true
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .interval, .uuid,
            .json,
            .jsonText, .bytes, .native:
            false
        }
    }

    /// Whether each value has a single written form, so that different texts (`7` and `007`) become the same value.
    var isSpelledInOneWay: Bool {
        switch self {
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean, .timestamp, .datetime, .time, .interval,
            .uuid:
            true
        // A date is accepted in one written form only, and SQLite keeps JSON as its text.
        case .text, .varchar, .date, .json, .jsonText, .bytes, .native: false
        }
    }

    /// Whether each value is stored with the same number of decimals.
    var isStoredWithDecimals: Bool { if case .decimal = self { true } else { false } }

    var isDecimal: Bool {
        switch self {
        case .decimal, .numeric: true
        case .smallint, .integer, .bigint, .real, .text, .varchar, .boolean, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .json, .jsonText, .bytes, .native:
            false
        }
    }

    /// Whether the declaration names no type, as SQLite allows.
    package var isUndeclared: Bool { if case .native(_, "") = self { true } else { false } }

    /// The form in which values travel between two databases of the same kind, without being interpreted.
    public static let ownForm = ColumnType.native(sqlite: "", postgresql: "")

    /// A double whose zero may have a sign. A REAL column of SQLite drops that sign, but a column of type ANY keeps it.
    package static let signedReal = ColumnType.native(sqlite: "ANY", postgresql: "double precision")

    /// A row of a composite type, by the name that PostgreSQL gives to the type of any row. Others keep its text.
    static let row = ColumnType.native(sqlite: "TEXT", postgresql: "record")

    /// Whether the database can number the rows by a column of this type (`identity()`).
    public var isInteger: Bool { self == .smallint || self == .integer || self == .bigint }
}

extension ColumnType {
    /// The type as messages name it: a native one by the word of the database that has it.
    package var word: String {
        guard case .native(let sqlite, let postgresql) = self else { return description }
        let words = [postgresql, sqlite].filter { !$0.isEmpty }
        return words.first ?? "no type"
    }
}

extension ColumnType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .smallint: "smallint"
        case .integer: "integer"
        case .bigint: "bigint"
        case .real: "real"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .numeric: "numeric"
        case .text: "text"
        case .varchar(let length): "varchar(\(length))"
        case .boolean: "boolean"
        case .timestamp: "timestamp"
        case .datetime: "datetime"
        case .date: "date"
        case .time: "time"
        case .interval: "interval"
        case .uuid: "uuid"
        case .json: "json"
        case .jsonText: "jsonText"
        case .bytes: "bytes"
        case .native(let sqlite, let postgresql): "native(sqlite: \(sqlite), postgresql: \(postgresql))"
        }
    }

    /// Returns the type with this `description`; `nil` for `native`, which needs the SQL of both databases.
    public init?(named name: String) {
        let simple: [ColumnType] = [
            .smallint, .integer, .bigint, .real, .numeric, .text, .boolean, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .json, .jsonText, .bytes,
        ]
        if let type = simple.first(where: { $0.description == name }) {
            self = type
            return
        }
        guard let open = name.firstIndex(of: "("), name.hasSuffix(")") else { return nil }
        let numbers = name[name.index(after: open)...].dropLast().split(separator: ",").compactMap { Int($0) }
        switch (name[..<open], numbers.count) {
        case ("varchar", 1): self = .varchar(numbers[0])
        case ("decimal", 2): self = .decimal(numbers[0], numbers[1])
        default: return nil
        }
    }
}
