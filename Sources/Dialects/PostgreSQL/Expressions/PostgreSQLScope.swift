/// A table, a view or a query, as the expressions over it see it.
struct PostgreSQLRelation {
    /// The name that qualifies the columns; `nil` if the expressions know only one table.
    var name: String?
    let columns: [Column]
    private let places: [String: Int]
    /// The number of words in the SQL of each column, where SQLite writes that SQL in place of the column's name.
    var weights: [String: Int] = [:]

    /// Whether a column stands for so much SQL that expressions over it would become too long for SQLite.
    var isHeavy: Bool { weights.values.contains { $0 > 2_000 } }

    init(_ name: String?, _ columns: [Column]) {
        self.name = name
        self.columns = columns
        places = Dictionary(columns.indices.map { (columns[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Returns the column of that name. The server writes each name exactly, without quotes if it is in lower case.
    func find(_ name: String) -> Column? {
        (places[name] ?? places[SQLName.folded(name)]).map { columns[$0] }
    }
}

/// Collects, during the translation of a query, on what its result depends besides the rows.
final class PostgreSQLQueryNotes {
    var asksForTime = false
    /// Whether a day or an hour depends on the session's time zone in PostgreSQL.
    var usesZone = false
    /// Whether averages or quotients of decimals are shown with all of their digits.
    var showsDoubles = false
    /// Whether rows are sorted by a collation, or by the order of an enumeration's labels.
    var sortsTexts = false

    var remarks: [String] {
        let zone =
            "its days and hours are those of UTC in the target, and those of the session's time zone in the source"
        let doubles = "its averages and quotients of decimals are doubles in the target, with 15 digits"
        let order = "it sorts by the bytes of texts in the target, not by a collation or by the order of an enumeration"
        return (usesZone ? [zone] : []) + (showsDoubles ? [doubles] : []) + (sortsTexts ? [order] : [])
    }
}

extension PostgreSQLExpressionTranslation {
    /// - Throws: `Untranslatable` if two of the names differ only in case, which makes them one name for SQLite: it would find the first
    ///   of two columns, without an error.
    static func requireNames(_ names: some Sequence<String>) throws(Untranslatable) {
        var found: [String: String] = [:]
        for name in names {
            let folded = SQLName.folded(name)
            if let other = found[folded], other != name {
                throw Untranslatable("\(other) and \(name) are one name in SQLite")
            }
            found[folded] = name
        }
    }

    /// Returns the number of words in an expression, with those behind the columns that it names.
    func weight(of sql: String) -> Int {
        var weights: [String: Int] = [:]
        for relation in scopes.joined() { weights.merge(relation.weights) { max($0, $1) } }
        return SQLToken.scan(sql).reduce(0) { sum, token in
            let (next, overflow) = sum.addingReportingOverflow(token.name.flatMap { weights[$0] } ?? 1)
            return overflow ? Int.max : next
        }
    }

    func column(_ name: String) throws(Untranslatable) -> Piece {
        for scope in scopes {
            let found = scope.compactMap { relation in relation.find(name).map { (relation, $0) } }
            guard found.count < 2 else { throw Untranslatable("\(name) may be a column of several tables") }
            if let (relation, column) = found.first { return piece(column, of: relation) }
        }
        if let piece = try currentTime(SQLName.folded(name)) { return piece }
        // These words are functions that are called without parentheses (the manual, 9.26.1).
        let asksWho = ["current_user", "current_role", "session_user", "user", "current_catalog", "current_schema"]
        guard !asksWho.contains(SQLName.folded(name)) else {
            throw Untranslatable("\(name) depends on the session, which the target does not know")
        }
        throw Untranslatable(
            notes == nil ? "the table has no column \(name)" : "it reads \(name), which is no column of its tables")
    }

    func column(_ name: String, of qualifier: String) throws(Untranslatable) -> Piece {
        for scope in scopes {
            guard let relation = scope.first(where: { $0.name == qualifier || $0.name == SQLName.folded(qualifier) })
            else { continue }
            if let column = relation.find(name) { return piece(column, of: relation) }
        }
        throw Untranslatable("it reads \(qualifier).\(name), which is no column of its tables")
    }

    func piece(_ column: Column, of relation: PostgreSQLRelation) -> Piece {
        let name = SQLText.identifier(names[column.name] ?? column.name)
        var piece = Piece(relation.name.map { "\(SQLText.identifier($0)).\(name)" } ?? name, Self.kind(of: column.type))
        piece.isByBytes = column.collation == .binary
        piece.isCaseless = column.collation == .nocase
        piece.isWide = column.type == .bigint
        piece.isBinaryJSON = column.type == .json
        piece.isSingle = column.type.word == "real" && column.type.isNative
        if case .decimal(let precision, let scale) = column.type {
            piece.scaled = ScaledInteger(column: piece.sql, precision: precision, scale: scale)
        }
        return piece
    }
}

extension PostgreSQLExpressionTranslation.Piece {
    /// Returns the column that shows the piece, for a query around this one.
    func column(named name: String) -> Column {
        var column = Column(name, type)
        column.collation = isCaseless ? .nocase : isByBytes ? .binary : nil
        return column
    }

    private var type: ColumnType {
        switch kind {
        case .null, .text: .text
        case .integer: isWide ? .bigint : .integer
        case .real: isSingle ? .native(sqlite: "REAL", postgresql: "real") : .real
        case .json: isBinaryJSON ? .json : .jsonText
        case .padded(let length):
            .native(sqlite: "TEXT", postgresql: length.map { "character(\($0))" } ?? "bpchar")
        case .foreign(let name): .native(sqlite: "TEXT", postgresql: name)
        case .boolean: .boolean
        case .bytes: .bytes
        case .decimal, .quotient: scaled.map { .decimal(18, $0.scale) } ?? .numeric
        case .shaped(let type): type
        }
    }
}
