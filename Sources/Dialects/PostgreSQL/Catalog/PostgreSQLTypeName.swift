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

extension PostgreSQLTypeName {
    /// Reads a type's name with its limits, and with its schema: `character varying(20)`, `auth.aal`; but `citext` in whatever schema the
    /// extension is. Returns the name and the index behind it, or `nil` if there is no name.
    static func read(_ tokens: [SQLToken], at start: Int) -> (name: String, end: Int)? {
        guard tokens.indices.contains(start), let first = tokens[start].name else { return nil }
        var (name, end) = (first, start + 1)
        if tokens.count > end + 1, tokens[end].isSymbol("."), let second = tokens[end + 1].name {
            (name, end) = (second == "citext" ? second : "\(first).\(second)", end + 2)
        }
        let following: Set<String> = ["VARYING", "PRECISION", "WITH", "WITHOUT", "TIME", "ZONE"]
        while let next = tokens.indices[end...].first(where: { !tokens[$0].isBlank }) {
            if tokens[next].isSymbol("(") {
                guard let close = tokens.indices[next...].first(where: { tokens[$0].isSymbol(")") }),
                    tokens[(next + 1)..<close].allSatisfy({ $0.kind == .number || $0.isSymbol(",") || $0.isBlank })
                else { return nil }
                name += tokens[next...close].filter { !$0.isBlank }.map(\.text).joined()
                end = close + 1
            } else if tokens[next].isSymbol("["), tokens.count > next + 1, tokens[next + 1].isSymbol("]") {
                name += "[]"
                end = next + 2
            } else if tokens[next].kind == .word, following.contains(tokens[next].text.uppercased()) {
                name += " " + tokens[next].text
                end = next + 1
            } else {
                break
            }
        }
        return (name, end)
    }
}
