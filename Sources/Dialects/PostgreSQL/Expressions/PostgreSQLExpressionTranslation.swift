/// Translates a PostgreSQL expression, over one table or in a query, into SQLite's SQL. It throws `Untranslatable` unless the meaning
/// is known to be the same: an expression that means something else is worse than none.
struct PostgreSQLExpressionTranslation {
    /// The kind of value that a piece of SQL yields in SQLite.
    enum Kind: Equatable {
        case null, integer, real, text, boolean, bytes
        /// Text that holds a decimal, with the number of its digits if that is limited.
        case decimal(precision: Int?)
        /// A quotient of decimals, such as an average. It has more digits than SQLite can compute.
        case quotient
        /// Text in the canonical form of its type, so that equal values are equal bytes and sort in the right order.
        case shaped(ColumnType)
        /// The text of a `json` or a `jsonb`.
        case json
        /// The text of a `character(n)` without its padding, with the number of its characters if that is known.
        case padded(Int?)
        /// Text in which the server writes a value of a type that only PostgreSQL has, by that type's name. Operators and functions of
        /// the same names as those of texts compute something else with it.
        case foreign(String)
    }

    struct Piece {
        var sql: String
        var kind: Kind
        /// The text of a literal in quotes or digits, which takes the kind of its neighbour; `nil` for any other piece.
        var literal: String?
        /// The decimal as an integer, if SQLite can compute with it in that way.
        var scaled: ScaledInteger?
        var quotient: DecimalQuotient?
        /// Whether an integer is a bigint, whose sum is a numeric.
        var isWide = false
        /// Whether a double has been rounded to 32 bits, as PostgreSQL rounds every result of two of them.
        var isSingle = false
        /// Whether the piece compares by bytes in both databases.
        var isByBytes = false
        /// Whether a text has letters of ASCII only, whose capitals are the same in both databases. The database's collation sorts it.
        var isASCII = false
        /// Whether the piece compares without regard to case in both databases. If it is no literal, SQLite finds its NOCASE.
        var isCaseless = false
        /// How `strftime()` writes the piece, if it is the current time, or one that lies whole seconds from it; otherwise `nil`.
        var now: CurrentTime?
        /// The JSON and the path in it if the piece is a part of JSON.
        var member: PostgreSQLJSONMember?
        /// Whether a JSON is `jsonb` (`PostgreSQLJSONMember.isBinary`).
        var isBinaryJSON = false

        init(_ sql: String, _ kind: Kind, literal: String? = nil) {
            self.sql = sql
            self.kind = kind
            self.literal = literal
        }

        /// Whether PostgreSQL sorts such values by the database's collation.
        var isOrderedByCollation: Bool {
            switch kind {
            case .text, .padded: !isByBytes
            case .null, .integer, .real, .boolean, .bytes, .decimal, .quotient, .shaped, .json, .foreign: false
            }
        }

        /// The piece as SQLite's functions of JSON take it.
        var place: String { member?.place ?? sql }
    }

    /// What a name can mean, from the innermost query outwards.
    var scopes: [[PostgreSQLRelation]]
    /// What a query can read, by name.
    var relations: [String: PostgreSQLRelation] = [:]
    /// The notes about what a query's result depends on; `nil` outside of queries.
    var notes: PostgreSQLQueryNotes?
    /// The moments that SQLite does not read, in a check or a computed column; `nil` elsewhere.
    var unread: PostgreSQLUnreadMoments?
    /// What a column is called in the target, by its name in the source, where the two differ.
    let names: [String: String]
    let effort = TranslationEffort()
    let overflow = PostgreSQLOverflow()

    /// An expression that SQLite refuses to compute: the smallest integer has no absolute value.
    static let failure = "abs(-9223372036854775808)"

    init(columns: [Column], names: [String: String] = [:]) {
        scopes = columns.isEmpty ? [] : [[PostgreSQLRelation(nil, columns)]]
        self.names = names
    }

    func parsed(_ text: String) throws(Untranslatable) -> ExpressionTree {
        effort.begin(text)
        overflow.begin()
        guard let tree = PostgreSQLPhrase.tree(of: text) else {
            throw Untranslatable("it is written in words that have no known counterpart, or nested too deeply")
        }
        return tree
    }

    static func kind(of type: ColumnType) -> Kind {
        switch type {
        case .smallint, .integer, .bigint: .integer
        case .real: .real
        case .decimal(let precision, _): .decimal(precision: precision)
        case .numeric: .decimal(precision: nil)
        case .text, .varchar: .text
        case .json, .jsonText: .json
        case .native(_, let name): kind(ofNative: name)
        case .boolean: .boolean
        case .bytes: .bytes
        case .timestamp, .datetime, .date, .time, .interval, .uuid: .shaped(type)
        }
    }

    /// Returns the kind of a type that only PostgreSQL has, or that says how long or exact its values are.
    private static func kind(ofNative name: String) -> Kind {
        let (word, precision) = PostgreSQLTypeName(name).withoutPrecision
        switch word {
        case "real": return .real
        case "citext", "name": return .text
        case "character", "bpchar": return .padded(precision)
        default:
            let type = PostgreSQLTypeName(word).columnType
            return type.isNative ? .foreign(name) : kind(of: type)
        }
    }
}

extension PostgreSQLExpressionTranslation {
    func condition(_ tree: ExpressionTree) throws(Untranslatable) -> String {
        let piece = try piece(tree)
        guard piece.kind == .boolean || piece.kind == .null else { throw Untranslatable("its result is not a boolean") }
        return piece.sql
    }

    func piece(_ tree: ExpressionTree) throws(Untranslatable) -> Piece {
        let piece = try rendered(tree)
        try effort.spend(piece.sql.utf8.count)
        return piece
    }

    private func rendered(_ tree: ExpressionTree) throws(Untranslatable) -> Piece {
        switch tree {
        case .null: return Piece("NULL", .null)
        case .number(let text): return Self.number(text)
        case .string(let text): return Piece(SQLText.literal(text), .text, literal: text)
        case .boolean(let flag): return Piece(flag ? "1" : "0", .boolean)
        case .name(let name, _): return try column(name)
        case .column(let qualifier, let name): return try column(name, of: qualifier)
        case .unary(let sign, let operand): return try unary(sign, operand)
        case .binary(let sign, let left, let right): return try binary(sign, left, right)
        case .call(let function, let arguments): return try call(function, arguments)
        case .isNull(let operand, let negated): return try isNull(operand, negated: negated)
        case .isIn(let operand, let items, let negated):
            return Piece(try isIn(operand, items, negated: negated), .boolean)
        case .between(let operand, let low, let high, let negated):
            let (least, most) = (try compare(.greaterOrEqual, operand, low), try compare(.lessOrEqual, operand, high))
            let inside = "(\(least) AND \(most))"
            return Piece(negated ? "(NOT \(inside))" : inside, .boolean)
        case .collated(let operand, let collation): return try collated(operand, collation)
        case .cast(let operand, let type): return try cast(operand, type)
        case .choice(let branches, let otherwise): return try choice(branches, otherwise)
        case .aggregate(let call): return try aggregate(call)
        case .query(let query): return try value(of: query)
        case .exists(let query): return Piece("EXISTS (\(try rows(of: query).sql))", .boolean)
        case .isInQuery(let operand, let query, let negated): return try isIn(operand, query, negated: negated)
        case .row: throw Untranslatable("it compares rows")
        case .matches: throw Untranslatable("LIKE respects case in PostgreSQL, and ignores it in SQLite")
        case .blob: throw Untranslatable("it contains a bit string")
        }
    }

    /// Returns a number as it is written. With a point it is a decimal in PostgreSQL, which a double makes a double.
    static func number(_ literal: String) -> Piece {
        guard Int64(literal) == nil else {
            var piece = Piece(literal, .integer, literal: literal)
            piece.isWide = Int32(literal) == nil
            return piece
        }
        var piece = Piece(literal, .real, literal: literal)
        piece.scaled = ScaledInteger(literal: literal)
        return piece
    }

    /// Translates IS NULL. A row is NULL if all of its fields are, and not NULL if none of them is (the manual, 9.2).
    private func isNull(_ operand: ExpressionTree, negated: Bool) throws(Untranslatable) -> Piece {
        let piece = try piece(operand)
        guard piece.kind != Self.kind(of: .row) else {
            throw Untranslatable("a row is NULL if all of its fields are, which its text in the target does not tell")
        }
        return Piece("(\(piece.sql) IS \(negated ? "NOT " : "")NULL)", .boolean)
    }

    private func choice(_ branches: [ExpressionTree.Branch], _ otherwise: ExpressionTree?) throws(Untranslatable)
        -> Piece
    {
        if let extreme = try writtenExtreme(branches, otherwise) { return extreme }
        var conditions: [String] = []
        var values: [Piece] = []
        for branch in branches {
            conditions.append(try condition(branch.condition))
            values.append(try piece(branch.value))
        }
        if let otherwise { values.append(try piece(otherwise)) }
        return try chosen(values) { values in
            let list = zip(conditions, values).map { " WHEN \($0) THEN \($1)" }.joined()
            let rest = otherwise == nil ? "" : " ELSE \(values[conditions.count])"
            return "(CASE\(list)\(rest) END)"
        }
    }

    /// Translates what yields one of several values. Decimals are chosen as the integers that they are computed with.
    func chosen(_ pieces: [Piece], _ sql: ([String]) -> String) throws(Untranslatable) -> Piece {
        let pieces = try unified(pieces)
        let known = pieces.filter { $0.kind != .null }
        if let scale = known.first?.scaled?.scale, known.allSatisfy({ $0.scaled != nil }) {
            let digits = known.compactMap { $0.scaled?.digits }.max() ?? 0
            return Piece(ScaledInteger(sql(pieces.map { $0.scaled?.sql ?? $0.sql }), scale, digits: digits))
        }
        var piece = Piece(sql(pieces.map(\.sql)), known.first?.kind ?? .null)
        piece.isWide = known.contains(where: \.isWide)
        piece.isSingle = known.contains(where: \.isSingle)
        piece.isBinaryJSON = known.contains(where: \.isBinaryJSON)
        piece.isByBytes = known.contains(where: \.isByBytes) && known.allSatisfy { $0.isByBytes || $0.literal != nil }
        return pieces.contains(where: \.isCaseless) ? caseless(piece) : piece
    }
}
