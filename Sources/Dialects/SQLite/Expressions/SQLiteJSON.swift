// The functions of JSON (https://www.sqlite.org/json1.html).

extension SQLiteExpressionTranslation {
    /// Translates a call that reads JSON; texts are read as JSON, and one that is not valid is an error in both databases.
    func json(
        _ function: String, _ pieces: [Piece], _ arguments: [ExpressionTree]
    ) throws(Untranslatable) -> Piece {
        guard pieces[0].kind == .text else {
            throw Untranslatable("\(function)() is used on a value that is not a text")
        }
        let json = "(\(pieces[0].sql))::json"
        let isLength = function == "json_array_length"
        guard arguments.count == 2 else { return isLength ? Self.length(ofJSON: json) : Self.typeName(ofJSON: json) }
        guard case .string(let path) = arguments[1], let keys = Self.keys(path) else {
            throw Untranslatable("\(function)() has a path of more than names and positions")
        }
        guard function != "json_extract" else { return extracted(json, keys, of: arguments[0], pieces[0]) }
        let part = "(\(json) #> \(Self.path(keys)))"
        return isLength ? Self.length(ofJSON: part) : Self.typeName(ofJSON: part)
    }

    /// `json ->> 'name'`, and `json -> 'part' ->> 'name'`, which is the value at the whole path.
    func member(_ left: ExpressionTree, _ right: ExpressionTree) throws(Untranslatable) -> Piece {
        var (whole, keys) = (left, try Self.memberKeys(right))
        while case .binary(.member, let outer, let key) = whole {
            keys = try Self.memberKeys(key) + keys
            whole = outer
        }
        let piece = try piece(whole)
        guard piece.kind == .text else { throw Untranslatable("->> is used on a value that is not a text") }
        return extracted("(\(piece.sql))::json", keys, of: whole, piece)
    }

    /// Returns the path that stands behind `->` or `->>`. A text that begins with no `$` is a name, or a position such as `[1]`. SQLite
    /// before 3.45 read `a.b`, `a[1]` and `[1].a` as paths and `1` as a position, later versions read them as names
    /// (https://www.sqlite.org/json1.html#jptr).
    private static func memberKeys(_ path: ExpressionTree) throws(Untranslatable) -> [String] {
        switch path {
        case .string(let name) where name.hasPrefix("$") || (name.hasPrefix("[") && name.hasSuffix("]")):
            guard let keys = Self.keys(name.hasPrefix("$") ? name : "$" + name) else {
                throw Untranslatable("->> has a path of more than names and positions")
            }
            return keys
        case .string(let name):
            guard name.first?.isNumber == false, !name.contains(where: { ".[\"".contains($0) }) else {
                throw Untranslatable(
                    "->> has '\(name)', which versions of SQLite read in two ways: a path begins with $")
            }
            return [name]
        case .number(let place) where Int(place) != nil: return [place]
        case .null, .number, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row, .query, .exists,
            .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            throw Untranslatable("->> has no fixed path")
        }
    }

    /// Translates the text of a JSON's part as a transfer from PostgreSQL has written `->>`: a number has its digits, and a boolean is a
    /// word. `nil` for any other CASE.
    func writtenMember(
        _ branches: [ExpressionTree.Branch], _ otherwise: ExpressionTree?
    ) throws(Untranslatable) -> Piece? {
        guard case .isIn(.call("json_type", let place), _, negated: false)? = branches.first?.condition,
            place.count == 2, case .string(let path) = place[1], let keys = Self.keys(path),
            branches == Self.memberBranches(of: place),
            case .cast(.call("json_extract", place), let type)? = otherwise, type.uppercased() == "TEXT"
        else { return nil }
        let json = try piece(place[0])
        guard json.kind == .text else { return nil }
        return Piece("((\(json.sql))::json #>> \(Self.path(keys)))", .text)
    }

    private static func memberBranches(of place: [ExpressionTree]) -> [ExpressionTree.Branch] {
        func isOf(_ types: String...) -> ExpressionTree {
            .isIn(.call("json_type", place), types.map { .string($0) }, negated: false)
        }
        // Two paths yield an array, in which a number is written as in the JSON.
        let pair = ExpressionTree.call("json_extract", place + [place[1]])
        let end = ExpressionTree.binary(
            .compute(.subtract), .call("instr", [pair, .string(",")]), .number("2"))
        return [
            ExpressionTree.Branch(condition: isOf("true", "false"), value: .call("json_type", place)),
            ExpressionTree.Branch(
                condition: isOf("integer", "real"), value: .call("substr", [pair, .number("2"), end])),
        ]
    }

    private static func path(_ keys: [String]) -> String {
        "ARRAY[\(keys.map { SQLText.literal($0) }.joined(separator: ", "))]"
    }

    /// Translates the value at a path. An index that is not unique changes no result: over a column of JSON it has the words in which
    /// programs ask PostgreSQL for it, so that their queries find the index.
    private func extracted(_ json: String, _ keys: [String], of tree: ExpressionTree, _ column: Piece) -> Piece {
        let value = Self.extracted(json, keys)
        guard use == .index, let type = sense(of: tree)?.type, type == .json || type == .jsonText else { return value }
        let isMember = keys.count == 1 && Int(keys[0]) == nil
        let words = isMember ? "->> \(SQLText.literal(keys[0]))" : "#>> \(Self.path(keys))"
        return value.edited { $0.sql = "(\(column.sql) \(words))" }
    }

    /// The text of the value at a path. `PostgreSQLJSONPath` finds it again in a database that a transfer has made.
    static func extractedText(_ json: String, _ keys: [String]) -> String { extracted(json, keys).sql }

    /// Renders the value as the text that SQLite's value has: true is 1, and null is NULL.
    private static func extracted(_ json: String, _ keys: [String]) -> Piece {
        let path = path(keys)
        let text = "(\(json) #>> \(path))"
        let type = "json_typeof(\(json) #> \(path))"
        let number =
            "CASE WHEN \(text) ~ '^-?\\d+$' THEN \(text) ELSE \(realText("\(text)::double precision::numeric")) END"
        let truth = "CASE \(type) WHEN 'boolean' THEN \(text)::boolean::integer::text"
        return Piece("(\(truth) WHEN 'number' THEN \(number) ELSE \(text) END)", .text).edited {
            $0.numberTest = .condition("(\(type) IN ('number', 'boolean'))")
            $0.exact = "(\(truth) ELSE \(text) END)"
        }
    }

    /// Renders the number of an array's elements. Any other value has none in SQLite, and is an error in PostgreSQL.
    private static func length(ofJSON json: String) -> Piece {
        let isArray = "json_typeof(\(json)) = 'array'"
        return Piece(
            "(CASE WHEN \(isArray) THEN json_array_length(\(json)) WHEN NOT \(isArray) THEN 0 END)::bigint", .integer,
            isWide: true)
    }

    private static func typeName(ofJSON json: String) -> Piece {
        let number = "CASE WHEN \(json)::text ~ '^\\s*-?\\d+\\s*$' THEN 'integer' ELSE 'real' END"
        return Piece(
            "(CASE json_typeof(\(json)) WHEN 'string' THEN 'text' WHEN 'number' THEN \(number) "
                + "WHEN 'boolean' THEN btrim(\(json)::text) ELSE json_typeof(\(json)) END)", .text)
    }

    /// Returns the member names and array indexes of a path such as `$.a.b[0]`; `nil` if the path has any other part.
    private static func keys(_ path: String) -> [String]? {
        guard path.hasPrefix("$") else { return nil }
        var keys: [String] = []
        var rest = path.dropFirst()
        while let first = rest.popFirst() {
            switch first {
            case "." where rest.first == "\"":
                rest = rest.dropFirst()
                guard let close = rest.firstIndex(of: "\"") else { return nil }
                keys.append(String(rest[..<close]))
                rest = rest[rest.index(after: close)...]
            case ".":
                let key = rest.prefix { $0 != "." && $0 != "[" }
                guard !key.isEmpty else { return nil }
                keys.append(String(key))
                rest = rest.dropFirst(key.count)
            case "[":
                let place = rest.prefix { $0 != "]" }
                guard Int(place) != nil, rest.count > place.count else { return nil }
                keys.append(String(place))
                rest = rest.dropFirst(place.count + 1)
            default: return nil
            }
        }
        return keys.isEmpty ? nil : keys
    }

    /// Translates `json_valid` of a column that holds nothing but JSON; returns `nil` for any other call.
    func validity(_ argument: ExpressionTree, _ piece: Piece) -> Piece? {
        guard case .name(let name, _) = argument, let type = columns[SQLName.folded(name)]?.type,
            type == .json || type == .jsonText
        else { return nil }
        // NULL stays NULL, as in SQLite since version 3.42.
        return Piece("(\(piece.sql) IS NOT NULL OR NULL)", .boolean)
    }

    /// Translates a check. PostgreSQL up to version 15 finds out whether a text is JSON only by an error. In a check an error
    /// does as well as false: either refuses the row.
    func check(_ tree: ExpressionTree) throws(Untranslatable) -> String {
        switch tree {
        case .binary(.and, let left, let right): return "(\(try check(left)) AND \(try check(right)))"
        case .binary(.or, let test, .isNull(let subject, negated: false)),
            .binary(.or, .isNull(let subject, negated: false), let test):
            guard case .call("json_valid", [subject]) = test else { return try condition(tree) }
            return try check(test)
        case .call("json_valid", let arguments) where arguments.count == 1:
            let piece = try piece(arguments[0])
            if let known = validity(arguments[0], piece) { return known.sql }
            guard piece.kind == .text else { return try condition(tree) }
            return "(\(piece.sql) IS NULL OR (\(piece.sql))::json IS NOT NULL)"
        case .null, .number, .string, .blob, .boolean, .name, .column, .unary, .binary, .call, .aggregate, .row, .query,
            .exists, .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast, .choice:
            return try condition(tree)
        }
    }
}
