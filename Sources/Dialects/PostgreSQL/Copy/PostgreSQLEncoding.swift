/// How one column's values are written into `COPY … FROM STDIN (FORMAT binary)`: the counterpart of its type's `_recv` function
/// (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format").
enum PostgreSQLEncoding: Equatable {
    case int2
    case int4
    case int8
    case float4
    case float8
    case numeric
    case decimal(precision: Int, scale: Int)
    case text
    /// Text that is known to be UTF-8 without NUL.
    case provenText
    case varchar(Int)
    /// Of so many characters: the server fills up with blanks.
    case character(Int)
    case boolean
    /// A moment whose seconds have at most this many decimals. The next two cases have the same limit.
    case timestamptz(Int)
    case timestamp(Int)
    case time(Int)
    case date
    case interval
    case inet
    case uuid
    /// JSON that keeps its text.
    case json
    case jsonb
    /// Text that is known to be JSON as jsonb accepts it.
    case provenJSON
    case bytea
    /// The type's own binary form, as `copyOut` returns it.
    case raw
    /// A text that the server must cast to the column's type (`PostgreSQLCastingCopyIn`).
    case cast

    /// Finds the encoding of a type: `cast` for a native type whose binary form is none of these.
    init(_ type: ColumnType) {
        switch type {
        case .smallint: self = .int2
        case .integer: self = .int4
        case .bigint: self = .int8
        case .real: self = .float8
        case .decimal(let precision, let scale): self = .decimal(precision: precision, scale: scale)
        case .numeric: self = .numeric
        case .text: self = .text
        case .varchar(let length): self = .varchar(length)
        case .boolean: self = .boolean
        case .timestamp: self = .timestamptz(6)
        case .datetime: self = .timestamp(6)
        case .date: self = .date
        case .time: self = .time(6)
        case .interval: self = .interval
        case .uuid: self = .uuid
        case .json: self = .jsonb
        case .jsonText: self = .json
        case .bytes: self = .bytea
        case .ownForm: self = .raw
        case .native(_, let word): self.init(word: word)
        }
    }

    private init(word: String) {
        let (word, precision) = PostgreSQLTypeName(word.lowercased()).withoutPrecision
        switch word {
        case "smallint", "int2": self = .int2
        case "integer", "int", "int4": self = .int4
        case "bigint", "int8": self = .int8
        case "real", "float4": self = .float4
        case "double precision", "float8": self = .float8
        case "numeric", "decimal": self = .numeric
        case "text", "varchar", "character varying": self = .text
        case "character": self = .character(precision ?? 1)
        case "boolean", "bool": self = .boolean
        case "timestamptz", "timestamp with time zone": self = .timestamptz(precision ?? 6)
        case "timestamp", "timestamp without time zone": self = .timestamp(precision ?? 6)
        case "date": self = .date
        case "time", "time without time zone": self = .time(precision ?? 6)
        // Whatever it begins with, seconds are kept, and so is all.
        case "interval" where precision == nil: self = .interval
        case "interval day to second" where precision == nil: self = .interval
        case "inet": self = .inet
        case "uuid": self = .uuid
        case "json": self = .json
        case "jsonb": self = .jsonb
        case "bytea": self = .bytea
        default: self = .cast
        }
    }

    /// The encoding for values that are known to fit, which only the server checks again.
    var ofProvenValues: PostgreSQLEncoding {
        switch self {
        case .text, .varchar, .character: .provenText
        case .jsonb: .provenJSON
        case .int2, .int4, .int8, .float4, .float8, .numeric, .decimal, .boolean, .timestamptz, .timestamp, .time,
            .date,
            .interval, .inet, .uuid, .json, .bytea, .raw, .cast, .provenText, .provenJSON:
            self
        }
    }

    /// Returns why a value does not fit, for people.
    func refusal(of value: RawValue) -> String {
        switch self {
        case .int2: "is not a whole number of 16 bits"
        case .int4: "is not a whole number of 32 bits"
        case .int8: "is not a whole number of 64 bits"
        case .float4 where value.double != nil:
            "is not a number that a real of 32 bits holds exactly; ALTER the column's TYPE to double precision, which does"
        case .float4, .float8: "is not a number that a double holds exactly"
        case .numeric: "is not a decimal number"
        case .decimal(let precision, let scale):
            "is not a decimal number of at most \(precision) digits, \(scale) of them after the point"
        case .text, .provenText, .cast: refusalOfText(value) ?? "is not text"
        case .character(let length) where value.losesBlanks(in: length):
            "ends in blanks, of which character(\(length)) keeps no count"
        case .varchar(let length), .character(let length):
            refusalOfText(value) ?? "is longer than \(length) characters"
        case .boolean: "is neither true nor false"
        case .timestamptz(let digits): "is not a timestamp" + Self.limit(digits)
        case .timestamp(let digits): "is not a timestamp without a zone" + Self.limit(digits)
        case .date: "is not a date"
        case .time(let digits): "is not a time of day" + Self.limit(digits)
        case .interval: "is neither a time span nor a number of microseconds"
        case .inet: "is not an IPv4 or IPv6 address"
        case .uuid: "is not a uuid"
        case .json: "is not JSON"
        case .jsonb, .provenJSON: "is not JSON that jsonb accepts"
        case .bytea: "is neither bytes, text nor a number"
        case .raw: "is not in the binary form of the column's type"
        }
    }

    private static func limit(_ digits: Int) -> String {
        digits == 6 ? "" : " with at most \(digits) digits of a second's fraction"
    }

    private func refusalOfText(_ value: RawValue) -> String? {
        switch value {
        case .blob: "is bytes, not text"
        case .text(let bytes) where bytes.contains(0): "holds a NUL character, which PostgreSQL texts can't hold"
        case .text(let bytes) where UTF8Text.characters(in: bytes) == nil: "is not UTF-8"
        case .null, .integer, .real, .boolean, .text: nil
        }
    }
}
