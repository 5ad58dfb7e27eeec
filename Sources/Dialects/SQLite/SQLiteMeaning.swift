/// What a SQLite expression of one table means, in PostgreSQL's words. Anything whose meaning is not known to be the same
/// throws `Untranslatable`: an expression that would say something else is worse than none.
struct SQLiteMeaning {
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

        init(_ sql: String, _ kind: Kind, literal: String? = nil) {
            self.sql = sql
            self.kind = kind
            self.literal = literal
        }
    }

    struct ColumnSense {
        var name: String
        var type: ColumnType
        var collation: Collation?
        var isGenerated: Bool
    }

    /// The table's columns: their names and types in the target, by their names in lower case as SQLite compares them.
    let columns: [String: ColumnSense]

    /// `names`: what a column is called in the target, where that differs.
    init(columns: [Column], names: [String: String] = [:]) {
        self.columns = Dictionary(
            columns.map { column in
                let sense = ColumnSense(
                    name: names[column.name] ?? column.name, type: column.type, collation: column.collation,
                    isGenerated: column.generated != nil)
                return (SQLName.folded(column.name), sense)
            },
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
        case .integer, .bigint: .integer
        case .real, .decimal, .numeric: .number
        case .text, .varchar, .json: .text
        case .boolean: .boolean
        case .bytes: .bytes
        case .timestamp, .datetime, .date, .time, .uuid, .native: .native(type)
        }
    }
}

extension SQLiteMeaning {
    /// Numbers are conditions in SQLite: all but 0 are true.
    func condition(_ expression: SQLiteTree) throws(Untranslatable) -> String {
        let piece = try piece(expression)
        switch piece.kind {
        case .boolean, .null: return piece.sql
        case .integer, .number: return "(\(piece.sql) <> 0)"
        case .text, .bytes, .native: throw Untranslatable("a text is used as a condition")
        }
    }

    func piece(_ expression: SQLiteTree) throws(Untranslatable) -> Piece {
        switch expression {
        case .null: return Piece("NULL", .null)
        case .number(let text): return try number(text)
        case .string(let text): return Piece(SQLText.literal(text), .text, literal: text)
        case .blob(let digits): return Piece("'\\x\(digits)'::bytea", .bytes)
        case .boolean(let flag): return Piece(flag ? "true" : "false", .boolean)
        case .name(let name, let isQuoted): return try column(name, isQuoted: isQuoted)
        case .unary(let sign, let operand): return try unary(sign, operand)
        case .binary(let sign, let left, let right): return try binary(sign, left, right)
        case .call(let function, let arguments): return try call(function, arguments)
        case .isNull(let operand, let negated):
            return Piece("(\(try piece(operand).sql) IS \(negated ? "NOT " : "")NULL)", .boolean)
        case .isIn(let operand, let items, let negated): return try isIn(operand, items, negated: negated)
        case .between(let operand, let low, let high, let negated):
            let inside = "(\(try compare(">=", operand, low)) AND \(try compare("<=", operand, high)))"
            return Piece(negated ? "(NOT \(inside))" : inside, .boolean)
        case .matches(let word, let operand, let pattern, let negated):
            let match = try matches(word, operand, pattern)
            return Piece(negated ? "(NOT \(match))" : match, .boolean)
        case .collated(let operand, let collation): return try collated(operand, collation)
        case .cast(let operand, let type): return try cast(operand, type)
        case .choice(let branches, let otherwise): return try choice(branches, otherwise)
        }
    }

    private func number(_ text: String) throws(Untranslatable) -> Piece {
        if Int64(text) != nil { return Piece(text, .integer) }
        guard Double(text) != nil, !text.contains("x") else {
            throw Untranslatable("the number \(text) is written in SQLite's way")
        }
        return Piece(text, .number)
    }

    private func column(_ name: String, isQuoted: Bool) throws(Untranslatable) -> Piece {
        if let column = columns[SQLName.folded(name)] {
            return Piece(SQLText.identifier(column.name), Self.kind(of: column.type))
        }
        guard isQuoted else { throw Untranslatable("\(name) is no column of the table") }
        return Piece(SQLText.literal(name), .text, literal: name)
    }

    private func unary(_ sign: String, _ operand: SQLiteTree) throws(Untranslatable) -> Piece {
        if sign == "NOT" { return Piece("(NOT \(try condition(operand)))", .boolean) }
        let piece = try piece(operand)
        guard piece.kind == .integer || piece.kind == .number else {
            throw Untranslatable("\(sign) stands before no number")
        }
        return Piece("(\(sign)\(piece.sql))", piece.kind)
    }

    private func binary(_ sign: String, _ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> Piece {
        switch sign {
        case "AND", "OR": return Piece("(\(try condition(left)) \(sign) \(try condition(right)))", .boolean)
        case "=", "<>", "<", "<=", ">", ">=": return Piece(try compare(sign, left, right), .boolean)
        case "IS": return Piece(try compare("IS NOT DISTINCT FROM", left, right), .boolean)
        case "IS NOT": return Piece(try compare("IS DISTINCT FROM", left, right), .boolean)
        case "||": return try joined(left, right)
        default: return try arithmetic(sign, left, right)
        }
    }

    private func joined(_ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> Piece {
        var texts: [String] = []
        for operand in [try piece(left), try piece(right)] {
            switch operand.kind {
            case .text: texts.append(operand.sql)
            case .integer: texts.append("(\(operand.sql))::text")
            case .null, .number, .boolean, .bytes, .native:
                throw Untranslatable("|| would spell a value in another way")
            }
        }
        return Piece("(\(texts[0]) || \(texts[1]))", .text)
    }

    /// A division by zero is NULL in SQLite and an error in PostgreSQL: only literals are known not to be zero.
    private func arithmetic(_ sign: String, _ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> Piece {
        let (a, b) = (try piece(left), try piece(right))
        let isInteger = a.kind == .integer && b.kind == .integer
        guard isInteger || [a.kind, b.kind].allSatisfy({ $0 == .integer || $0 == .number }) else {
            throw Untranslatable("\(sign) is used on something else than numbers")
        }
        if sign == "/" || sign == "%" {
            guard case .number(let text) = right, Double(text) != 0, sign == "/" || isInteger else {
                throw Untranslatable("\(sign) by zero means something else")
            }
        }
        guard isInteger || !["&", "|", "<<", ">>"].contains(sign) else {
            throw Untranslatable("\(sign) is used on a fraction")
        }
        guard !["<<", ">>"].contains(sign) else { throw Untranslatable("\(sign) has other limits") }
        return Piece("(\(a.sql) \(sign) \(b.sql))", isInteger ? .integer : .number)
    }

    private func choice(
        _ branches: [SQLiteTree.Branch], _ otherwise: SQLiteTree?
    ) throws(Untranslatable) -> Piece {
        var sql = "(CASE"
        var kinds: [Kind] = []
        for branch in branches {
            let value = try piece(branch.value)
            sql += " WHEN \(try condition(branch.condition)) THEN \(value.sql)"
            kinds.append(value.kind)
        }
        if let otherwise {
            let value = try piece(otherwise)
            sql += " ELSE \(value.sql)"
            kinds.append(value.kind)
        }
        let kind = kinds.first { $0 != .null } ?? .null
        guard kinds.allSatisfy({ $0 == kind || $0 == .null }) else {
            throw Untranslatable("the branches of CASE differ in kind")
        }
        return Piece(sql + " END)", kind)
    }

    private func cast(_ operand: SQLiteTree, _ type: String) throws(Untranslatable) -> Piece {
        let piece = try piece(operand)
        switch (type, piece.kind) {
        case ("TEXT", .integer): return Piece("(\(piece.sql))::text", .text)
        case ("TEXT", .text), ("INTEGER", .integer), ("INT", .integer): return piece
        case ("REAL", .integer), ("REAL", .number): return Piece("(\(piece.sql))::double precision", .number)
        default: throw Untranslatable("CAST AS \(type) takes texts that PostgreSQL refuses")
        }
    }

    /// `NOCASE` folds the 26 letters of ASCII only (https://www.sqlite.org/datatype3.html, 7.1), as does `lower` under `C`.
    private func collated(_ operand: SQLiteTree, _ collation: String) throws(Untranslatable) -> Piece {
        let piece = try piece(operand)
        guard piece.kind == .text else { return piece }
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
        case .name(let name, _): return columns[SQLName.folded(name)]?.collation
        case .collated(_, let collation): return collation.uppercased() == "NOCASE" ? .nocase : nil
        case .null, .number, .string, .blob, .boolean, .unary, .binary, .call, .isNull, .isIn, .between, .matches,
            .cast,
            .choice:
            return nil
        }
    }

    /// Throws when the expression compares in a way that only the application knows.
    func requireKnownCollation(_ expression: SQLiteTree) throws(Untranslatable) {
        if case .native(let name, _) = collation(of: expression) {
            throw Untranslatable("the collation \(name) exists in SQLite only")
        }
    }
}
