// Comparisons and functions: where the two databases differ most in what the same words mean.

extension SQLiteMeaning {
    func compare(_ sign: String, _ left: SQLiteTree, _ right: SQLiteTree) throws(Untranslatable) -> String {
        try requireKnownCollation(left)
        try requireKnownCollation(right)
        var (a, b) = (try piece(left), try piece(right))
        if a.kind == .text && b.kind == .text && (isCaseless(left) || isCaseless(right)) {
            return "(\(Self.folded(a)) \(sign) \(Self.folded(b)))"
        }
        try (a, b) = Self.matched(a, b)
        // SQLite orders texts by their bytes, PostgreSQL by the database's collation.
        let isOrder = ["<", "<=", ">", ">="].contains(sign)
        let collation = isOrder && a.kind == .text && b.kind == .text ? " COLLATE \"C\"" : ""
        return "(\(a.sql)\(collation) \(sign) \(b.sql))"
    }

    /// Both sides in one kind, as column affinity does it in SQLite (datatype3.html, 4.2): only literals are turned.
    private static func matched(_ a: Piece, _ b: Piece) throws(Untranslatable) -> (Piece, Piece) {
        if let turned = turned(b, to: a.kind) { return (a, turned) }
        if let turned = turned(a, to: b.kind) { return (turned, b) }
        throw Untranslatable("\(a.sql) and \(b.sql) are of different kinds")
    }

    private static func turned(_ piece: Piece, to kind: Kind) -> Piece? {
        if piece.kind == kind || piece.kind == .null || kind == .null { return piece }
        switch (kind, piece.kind) {
        case (.number, .integer), (.integer, .number): return piece
        case (.boolean, .integer):
            return piece.sql == "1" ? Piece("true", .boolean) : piece.sql == "0" ? Piece("false", .boolean) : nil
        case (.integer, .text), (.number, .text):
            guard let literal = piece.literal, Int64(literal) != nil else { return nil }
            return Piece(literal, .integer)
        case (.text, .integer):
            // A bare number only: spelling an expression as text would be no comparison of literals.
            return Int64(piece.sql) == nil ? nil : Piece(SQLText.literal(piece.sql), .text)
        case (.native(let type), .text):
            guard let literal = piece.literal, isReadable(literal, as: type) else { return nil }
            return Piece(piece.sql, kind)
        default: return nil
        }
    }

    func isIn(_ operand: SQLiteTree, _ items: [SQLiteTree], negated: Bool) throws(Untranslatable) -> Piece {
        guard !items.isEmpty else { return Piece(negated ? "true" : "false", .boolean) }
        try requireKnownCollation(operand)
        let subject = try piece(operand)
        let isFolded = subject.kind == .text && isCaseless(operand)
        var list: [String] = []
        for item in items {
            let item = try Self.matched(subject, piece(item))
            guard item.0.sql == subject.sql else { throw Untranslatable("the list holds values of another kind") }
            list.append(isFolded ? Self.folded(item.1) : item.1.sql)
        }
        let left = isFolded ? Self.folded(subject) : subject.sql
        return Piece("(\(left) \(negated ? "NOT IN" : "IN") (\(list.joined(separator: ", "))))", .boolean)
    }

    /// `LIKE` folds ASCII and knows no escape of its own; `GLOB` is turned into a regular expression.
    func matches(_ word: String, _ operand: SQLiteTree, _ pattern: SQLiteTree) throws(Untranslatable) -> String {
        let (subject, pattern) = (try piece(operand), try piece(pattern))
        guard subject.kind == .text, let literal = pattern.literal else {
            throw Untranslatable("\(word) is used with something else than a text and a fixed pattern")
        }
        if word == "LIKE" {
            return "(\(Self.folded(subject)) LIKE lower(\(SQLText.literal(literal)) COLLATE \"C\") ESCAPE '')"
        }
        guard let expression = Self.regularExpression(glob: literal) else {
            throw Untranslatable("the pattern of GLOB is not closed")
        }
        return "(\(subject.sql) COLLATE \"C\" ~ \(SQLText.literal(expression)))"
    }

    static func regularExpression(glob: String) -> String? {
        var result = "^"
        var rest = Substring(glob)
        while let character = rest.popFirst() {
            switch character {
            case "*": result += ".*"
            case "?": result += "."
            case "[":
                var set = "["
                if rest.first == "^" { set.append(rest.removeFirst()) }
                if rest.first == "]" { set.append(rest.removeFirst()) }
                guard let close = rest.firstIndex(of: "]") else { return nil }
                set += rest[..<close].replacing("\\", with: "\\\\").replacing("[", with: "\\[") + "]"
                rest = rest[rest.index(after: close)...]
                result += set
            default:
                if "\\^$.|+(){}]".contains(character) { result += "\\" }
                result.append(character)
            }
        }
        return result + "$"
    }

    func call(_ function: String, _ arguments: [SQLiteTree]) throws(Untranslatable) -> Piece {
        var pieces: [Piece] = []
        for argument in arguments { pieces.append(try piece(argument)) }
        switch (function, pieces.count) {
        case ("ifnull", 2), ("coalesce", 2...): return try coalesced(pieces)
        case ("lower", 1), ("upper", 1):
            return Piece("\(function)(\(try text(pieces[0], of: function)) COLLATE \"C\")", .text)
        case ("length", 1):
            if pieces[0].kind == .bytes { return Piece("octet_length(\(pieces[0].sql))::bigint", .integer) }
            return Piece("length(\(try text(pieces[0], of: function)))::bigint", .integer)
        case ("trim", 1): return Piece("btrim(\(try text(pieces[0], of: function)), ' ')", .text)
        case ("ltrim", 1), ("rtrim", 1):
            return Piece("\(function)(\(try text(pieces[0], of: function)), ' ')", .text)
        case ("substr", 2...3), ("substring", 2...3): return try substring(pieces, arguments)
        case ("instr", 2):
            return Piece(
                "strpos(\(try text(pieces[0], of: function)), \(try text(pieces[1], of: function)))::bigint", .integer)
        case ("replace", 3):
            let (a, b, c) = (
                try text(pieces[0], of: function), try text(pieces[1], of: function), try text(pieces[2], of: function)
            )
            return Piece("replace(\(a), \(b), \(c))", .text)
        case ("abs", 1) where pieces[0].kind == .integer || pieces[0].kind == .number:
            return Piece("abs(\(pieces[0].sql))", pieces[0].kind)
        case ("nullif", 2) where !arguments.contains(where: isCaseless):
            let (a, b) = try Self.matched(pieces[0], pieces[1])
            return Piece("nullif(\(a.sql), \(b.sql))", a.kind)
        default: throw Untranslatable("\(function)() has no counterpart that is known to mean the same")
        }
    }

    private func coalesced(_ pieces: [Piece]) throws(Untranslatable) -> Piece {
        var list = [pieces[0]]
        for piece in pieces.dropFirst() { list.append(try Self.matched(list[0], piece).1) }
        return Piece("coalesce(\(list.map(\.sql).joined(separator: ", ")))", list[0].kind)
    }

    /// Counting from the end, or from before the start, means something else in PostgreSQL.
    private func substring(_ pieces: [Piece], _ arguments: [SQLiteTree]) throws(Untranslatable) -> Piece {
        let numbers = arguments.dropFirst().compactMap { argument -> Int64? in
            if case .number(let text) = argument { return Int64(text) }
            return nil
        }
        guard numbers.count == arguments.count - 1, let start = numbers.first, start >= 1 else {
            throw Untranslatable("substr() counts from the end or by a column")
        }
        let rest = numbers.map(String.init).joined(separator: ", ")
        return Piece("substr(\(try text(pieces[0], of: "substr")), \(rest))", .text)
    }

    private func text(_ piece: Piece, of function: String) throws(Untranslatable) -> String {
        switch piece.kind {
        case .text: return piece.sql
        case .integer where function == "length": return "(\(piece.sql))::text"
        case .null, .integer, .number, .boolean, .bytes, .native:
            throw Untranslatable("\(function)() is used on something else than a text")
        }
    }
}
