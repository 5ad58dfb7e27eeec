/// Translates a PostgreSQL expression over one table into SQLite's SQL. It throws `Untranslatable` unless the meaning is known to
/// be the same: an expression that means something else is worse than none.
struct PostgreSQLExpressionTranslation {
    /// The kind of value that a piece of SQL yields in SQLite.
    enum Kind: Equatable {
        case null, integer, real, text, boolean, bytes
        /// Text that holds a decimal, with the number of its digits if that is limited.
        case decimal(precision: Int?)
        /// Text in the canonical form of its type, so that equal values are equal bytes and sort in the right order.
        case shaped(ColumnType)
    }

    struct Piece {
        var sql: String
        var kind: Kind
        /// The text of a literal in quotes or digits, which takes the kind of its neighbour; `nil` for any other piece.
        var literal: String?
        /// Whether the piece compares by bytes in both databases.
        var isByBytes = false
        /// Whether the piece is a column that is COLLATE NOCASE in SQLite.
        var isCaseless = false
        /// The JSON and the path in it if the piece is a part of JSON.
        var member: (json: String, path: String)?

        init(_ sql: String, _ kind: Kind, literal: String? = nil) {
            self.sql = sql
            self.kind = kind
            self.literal = literal
        }

        /// The piece as SQLite's functions of JSON take it.
        var place: String { member.map { "\($0.json), \(SQLText.literal($0.path))" } ?? sql }
    }

    let columns: [String: Column]
    private let names: [String: String]

    init(columns: [Column], names: [String: String] = [:]) {
        self.columns = Dictionary(columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.names = names
    }

    func parsed(_ text: String) throws(Untranslatable) -> SQLiteTree {
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
        case .text, .varchar, .json, .jsonText, .native: .text
        case .boolean: .boolean
        case .bytes: .bytes
        case .timestamp, .datetime, .date, .time, .interval, .uuid: .shaped(type)
        }
    }

    /// Returns a literal in the form that a column of this type has in SQLite.
    static func shaped(_ text: String, as type: ColumnType) throws(Untranslatable) -> String {
        let scratch = PostgreSQLScratch(columns: 1)
        let result: String? = Array(text.utf8).withUnsafeBytes { bytes in
            guard case .text(let bytes)? = SQLiteEncoding(type).shaped(.text(bytes), scratch, 0) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
        guard let result else { throw Untranslatable("'\(text)' is not a valid \(type)") }
        return result
    }
}

extension PostgreSQLExpressionTranslation {
    func condition(_ tree: SQLiteTree) throws(Untranslatable) -> String {
        let piece = try piece(tree)
        guard piece.kind == .boolean || piece.kind == .null else { throw Untranslatable("its result is not a boolean") }
        return piece.sql
    }

    func piece(_ tree: SQLiteTree) throws(Untranslatable) -> Piece {
        switch tree {
        case .null: return Piece("NULL", .null)
        case .number(let text): return Piece(text, Int64(text) == nil ? .real : .integer, literal: text)
        case .string(let text): return Piece(SQLText.literal(text), .text, literal: text)
        case .boolean(let flag): return Piece(flag ? "1" : "0", .boolean)
        case .name(let name, _): return try column(name)
        case .unary(let sign, let operand): return try unary(sign, operand)
        case .binary(let sign, let left, let right): return try binary(sign, left, right)
        case .call(let function, let arguments): return try call(function, arguments)
        case .isNull(let operand, let negated):
            return Piece("(\(try piece(operand).sql) IS \(negated ? "NOT " : "")NULL)", .boolean)
        case .isIn(let operand, let items, let negated):
            return Piece(try isIn(operand, items, negated: negated), .boolean)
        case .between(let operand, let low, let high, let negated):
            let inside = "(\(try compare(">=", operand, low)) AND \(try compare("<=", operand, high)))"
            return Piece(negated ? "(NOT \(inside))" : inside, .boolean)
        case .collated(let operand, let collation): return try collated(operand, collation)
        case .cast(let operand, let type): return try cast(operand, type)
        case .choice(let branches, let otherwise): return try choice(branches, otherwise)
        case .column, .aggregate, .row, .query, .exists, .isInQuery:
            throw Untranslatable("it reads more than one row")
        case .matches: throw Untranslatable("LIKE respects case in PostgreSQL, and ignores it in SQLite")
        case .blob: throw Untranslatable("it contains a bit string")
        }
    }

    func column(_ name: String) throws(Untranslatable) -> Piece {
        guard let column = columns[name] ?? columns[SQLName.folded(name)] else {
            // These words are functions that are called without parentheses (the manual, 9.26.1).
            let asksWho = ["current_user", "current_role", "session_user", "user", "current_catalog", "current_schema"]
            guard !asksWho.contains(SQLName.folded(name)) else {
                throw Untranslatable("\(name) depends on the session, which the target does not know")
            }
            throw Untranslatable("the table has no column \(name)")
        }
        var piece = Piece(SQLText.identifier(names[column.name] ?? column.name), Self.kind(of: column.type))
        piece.isByBytes = column.collation == .binary
        piece.isCaseless = column.collation == .nocase
        return piece
    }

    private func unary(_ sign: String, _ operand: SQLiteTree) throws(Untranslatable) -> Piece {
        if sign == "NOT" { return Piece("(NOT \(try condition(operand)))", .boolean) }
        let piece = try piece(operand)
        guard piece.kind == .integer || piece.kind == .real else {
            throw Untranslatable("\(sign) is applied to something that is not a number")
        }
        return Piece("(\(sign)\(piece.sql))", piece.kind, literal: piece.literal.map { sign == "-" ? "-" + $0 : $0 })
    }

    private func binary(_ sign: String, _ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> Piece {
        switch sign {
        case "AND", "OR":
            var conditions: [String] = []
            for operand in Self.operands(of: sign, left, right) { conditions.append(try condition(operand)) }
            return Piece(try Self.chain(conditions, sign), .boolean)
        case "=", "<>", "<", "<=", ">", ">=", "IS", "IS NOT":
            return Piece(try compare(sign, left, right), .boolean)
        case "||":
            var texts: [String] = []
            for operand in Self.operands(of: sign, left, right) {
                let piece = try piece(operand)
                guard piece.kind == .text || piece.kind == .integer else {
                    throw Untranslatable("|| would render a value differently")
                }
                texts.append(piece.sql)
            }
            return Piece(try Self.chain(texts, sign), .text)
        case "->", "->>": return try member(sign, left, right)
        default:
            var operands: [Piece] = []
            for operand in Self.operands(of: sign, left, right) { operands.append(try piece(operand)) }
            return operands[0].kind == .shaped(.date) ? try days(sign, operands) : try arithmetic(sign, operands)
        }
    }

    /// Translates arithmetic with integers and doubles. A division by zero is NULL in SQLite and an error in PostgreSQL, so only a
    /// division by another literal is known to mean the same.
    private func arithmetic(_ sign: String, _ operands: [Piece]) throws(Untranslatable) -> Piece {
        var numbers: [String] = []
        var kind = Kind.integer
        for (at, piece) in operands.enumerated() {
            guard ["+", "-", "*", "/", "%"].contains(sign), piece.kind == .integer || piece.kind == .real && sign != "%"
            else {
                throw Untranslatable("\(sign) is used on values that are not whole numbers or doubles")
            }
            if at > 0, sign == "/" || sign == "%" {
                guard let literal = piece.literal, Double(literal) != 0 else {
                    throw Untranslatable("\(sign) by zero has another result")
                }
            }
            if piece.kind == .real { kind = .real }
            numbers.append(piece.sql)
        }
        return Piece(try Self.chain(numbers, sign), kind)
    }

    /// Returns the operands that one sign joins from left to right: `a`, `b` and `c` of `(a + b) + c`. A chain is written without
    /// nesting, because neither this program's stack nor SQLite's parser, which allows a hundred levels of parentheses, takes a deep one.
    private static func operands(of sign: String, _ left: SQLiteTree, _ right: SQLiteTree) -> [SQLiteTree] {
        var operands = [right]
        var rest = left
        while case .binary(sign, let left, let right) = rest {
            operands.append(right)
            rest = left
        }
        return (operands + [rest]).reversed()
    }

    /// Joins the operands of a chain. Each is a level of the tree that SQLite reads, which may have a thousand
    /// (https://www.sqlite.org/limits.html, 8); the rest is left to the expressions around the chain.
    ///
    /// - Throws: `Untranslatable` for a chain that is too long.
    static func chain(_ operands: [String], _ sign: String) throws(Untranslatable) -> String {
        guard operands.count <= 900 else {
            throw Untranslatable("\(sign) joins \(operands.count) operands, and at most 900 are written for SQLite")
        }
        return "(\(operands.joined(separator: " \(sign) ")))"
    }

    private func choice(_ branches: [SQLiteTree.Branch], _ otherwise: SQLiteTree?) throws(Untranslatable) -> Piece {
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
            throw Untranslatable("the branches of CASE differ in type")
        }
        return Piece(sql + " END)", kind)
    }

    private func collated(_ operand: SQLiteTree, _ collation: String) throws(Untranslatable) -> Piece {
        guard collation == "C" || collation == "POSIX" else {
            throw Untranslatable("the collation \(collation) exists in PostgreSQL only")
        }
        var piece = try piece(operand)
        if piece.isCaseless { piece.sql = "(\(piece.sql) COLLATE BINARY)" }
        (piece.isByBytes, piece.isCaseless) = (true, false)
        return piece
    }

    private func cast(_ operand: SQLiteTree, _ type: String) throws(Untranslatable) -> Piece {
        let piece = try piece(operand)
        let wanted = PostgreSQLTypeName(type.lowercased()).columnType
        let kind = Self.kind(of: wanted)
        switch (kind, piece.kind) {
        case (.text, .text) where piece.isCaseless && !type.lowercased().contains("citext"):
            return try collated(operand, "C")
        case (.text, .text), (.integer, .integer), (.boolean, .boolean): return piece
        case (.integer, .boolean): return Piece(piece.sql, .integer)
        case (.text, .integer): return Piece("CAST(\(piece.sql) AS TEXT)", .text)
        case (.real, .integer), (.real, .real):
            return Piece("CAST(\(piece.sql) AS REAL)", .real, literal: piece.literal)
        case (.decimal, .integer) where piece.literal != nil, (.decimal, .real) where piece.literal != nil: return piece
        case (.integer, .text), (.decimal, .text), (.real, .text):
            // A text that is not a number is an error in PostgreSQL.
            guard let literal = piece.literal else {
                if kind == .integer { return Piece("CAST(\(piece.sql) AS INTEGER)", .integer) }
                if kind == .real { return Piece("CAST(\(piece.sql) AS REAL)", .real) }
                break
            }
            guard let number = Double(literal), !number.isNaN else { break }
            // SQLite has no word for infinity, but reads a number that is too large as it.
            if number.isInfinite {
                guard kind == .real else { break }
                return Piece(number < 0 ? "-9e999" : "9e999", .real)
            }
            return Piece(literal, Int64(literal) == nil ? .real : .integer, literal: literal)
        case (.boolean, .text) where piece.literal == nil:
            return Piece("(lower(\(piece.sql)) IN ('true', 't', 'yes', 'y', 'on', '1'))", .boolean)
        case (.text, .boolean): return Piece("(CASE \(piece.sql) WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)", .text)
        case (.shaped(let type), .text):
            guard let literal = piece.literal else { break }
            return Piece(SQLText.literal(try Self.shaped(literal, as: type)), kind, literal: literal)
        case (_, .null): return piece
        default: break
        }
        throw Untranslatable("a cast to \(type.lowercased()) has no known counterpart")
    }
}
