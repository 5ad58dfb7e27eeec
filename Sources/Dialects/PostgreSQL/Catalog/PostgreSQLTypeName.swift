/// A type as PostgreSQL's `format_type` writes it, such as `character varying(20)`.
struct PostgreSQLTypeName {
    let text: String

    init(_ text: String) { self.text = text }

    var columnType: ColumnType {
        switch text {
        case "smallint": .smallint
        case "integer": .integer
        case "bigint": .bigint
        case "double precision": .real
        case "numeric": .numeric
        case "text", "character varying": .text
        case "boolean": .boolean
        case "timestamp with time zone": .timestamp
        case "timestamp without time zone": .datetime
        case "date": .date
        case "time without time zone": .time
        case "interval": .interval
        case "uuid": .uuid
        case "jsonb": .json
        case "json": .jsonText
        case "bytea": .bytes
        default: withArguments ?? .native(sqlite: "", postgresql: text)
        }
    }

    /// The type without its precision, and the precision: `timestamp(3) without time zone` gives `timestamp without time zone`
    /// and 3.
    var withoutPrecision: (word: String, precision: Int?) {
        guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")"),
            let precision = Int(text[text.index(after: open)..<close])
        else { return (text, nil) }
        return (String(text[..<open] + text[text.index(after: close)...]), precision)
    }

    /// The portable type of `numeric(10,2)` and `character varying(20)`; `nil` for a negative scale, which no portable type has.
    private var withArguments: ColumnType? {
        guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else { return nil }
        let arguments = text[text.index(after: open)...].dropLast().split(separator: ",").compactMap { Int($0) }
        switch (text[..<open], arguments.count) {
        case ("character varying", 1): return .varchar(arguments[0])
        case ("numeric", 2) where (0...arguments[0]).contains(arguments[1]): return .decimal(arguments[0], arguments[1])
        default: return nil
        }
    }
}
