/// A column's declared type as SQLite reads it: arbitrary words, from which SQLite derives an affinity.
package struct SQLiteTypeName: Hashable, Sendable {
    /// The treatment of the values that are stored in a column (https://www.sqlite.org/datatype3.html, section 3.1).
    package enum Affinity: Hashable, Sendable { case integer, text, blob, real, numeric }

    /// The text as it was declared; empty for a column without a type.
    package let declared: String
    /// The words in upper case, without arguments and quotes: `CHARACTER VARYING`.
    package let base: String
    /// The numbers in parentheses: `[10, 2]` of `DECIMAL(10, 2)`.
    package let arguments: [Int]

    package init(_ declared: String) {
        self.declared = declared
        let upper = declared.uppercased()
        guard let open = upper.firstIndex(of: "("), let close = upper[open...].firstIndex(of: ")") else {
            base = Self.words(upper)
            arguments = []
            return
        }
        base = Self.words(upper[..<open] + " " + upper[upper.index(after: close)...])
        arguments = upper[upper.index(after: open)..<close]
            .split { !$0.isNumber && $0 != "-" && $0 != "+" }
            .compactMap { Int($0) }
    }

    private static func words(_ text: some StringProtocol) -> String {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.joined(separator: " ")
    }

    /// The affinity by the rules of section 3.1, in their order.
    package var affinity: Affinity {
        let upper = declared.uppercased()
        if upper.contains("INT") { return .integer }
        if ["CHAR", "CLOB", "TEXT"].contains(where: upper.contains) { return .text }
        if declared.isEmpty || upper.contains("BLOB") { return .blob }
        if ["REAL", "FLOA", "DOUB"].contains(where: upper.contains) { return .real }
        return .numeric
    }

    /// Returns the affinity in a table that is STRICT or not. Only there, `ANY` converts nothing; in other tables it is an unknown word
    /// (https://www.sqlite.org/stricttables.html, section 2).
    func affinity(inStrict isStrict: Bool) -> Affinity { isStrict && base == "ANY" ? .blob : affinity }
}

extension SQLiteCatalog.Column {
    /// Whether the column converts nothing in a STRICT table, and would in another one.
    var convertsNothingIfStrict: Bool {
        let name = SQLiteTypeName(type)
        return name.affinity(inStrict: true) != name.affinity
    }
}

extension SQLiteTypeName {
    /// The most likely meaning of the words, judged from them alone. The values may differ from it, since SQLite stores any
    /// value in any column.
    package var columnType: ColumnType {
        if declared.isEmpty { return .native(sqlite: "", postgresql: "") }
        if let named = Self.named[base] { return named }
        switch affinity {
        case .integer: return .bigint
        case .text: return base.contains("CHAR") ? text : .text
        case .blob: return .bytes
        case .real: return .real
        case .numeric:
            return base == "DECIMAL" || base == "NUMERIC" ? decimal : .native(sqlite: declared, postgresql: "numeric")
        }
    }

    private static let named: [String: ColumnType] = [
        "BOOLEAN": .boolean, "BOOL": .boolean,
        "DATETIME": .datetime, "TIMESTAMP": .datetime, "TIMESTAMP WITHOUT TIME ZONE": .datetime,
        "TIMESTAMPTZ": .timestamp, "TIMESTAMP WITH TIME ZONE": .timestamp,
        "DATE": .date, "TIME": .time,
        "UUID": .uuid, "GUID": .uuid, "UNIQUEIDENTIFIER": .uuid,
        "JSON": .json, "JSONB": .json,
    ]

    private var text: ColumnType {
        guard let length = arguments.first, length > 0 else { return .text }
        return .varchar(length)
    }

    private var decimal: ColumnType {
        guard let precision = arguments.first, precision > 0 else { return .numeric }
        let scale = arguments.dropFirst().first ?? 0
        return (0...precision).contains(scale) ? .decimal(precision, scale) : .numeric
    }
}

extension ColumnType {
    /// Whether SQLite converts nothing that is stored in a column of this declared type, nor what it is compared with (section 3.1).
    var isWithoutAffinity: Bool {
        switch self {
        case .bytes: true
        case .native(let sqlite, _): SQLiteTypeName(sqlite).affinity == .blob
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .timestamp, .datetime,
            .date, .time, .interval, .uuid, .json, .jsonText:
            false
        }
    }

    /// Whether a SQLite column of this declared type turns texts that read as numbers into numbers, and is one of numbers or moments by
    /// its words.
    var convertsTexts: Bool {
        switch self {
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean, .timestamp, .datetime, .date, .time:
            true
        case .native(let sqlite, _): [.integer, .real, .numeric].contains(SQLiteTypeName(sqlite).affinity)
        case .text, .varchar, .interval, .uuid, .json, .jsonText, .bytes: false
        }
    }
}
