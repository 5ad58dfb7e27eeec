// Defaults in the words in which a transfer from SQLite has written them: random bytes and uuids, and what counts the time.

extension PostgreSQLExpressionTranslation {
    /// Translates a call that stands in a default of this kind; `nil` for any other, and outside of defaults.
    func ownDefault(_ function: String, _ arguments: [ExpressionTree]) throws(Untranslatable) -> Piece? {
        guard let notes, scopes.isEmpty, relations.isEmpty else { return nil }
        switch (function, arguments.count) {
        case ("gen_random_uuid", 0): return Piece(SQLiteDialect.randomUUID, .shaped(.uuid))
        case ("encode", 2):
            guard let count = Self.randomBytes(arguments[0]), Self.withoutCasts(arguments[1]) == .string("hex") else {
                return nil
            }
            var digits = Piece("lower(hex(randomblob(\(count))))", .text)
            digits.isASCII = true
            return digits
        case ("floor", 1):
            guard let sql = Self.epoch(arguments[0]) ?? Self.milliseconds(arguments[0]) else { return nil }
            notes.asksForTime = true
            var number = Piece(sql, .integer)
            number.isWide = true
            return number
        case ("to_timestamp", 1): return try moment(ofSeconds: arguments[0], notes)
        default: return nil
        }
    }

    /// Translates the moment of a number of seconds that is a whole one, or that counts milliseconds now.
    private func moment(
        ofSeconds tree: ExpressionTree, _ notes: PostgreSQLQueryNotes
    ) throws(Untranslatable) -> Piece? {
        if case .binary(.compute(.divide), let left, let right) = tree, Self.withoutCasts(right) == .number("1000"),
            case .call("floor", let inner) = Self.withoutCasts(left), inner.count == 1,
            Self.milliseconds(inner[0]) != nil
        {
            notes.asksForTime = true
            return Piece("strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')", .shaped(.timestamp))
        }
        guard case .cast(let inner, let type) = tree, type.lowercased() == "double precision" else { return nil }
        let seconds = try piece(inner)
        guard seconds.kind == .integer else { return nil }
        return Piece("strftime('%Y-%m-%dT%H:%M:%S.000000Z', \(seconds.sql), 'unixepoch')", .shaped(.timestamp))
    }

    /// Returns how many random bytes an expression yields: the last seven bytes of random uuids are random throughout (RFC 9562, section
    /// 5.4). `nil` for any other expression.
    static func randomBytes(_ tree: ExpressionTree) -> Int? {
        if case .binary(.concatenate, let left, let right) = tree {
            guard let first = randomBytes(left), let second = randomBytes(right) else { return nil }
            return first + second
        }
        guard case .call("substr", let arguments) = tree, arguments.count == 2,
            arguments[0] == .call("uuid_send", [.call("gen_random_uuid", [])]),
            case .number(let text) = arguments[1], let start = Int(text), (10...16).contains(start)
        else { return nil }
        return 17 - start
    }

    /// The seconds of `extract(epoch FROM now())` without their fraction; `nil` for any other expression. A server before version 14 has
    /// another name for it.
    private static func epoch(_ tree: ExpressionTree) -> String? {
        guard case .call(let function, let arguments) = tree, function == "extract" || function == "date_part",
            arguments.count == 2, withoutCasts(arguments[0]) == .string("epoch"), arguments[1] == .call("now", [])
        else { return nil }
        return "CAST(strftime('%s', 'now') AS INTEGER)"
    }

    /// The milliseconds of `extract(epoch FROM now()) * 1000` without their fraction; `nil` for any other expression.
    private static func milliseconds(_ tree: ExpressionTree) -> String? {
        guard case .binary(.compute(.multiply), let left, let right) = tree, withoutCasts(right) == .number("1000"),
            let seconds = epoch(left)
        else { return nil }
        return "(\(seconds) * 1000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER))"
    }

    static func withoutCasts(_ tree: ExpressionTree) -> ExpressionTree {
        var tree = tree
        while case .cast(let inner, _) = tree { tree = inner }
        return tree
    }
}
