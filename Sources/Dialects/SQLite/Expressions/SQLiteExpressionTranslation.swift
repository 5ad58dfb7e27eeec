/// What a SQLite expression of a table or of a view means, in PostgreSQL's words. Anything whose meaning is not known to be the same
/// throws `Untranslatable`: an expression that would say something else is worse than none.
struct SQLiteExpressionTranslation {
    /// What an expression is for.
    enum Use {
        /// A check, an index or a computed column: what it yields depends on its row alone.
        case rows
        /// A default: it may ask for the time, and for something random.
        case insert
        /// A view's query: it may ask for the time.
        case view
    }

    /// What a piece of SQL yields.
    enum Kind: Equatable {
        case null, text, integer, number, boolean, bytes
        /// A date, time, moment or uuid: compares with a string literal, which PostgreSQL reads as one.
        case native(ColumnType)
    }

    struct Piece {
        var sql: String
        var kind: Kind
        /// The string behind a literal, which may turn into another kind beside a column.
        var literal: String?
        /// Whether it has a declared type, which turns what it is compared with (datatype3.html, section 3.2).
        var hasAffinity = false
        /// A number that PostgreSQL keeps as a decimal.
        var isDecimal = false
        /// The integer that a text of digits says.
        var whole: String?
        /// A text that SQLite may have as a number: a value out of JSON.
        var isDynamic = false
        var isNullable = true
        /// Where it is a column that compares without regard to case in PostgreSQL: the column itself. A view shows that, and
        /// computes with the text.
        var own: Own?

        struct Own {
            var sql: String
            var type: ColumnType
        }

        init(_ sql: String, _ kind: Kind, literal: String? = nil) {
            self.sql = sql
            self.kind = kind
            self.literal = literal
        }

        var enclosed: Piece { edited { $0.sql = "(\(sql))" } }

        /// The same with the declared type of another.
        func declared(_ other: Piece) -> Piece { edited { $0.hasAffinity = other.hasAffinity } }

        func edited(_ edit: (inout Piece) -> Void) -> Piece {
            var piece = self
            edit(&piece)
            return piece
        }
    }

    struct ColumnSense {
        var name: String
        var type: ColumnType
        var collation: Collation?
        /// The type that it has in PostgreSQL where that compares without regard to case: it is read as text.
        var caselessType: ColumnType?
        var isGenerated = false
        var hasAffinity = true
        var isNullable = true

        init(_ column: Column, name: String) {
            self.name = name
            caselessType = PostgreSQLNocase.holds(column.type) ? column.type : nil
            type = caselessType == nil ? column.type : .text
            collation = column.collation
            isGenerated = column.generated != nil
            isNullable = column.isNullable
        }

        /// What a query yields.
        init(_ piece: Piece, _ collation: Collation?, name: String) {
            self.name = name
            type = piece.isDecimal ? .numeric : piece.kind.columnType
            caselessType = piece.own?.type
            self.collation = collation
            (hasAffinity, isNullable) = (piece.hasAffinity, piece.isNullable)
        }
    }

    /// The table's columns: their names and types in the target, by their names in lower case as SQLite compares them.
    let columns: [String: ColumnSense]
    let use: Use
    /// In a view: the SELECT that the expression stands in, and those around it.
    var scopes: [SQLiteScope] = []
    /// In a view: what FROM can name, by its name in lower case.
    var relations: [String: SQLiteRelation] = [:]

    /// `names`: what a column is called in the target, where that differs.
    init(columns: [Column], names: [String: String] = [:], for use: Use = .rows) {
        self.use = use
        self.columns = Dictionary(
            columns.map { (SQLName.folded($0.name), ColumnSense($0, name: names[$0.name] ?? $0.name)) },
            uniquingKeysWith: { first, _ in first })
    }

    func parsed(_ text: String) throws(Untranslatable) -> SQLiteTree {
        guard let expression = SQLiteTreeParser.parse(text) else {
            throw Untranslatable("it is written in words that have no known counterpart")
        }
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
    /// Numbers are conditions in SQLite: all but 0 are true.
    func condition(_ expression: SQLiteTree) throws(Untranslatable) -> String {
        let piece = try piece(expression)
        switch piece.kind {
        case .boolean, .null: return piece.sql
        case .integer, .number: return "(\(piece.sql) <> 0)"
        case .text, .bytes, .native:
            guard use != .rows else { throw Untranslatable("a text is used as a condition") }
            return "(\(try number(piece).sql) <> 0)"
        }
    }

    /// In PostgreSQL's words.
    func piece(_ expression: SQLiteTree) throws(Untranslatable) -> Piece {
        let before = usedPlaces
        return settled(try said(expression), since: before)
    }

    private var usedPlaces: Int { scopes.first?.uses?.places.count ?? 0 }

    /// What the rows of a query are grouped by counts as one thing, whatever columns it reads.
    private func settled(_ piece: Piece, since before: Int) -> Piece {
        if let scope = scopes.first, let uses = scope.uses, scope.groups.contains(piece.sql) {
            uses.places.removeLast(uses.places.count - before)
        }
        return piece
    }

    private func said(_ expression: SQLiteTree) throws(Untranslatable) -> Piece {
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
        case .row: throw Untranslatable("it takes several values for one")
        case .query(let query): return try first(of: query)
        case .exists(let query): return Piece("EXISTS (\(try inner(query).sql))", .boolean)
        case .isNull(let operand, let negated):
            return Piece("(\(try piece(operand).sql) IS \(negated ? "NOT " : "")NULL)", .boolean)
        case .isIn(let operand, let items, let negated): return try isIn(operand, items, negated: negated)
        case .isInQuery(let operand, let query, let negated):
            return try isIn(operand, query, negated: negated)
        case .between(let operand, let low, let high, let negated):
            let inside = "(\(try compare(">=", operand, low)) AND \(try compare("<=", operand, high)))"
            return Piece(negated ? "(NOT \(inside))" : inside, .boolean)
        case .matches(let word, let operand, let pattern, let escape, let negated):
            let match = try matches(word, operand, pattern, escape)
            return Piece(negated ? "(NOT \(match))" : match, .boolean)
        case .collated(let operand, let collation): return try collated(operand, collation)
        case .cast(let operand, let type): return try cast(operand, type)
        case .choice(let branches, let otherwise): return try choice(branches, otherwise)
        }
    }

    private func number(_ text: String) throws(Untranslatable) -> Piece {
        if Int64(text) != nil { return Piece(text, .integer) }
        if text.lowercased().hasPrefix("0x"), let bits = UInt64(text.dropFirst(2), radix: 16) {
            return Piece("\(Int64(bitPattern: bits))", .integer)
        }
        guard Double(text) != nil, !text.contains("x") else {
            throw Untranslatable("the number \(text) is written in SQLite's way")
        }
        return Piece(text, .number)
    }

    private func column(_ name: String, isQuoted: Bool) throws(Untranslatable) -> Piece {
        if use == .view { return try named(name, isQuoted: isQuoted) }
        if let column = columns[SQLName.folded(name)] {
            return Self.piece(column, SQLText.identifier(column.name))
        }
        guard isQuoted else { throw Untranslatable("the table has no column \(name)") }
        return Piece(SQLText.literal(name), .text, literal: name)
    }

    /// A column, as `sql` names it.
    static func piece(_ column: ColumnSense, _ sql: String) -> Piece {
        Piece(column.caselessType == nil ? sql : PostgreSQLNocase.asText(sql), kind(of: column.type)).edited { piece in
            piece.own = column.caselessType.map { Piece.Own(sql: sql, type: $0) }
            (piece.hasAffinity, piece.isNullable) = (column.hasAffinity, column.isNullable)
            piece.isDecimal = column.type.isDecimal
        }
    }

    private func unary(_ sign: String, _ operand: SQLiteTree) throws(Untranslatable) -> Piece {
        if sign == "NOT" { return Piece("(NOT \(try condition(operand)))", .boolean) }
        var piece = try piece(operand)
        // A plus does nothing but to take the declared type away.
        if sign == "+", use == .view { return piece.edited { $0.hasAffinity = false } }
        if use != .rows { piece = try number(piece) }
        guard piece.kind == .integer || piece.kind == .number, sign != "~" || piece.kind == .integer else {
            throw Untranslatable("\(sign) stands before no number")
        }
        return Piece("(\(sign)\(piece.sql))", piece.kind)
    }

    private func binary(_ sign: String, _ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> Piece {
        switch sign {
        case "AND", "OR":
            let (first, links) = Self.chain(sign, left, right) { $0 == "AND" || $0 == "OR" }
            var sql = try condition(first)
            for link in links { sql = "(\(sql) \(link.sign) \(try condition(link.right)))" }
            return Piece(sql, .boolean)
        case "=", "<>", "<", "<=", ">", ">=": return Piece(try compare(sign, left, right), .boolean)
        case "IS", "IS NOT":
            // Beside TRUE and FALSE it asks for the truth of any value (lang_expr.html, section 8).
            if case .boolean(let truth) = right {
                return Piece("(\(try condition(left)) \(sign) \(truth))", .boolean)
            }
            return Piece(
                try compare(sign == "IS" ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM", left, right), .boolean)
        case "->>": return try member(left, right)
        default:
            let (first, links) = Self.chain(sign, left, right) { Self.computing.contains($0) }
            let before = usedPlaces
            var piece = try piece(first)
            for link in links {
                let next =
                    link.sign == "||" ? try joined(piece, link.right) : try arithmetic(link.sign, piece, link.right)
                piece = settled(next, since: before)
            }
            return piece
        }
    }

    private static let computing: Set<String> = ["||", "+", "-", "*", "/", "%", "&", "|", "<<", ">>"]

    /// What a chain of operators begins with, and its links. SQLite takes a thousand of them: they are gone along, and not down.
    private static func chain(
        _ sign: String, _ left: SQLiteTree, _ right: SQLiteTree, _ goesOn: (String) -> Bool
    ) -> (first: SQLiteTree, links: [(sign: String, right: SQLiteTree)]) {
        var (first, links) = (left, [(sign: sign, right: right)])
        while case .binary(let sign, let left, let right) = first, goesOn(sign) {
            links.append((sign, right))
            first = left
        }
        return (first, links.reversed())
    }

    private func joined(_ left: Piece, _ right: SQLiteTree) throws(Untranslatable) -> Piece {
        var texts: [String] = []
        for operand in [left, try piece(right)] {
            switch operand.kind {
            case .text: texts.append(operand.sql)
            case .integer: texts.append("(\(operand.sql))::text")
            case .null, .number, .boolean, .bytes, .native:
                guard use != .rows else { throw Untranslatable("|| would render a value in another way") }
                texts.append(try text(operand).sql)
            }
        }
        return Piece("(\(texts[0]) || \(texts[1]))", .text)
    }

    private func arithmetic(_ sign: String, _ left: Piece, _ right: SQLiteTree) throws(Untranslatable) -> Piece {
        guard Self.computing.contains(sign) else {
            throw Untranslatable("\(sign) has no counterpart that is known to mean the same")
        }
        var (a, b) = (left, try piece(right))
        if use != .rows { (a, b) = (try number(a), try number(b)) }
        if a.kind == .null || b.kind == .null { return Piece("NULL", .null) }
        let isInteger = a.kind == .integer && b.kind == .integer
        guard isInteger || [a.kind, b.kind].allSatisfy({ $0 == .integer || $0 == .number }) else {
            throw Untranslatable("\(sign) is used on something else than numbers")
        }
        guard isInteger || ["+", "-", "*", "/"].contains(sign) else {
            throw Untranslatable("\(sign) is used on a fraction")
        }
        if sign == "<<" || sign == ">>" {
            guard use == .view, case .number(let text) = right, let places = Int(text), (0..<64).contains(places) else {
                throw Untranslatable("\(sign) has other limits")
            }
            return Piece("((\(a.sql))::bigint \(sign) \(places))", .integer)
        }
        // PostgreSQL computes short numbers with 32 bits.
        let isNarrow = Int64(a.sql) != nil && Int64(b.sql) != nil && use != .rows
        let first = isNarrow ? "\(a.sql)::bigint" : a.sql
        return Piece("(\(first) \(sign) \(Self.divisor(sign, b)))", isInteger ? .integer : .number)
            .edited { $0.isDecimal = !isInteger && a.isExact && b.isExact }
    }

    /// A division by zero is NULL in SQLite and an error in PostgreSQL.
    private static func divisor(_ sign: String, _ piece: Piece) -> String {
        guard sign == "/" || sign == "%" else { return piece.sql }
        if let number = Double(piece.sql), number != 0 { return piece.sql }
        return "nullif(\(piece.sql), 0)"
    }

    private func choice(
        _ branches: [SQLiteTree.Branch], _ otherwise: SQLiteTree?
    ) throws(Untranslatable) -> Piece {
        var values: [Piece] = []
        for branch in branches { values.append(try piece(branch.value)) }
        if let otherwise { values.append(try piece(otherwise)) }
        values = try unified(values)
        var sql = "(CASE"
        for (at, branch) in branches.enumerated() {
            sql += " WHEN \(try condition(branch.condition)) THEN \(values[at].sql)"
        }
        if otherwise != nil { sql += " ELSE \(values[branches.count].sql)" }
        return Piece(sql + " END)", Self.kind(of: values)).edited { $0.isDecimal = values.allSatisfy(\.isExact) }
    }

    static func kind(of pieces: [Piece]) -> Kind { pieces.map(\.kind).first { $0 != .null } ?? .null }

    private func cast(_ operand: SQLiteTree, _ type: String) throws(Untranslatable) -> Piece {
        let piece = try piece(operand)
        if use == .rows || piece.kind == .null {
            switch (type, piece.kind) {
            case ("TEXT", .integer): return Piece("(\(piece.sql))::text", .text)
            case ("TEXT", .text), ("INTEGER", .integer), ("INT", .integer), (_, .null): return piece
            case ("REAL", .integer), ("REAL", .number): return Piece("(\(piece.sql))::double precision", .number)
            default: throw Untranslatable("CAST AS \(type) takes texts that PostgreSQL refuses")
            }
        }
        return try cast(piece, SQLiteTypeName(type).affinity, type).edited { $0.hasAffinity = true }
    }

    /// By the affinity that the type's name stands for (https://www.sqlite.org/lang_expr.html, section 13).
    private func cast(
        _ piece: Piece, _ affinity: SQLiteTypeName.Affinity, _ type: String
    ) throws(Untranslatable) -> Piece {
        switch affinity {
        case .text: return try text(piece)
        case .integer:
            let number = try number(piece)
            // Fractions are cut off.
            return number.kind == .integer ? number : Piece("trunc(\(number.sql))::bigint", .integer)
        case .real: return Piece("(\(try number(piece).sql))::double precision", .number)
        case .numeric: return try number(piece)
        case .blob:
            guard piece.kind != .bytes else { return piece }
            throw Untranslatable("CAST AS \(type) takes a value for bytes")
        }
    }

    /// `NOCASE` folds the 26 letters of ASCII only (https://www.sqlite.org/datatype3.html, 7.1), as does `lower` under `C`.
    private func collated(_ operand: SQLiteTree, _ collation: String) throws(Untranslatable) -> Piece {
        let piece = try piece(operand)
        guard piece.kind == .text else { return piece }
        // In a query it says how the text compares, and does so where that is done.
        if use == .view, ["NOCASE", "BINARY"].contains(collation.uppercased()) { return piece }
        switch collation.uppercased() {
        case "NOCASE": return Piece(Self.folded(piece), .text)
        case "BINARY": return Piece("(\(piece.sql) COLLATE \"C\")", .text)
        default: throw Untranslatable("the collation \(collation) exists in SQLite only")
        }
    }

    static func folded(_ piece: Piece) -> String { "lower(\(piece.sql) COLLATE \"C\")" }

    func isCaseless(_ expression: SQLiteTree) -> Bool { collation(of: expression) == .nocase }

    /// How the expression compares: by the collation of its column, or by the one that it carries.
    func collation(of expression: SQLiteTree) -> Collation? {
        switch expression {
        case .name, .column: sense(of: expression)?.collation
        case .collated(_, let collation): collation.uppercased() == "NOCASE" ? .nocase : .binary
        case .unary("+", let operand), .cast(let operand, _): collation(of: operand)
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .choice:
            nil
        }
    }

    /// The column that an expression is.
    func sense(of expression: SQLiteTree) -> ColumnSense? {
        switch expression {
        case .name(let name, _): use == .view ? found(name)?.sense : columns[SQLName.folded(name)]
        case .column(let relation, let name): found(name, of: relation)?.sense
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            nil
        }
    }

    /// How two expressions compare: as one of them says, else as the column on the left does, else as that on the right
    /// (https://www.sqlite.org/datatype3.html, 7.1). Throws where only the application knows.
    func isCaseless(_ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> Bool {
        let sides = [left, right]
        let said = sides.first { if case .collated = $0 { true } else { false } }
        guard let chosen = said ?? sides.first(where: { sense(of: $0) != nil }) else { return false }
        try requireKnownCollation(chosen)
        return isCaseless(chosen)
    }

    /// Throws when the expression compares in a way that only the application knows.
    func requireKnownCollation(_ expression: SQLiteTree) throws(Untranslatable) {
        if case .native(let name, _) = collation(of: expression) {
            throw Untranslatable("the collation \(name) exists in SQLite only")
        }
    }
}

extension SQLiteExpressionTranslation.Piece {
    /// A number without a double in it.
    var isExact: Bool { kind == .integer || isDecimal || kind == .null }
}
