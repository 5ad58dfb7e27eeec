/// Translates a SQLite expression of a table or of a view into PostgreSQL's words. It throws `Untranslatable` unless the
/// meaning is known to be the same: an expression with another meaning is worse than none.
struct SQLiteExpressionTranslation {
    /// The place in which an expression stands.
    enum Use {
        /// A check: its value depends on its row alone.
        case check
        /// An index: its value depends on its row alone.
        case index
        /// A unique index: its value depends on its row alone, and decides which rows there may be.
        case uniqueIndex
        /// A computed column: its value depends on its row alone, without the columns that are computed themselves.
        case computed
        /// A default: it may read the time and random values.
        case insert
        /// A view's query: it may read the time. A transfer compares its rows on both sides.
        case view
        /// A statement of a trigger: it may read the time.
        case trigger

        /// Whether all functions must be immutable, as PostgreSQL demands for an index and for a computed column (its manual,
        /// 38.7).
        var isImmutable: Bool {
            switch self {
            case .index, .uniqueIndex, .computed: true
            case .check, .insert, .view, .trigger: false
            }
        }

        /// Whether the expression can read rows other than its own.
        var readsRows: Bool {
            switch self {
            case .view, .trigger: true
            case .check, .index, .uniqueIndex, .computed, .insert: false
            }
        }
    }

    /// The kind of value that a piece of SQL yields.
    enum Kind: Equatable {
        case null, text, integer, number, boolean, bytes
        /// A date, time, moment or uuid. Beside a string literal it compares as its type, because PostgreSQL reads the literal
        /// as that type.
        case native(ColumnType)
    }

    struct Piece {
        var sql: String
        var kind: Kind
        /// The string, if the piece is a string literal; beside a column such a literal may become another kind.
        var literal: String?
        /// Whether the piece has a declared type, which converts the value that it is compared with (datatype3.html, section
        /// 3.2).
        var hasAffinity = false
        /// Whether the piece is a number that PostgreSQL keeps as a decimal.
        var isDecimal = false
        /// How SQLite stores the piece if it is a number of kind `number` without a fraction.
        var storage = WholeStorage.real
        /// The condition under which the piece, if it is the number in a text, has neither a point nor an exponent there.
        var digitsTest: String?
        /// The integer that a text of digits stands for.
        var whole: String?
        /// How a row tells whether the piece is a number in SQLite, if it is a text in PostgreSQL all the same; otherwise `nil`.
        var numberTest: NumberTest?
        /// Whether the piece is a column without a declared type.
        var isUntypedColumn = false
        /// The column whose value the piece shows, if the column's type in the target is a guess.
        var guess: GuessedColumn?
        /// The text of which all digits count, where the piece shows a number as SQLite writes it, with 15 digits.
        var exact: String?
        /// How the source writes the piece, if it is a moment.
        var momentTexts = NamedRelation.MomentTexts.alike
        /// Whether the piece, if it is an integer, has 64 bits in PostgreSQL too.
        var isWide: Bool
        var isNullable = true
        /// What has become of the values that the piece shows, if it is a column of converted values.
        var conversion: ValueConversion?
        /// The column itself, if it is one that compares without regard to case in PostgreSQL. A view shows that column, and
        /// computes with its text.
        var own: Own?

        struct Own {
            var sql: String
            var type: ColumnType
        }

        init(_ sql: String, _ kind: Kind, literal: String? = nil, isWide: Bool = false) {
            self.sql = sql
            self.kind = kind
            self.literal = literal
            self.isWide = isWide
        }

        /// Takes over what is known of another piece, whose value this one has, or NULL.
        mutating func keepFacts(of piece: Piece) {
            (isDecimal, storage, isWide) = (piece.isDecimal, piece.storage, piece.isWide)
            (numberTest, momentTexts, guess) = (piece.numberTest, piece.momentTexts, piece.guess)
        }

        var enclosed: Piece { edited { $0.sql = "(\(sql))" } }

        /// Returns the same piece with the affinity of another.
        func declared(_ other: Piece) -> Piece { edited { $0.hasAffinity = other.hasAffinity } }

        func edited(_ edit: (inout Piece) -> Void) -> Piece {
            var piece = self
            edit(&piece)
            return piece
        }
    }

    /// The storage class of a whole number whose kind is `number`. Between two INTEGER values, `/` cuts off the fraction, and the
    /// text of a REAL value has a point.
    enum WholeStorage {
        /// INTEGER, as in a column with NUMERIC affinity (https://www.sqlite.org/datatype3.html, section 3).
        case integer
        /// REAL, as in a column with REAL affinity.
        case real
        /// It depends on the value, or on those from which it was computed.
        case unknown

        /// Creates the storage of a column with this type in the source; `nil` if it is not known.
        init(declared type: ColumnType?) {
            guard let type else {
                self = .unknown
                return
            }
            self = type == .real ? .real : type.isDecimal || type.isInteger ? .integer : .unknown
        }
    }

    /// The table's columns, with their names and types in the target. The keys are their names in SQLite, in lower case,
    /// because SQLite compares them so.
    let columns: [String: ColumnSense]
    var use: Use
    /// How many computed columns are written out around the expression, each inside the one before.
    var nesting = 0
    /// Whether numbers are computed as doubles, because a computed column stores all digits of SQLite's double.
    var computesDoubles = false
    /// The SELECT in which the expression stands, and those around it, innermost first; only for a `Use` that reads rows.
    var scopes: [SQLiteScope] = []
    /// The relations that FROM can name, by their names in lower case; only for a `Use` that reads rows.
    var relations: [String: SQLiteRelation] = [:]
    /// Whether the expression is a column's name that may name a column of converted values, because nothing computes with it.
    var mayShowConverted = false
    /// Whether `=` is translated for a place in which NULL is as good as false.
    var isFilter = false
    let effort = TranslationEffort()
    let notes = SQLiteQueryNotes()

    /// - Parameter names: The names that columns have in the target, where they differ.
    init(of relation: NamedRelation, names: [String: String] = [:], for use: Use = .index) {
        let senses = relation.table.columns.map { column in
            (SQLName.folded(column.name), ColumnSense(column, of: relation, name: names[column.name] ?? column.name))
        }
        columns = Dictionary(senses, uniquingKeysWith: { first, _ in first })
        self.use = use
    }

    /// Creates a translation of expressions without columns, or with those of `relations`.
    init(for use: Use) {
        columns = [:]
        self.use = use
    }

    func parsed(_ text: String) throws(Untranslatable) -> ExpressionTree {
        effort.begin(text)
        guard let expression = SQLiteExpressionParser.parse(text) else { throw .unknownWords(in: text) }
        return expression
    }

    static func fits(_ kind: Kind, _ wanted: Kind) -> Bool {
        kind == wanted || kind == .null || (kind == .integer && wanted == .number)
    }

    static func kind(of type: ColumnType) -> Kind {
        switch type {
        case .smallint, .integer, .bigint: .integer
        case .real, .decimal, .numeric: .number
        case .text, .varchar, .json, .jsonText: .text
        case .boolean: .boolean
        case .bytes: .bytes
        case .timestamp, .datetime, .date, .time, .interval, .uuid, .native: .native(type)
        }
    }
}

extension SQLiteExpressionTranslation {
    /// Translates a condition. In SQLite numbers are conditions too: all but 0 are true.
    func condition(_ expression: ExpressionTree) throws(Untranslatable) -> String {
        let piece = try deciding.piece(expression)
        switch piece.kind {
        case .boolean, .null: return piece.sql
        case .integer, .number: return "(\(piece.sql) <> 0)"
        case .text, .bytes, .native: return "(\(try number(piece).sql) <> 0)"
        }
    }

    /// Translates an expression.
    func piece(_ expression: ExpressionTree) throws(Untranslatable) -> Piece {
        let before = usedPlaces
        let piece = try inside(expression).rendered(expression)
        guard piece.conversion == nil || mayShowConverted else {
            throw Self.unlikeSource(expression.columnName ?? "a column")
        }
        try effort.spend(piece.sql.utf8.count)
        return settled(piece, since: before)
    }

    var usedPlaces: Int { scopes.first?.uses?.places.count ?? 0 }

    /// Returns the piece. If the query groups by this piece, the columns that it read since `before` no longer count as used:
    /// rows of a group have one value of it, whatever columns it reads.
    func settled(_ piece: Piece, since before: Int) -> Piece {
        if let scope = scopes.first, let uses = scope.uses, scope.groups.contains(piece.sql) {
            uses.places.removeLast(uses.places.count - before)
        }
        return piece
    }

    private func rendered(_ expression: ExpressionTree) throws(Untranslatable) -> Piece {
        switch expression {
        case .null: return Piece("NULL", .null)
        case .number(let text): return try number(text)
        case .string(let text): return Piece(SQLText.literal(text), .text, literal: text)
        case .blob(let digits): return Piece("'\\x\(digits)'::bytea", .bytes)
        case .boolean(let flag): return Piece(flag ? "true" : "false", .boolean)
        case .name(let name, let isQuoted): return try column(name, isQuoted: isQuoted)
        case .column(let relation, let name): return try column(name, of: relation)
        case .unary(let sign, let operand): return try unary(sign, operand)
        case .binary(let sign, let left, let right): return try binary(sign, left, right)
        case .call(let function, let arguments): return try call(function, arguments)
        case .aggregate(let call): return try aggregate(call)
        case .row: throw Untranslatable("it uses several values where one is expected")
        case .query(let query): return try first(of: query)
        case .exists(let query): return Piece("EXISTS (\(try inner(query).sql))", .boolean)
        case .isNull(let operand, let negated):
            let test = "IS \(negated ? "NOT " : "")NULL"
            return Piece("(\(try shown(operand).sql) \(test))", .boolean)
        case .isIn(let operand, let items, let negated): return try isIn(operand, items, negated: negated)
        case .isInQuery(let operand, let query, let negated):
            return try isIn(operand, query, negated: negated)
        case .between(let operand, let low, let high, let negated):
            let (least, most) = (try compare(.greaterOrEqual, operand, low), try compare(.lessOrEqual, operand, high))
            let inside = "(\(least) AND \(most))"
            return Piece(negated ? "(NOT \(inside))" : inside, .boolean)
        case .matches(let sign, let operand, let pattern, let escape, let negated):
            let match = try matches(sign, operand, pattern, escape)
            return Piece(negated ? "(NOT \(match))" : match, .boolean)
        case .collated(let operand, let collation): return try collated(operand, collation)
        case .cast(let operand, let type): return try cast(operand, type)
        case .choice(let branches, let otherwise): return try choice(branches, otherwise)
        }
    }

    func number(_ text: String) throws(Untranslatable) -> Piece {
        if Int64(text) != nil { return Piece(text, .integer).edited { $0.isWide = Int32(text) == nil } }
        if text.lowercased().hasPrefix("0x"), let bits = UInt64(text.dropFirst(2), radix: 16) {
            return try number("\(Int64(bitPattern: bits))")
        }
        guard let number = Double(text), !text.contains("x") else {
            throw Untranslatable("the number \(text) is written in SQLite's own notation")
        }
        return Piece(number.isFinite ? text : "'Infinity'::double precision", .number)
    }

    func column(_ name: String, isQuoted: Bool) throws(Untranslatable) -> Piece {
        if use.readsRows { return try named(name, isQuoted: isQuoted) }
        if let column = columns[SQLName.folded(name)] {
            guard column.conversion == nil || mayShowConverted else { throw Self.unlikeSource(column.name) }
            return try use == .computed && column.conversion == nil
                ? operand(column) : Self.piece(column, SQLText.identifier(column.name))
        }
        guard isQuoted else { throw Untranslatable("the table has no column \(name)") }
        return Piece(SQLText.literal(name), .text, literal: name)
    }

    /// Creates the piece that reads a column, as `sql` names it.
    static func piece(_ column: ColumnSense, _ sql: String) -> Piece {
        Piece(column.caselessType == nil ? sql : PostgreSQLNocase.asText(sql), kind(of: column.type)).edited { piece in
            piece.own = column.caselessType.map { Piece.Own(sql: sql, type: $0) }
            (piece.hasAffinity, piece.isNullable) = (column.hasAffinity, column.isNullable)
            piece.isDecimal = column.type.isDecimal
            (piece.isWide, piece.isUntypedColumn) = (column.isWide, column.isUntyped)
            (piece.storage, piece.numberTest, piece.momentTexts) = (
                column.storage, column.numberTest, column.momentTexts
            )
            (piece.conversion, piece.guess) = (column.conversion, column.guess)
        }
    }
}

extension SQLiteExpressionTranslation.Piece {
    /// Whether the piece is a number without a double in it, or NULL.
    var isExact: Bool { kind == .integer || isDecimal || kind == .null }

    /// Whether the piece is a REAL value in SQLite.
    var isReal: Bool { kind == .number && storage == .real }

    /// The conditions under which the piece is an INTEGER value in SQLite, none if it always is one; `nil` if that can't be told.
    var integerTests: [String]? {
        if kind == .integer { return [] }
        if isIntegerIfWhole { return ["\(sql) = trunc(\(sql))"] }
        return digitsTest.map { [$0, SQLiteExpressionTranslation.hasRoom(for: sql)] }
    }

    /// Whether the piece, if it is a whole number, is an INTEGER value in SQLite.
    var isIntegerIfWhole: Bool { kind == .integer || kind == .number && storage == .integer }
}
