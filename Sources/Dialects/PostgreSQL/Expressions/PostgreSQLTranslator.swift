// The translations of PostgreSQL's expressions that a transfer asks for.

extension PostgreSQLExpressionTranslation: ExpressionTranslator {
    func predicate(_ expression: SQLExpression, isUnique _: Bool) throws(Untranslatable) -> SQLExpression {
        try predicate(expression)
    }

    private func predicate(_ expression: SQLExpression) throws(Untranslatable) -> SQLExpression {
        let text = Self.text(expression)
        let sql = try SQLiteNesting.readable(condition(parsed(text)))
        overflow.keep()
        return .native(sqlite: sql, postgresql: text)
    }

    func check(_ expression: SQLExpression) throws(Untranslatable) -> SQLExpression {
        let text = Self.text(expression)
        let unread = PostgreSQLUnreadMoments(in: .check)
        var translation = self
        translation.unread = unread
        let sql = try SQLiteNesting.readable(unread.refusing(translation.condition(translation.parsed(text))))
        overflow.keep()
        return .native(sqlite: sql, postgresql: text)
    }

    func remark(onUnique _: SQLExpression) -> String? { nil }

    func value(
        _ expression: SQLExpression, collated collation: Collation?, isUnique: Bool
    ) throws(Untranslatable) -> SQLExpression {
        let text = Self.text(expression)
        let tree = try parsed(text)
        let sql: String
        // An index that is not unique changes no result: so programs ask SQLite for the value, and their queries find the index.
        if !isUnique, let value = try extraction(tree) {
            sql = value
        } else {
            let piece = try piece(tree)
            noteDigits(of: piece)
            sql = Self.sql(of: piece, collation)
        }
        overflow.keep()
        return .native(sqlite: sql, postgresql: text)
    }

    func computedType(_: SQLExpression, for type: ColumnType) -> ColumnType { type }

    func yieldedType(_: SQLExpression) -> ColumnType? { nil }

    func remark(onComputed _: SQLExpression, for _: ColumnType) -> String? { nil }

    func computedDigits(_: SQLExpression, for _: ColumnType) -> ComputedDigits { .all }

    func generated(_ expression: SQLExpression, for type: ColumnType) throws(Untranslatable) -> SQLExpression {
        let text = Self.text(expression)
        var translation = self
        translation.unread = PostgreSQLUnreadMoments(in: .computedColumn)
        let tree = try translation.parsed(text)
        let piece = try translation.piece(tree)
        guard piece.kind == Self.kind(of: type), Self.isExactly(piece, type) else {
            throw Untranslatable("its result is not of type \(type.word)")
        }
        // The server does not write the cast to the column's type.
        try translation.requireRoom(for: piece, of: tree, in: type)
        noteDigits(of: piece)
        let sql = try SQLiteNesting.readable(piece.sql)
        overflow.keep()
        return .native(sqlite: sql, postgresql: text)
    }

    var remarks: [String] {
        let ofType =
            "a number that its checks, indexes or computed columns compute, and that is too large for its type (more than 32 bits), is an "
            + "error in PostgreSQL only"
        let ofDigits =
            "a decimal of more than 18 digits, with those behind the point, that its indexes or computed columns compute is an error in "
            + "SQLite only"
        return (overflow.possible.contains(.type) ? [ofType] : [])
            + (overflow.possible.contains(.digits) ? [ofDigits] : [])
    }

    /// Notes a number that SQLite may fail to show. A column is shown as the text that it is.
    private func noteDigits(of piece: Piece) {
        guard let scaled = piece.scaled, scaled.mayOverflow, piece.sql == scaled.text else { return }
        overflow.note(.digits)
    }

    /// Whether a value of the right kind stays as it is in a column of this type, which may round it.
    private static func isExactly(_ piece: Piece, _ type: ColumnType) -> Bool {
        switch type {
        case .decimal(_, let scale): return piece.scaled?.scale == scale
        case .native(_, "real"): return piece.isSingle
        case .native(_, let name):
            if case .shaped = piece.kind { return PostgreSQLTypeName(name).withoutPrecision.precision == nil }
            return true
        case .smallint, .integer, .bigint, .real, .numeric, .text, .varchar, .boolean, .timestamp, .datetime, .date,
            .time,
            .interval, .uuid, .json, .jsonText, .bytes:
            return true
        }
    }

    func value(_ value: Default, for type: ColumnType, readBy rule: ValueRule?) throws(Untranslatable) -> Default? {
        guard rule != .bytesOfUUID else { throw Untranslatable("it is a uuid, which a rule makes bytes of") }
        switch value {
        case .integer(let number):
            guard rule == nil else { throw Self.unreadByRule }
            return type.isStoredWithDecimals ? try PostgreSQLNumberDefault.stored(String(number), as: type) : value
        case .real(let number):
            guard rule == nil else { throw Self.unreadByRule }
            guard number != 0 || number.sign == .plus else {
                throw Untranslatable("it is -0.0, whose sign SQLite drops")
            }
            guard type.isStoredWithDecimals || type.isInteger else { return value }
            return try PostgreSQLNumberDefault.stored(String(number), as: type)
        case .boolean, .json, .now, .today, .uuid: return value
        case .text(let text):
            if case .varchar(let limit) = type, text.unicodeScalars.count > limit {
                throw Untranslatable("it has more than \(limit) characters")
            }
            switch Self.kind(of: type) {
            case .shaped(let shaped): return .text(try SQLiteEncoding.literal(text, as: shaped))
            case .padded: return .text(PostgreSQLPattern.withoutPadding(text))
            case .null, .integer, .real, .text, .boolean, .bytes, .decimal, .quotient, .json, .foreign: return value
            }
        case .expression(let expression):
            return try PostgreSQLDefaultTranslation.value(
                of: Self.text(expression), for: type, PostgreSQLQueryNotes())
        }
    }

    private static let unreadByRule = Untranslatable("it is a number, which the column's rule reads as something else")

    func remark(on value: Default, for type: ColumnType) -> String? {
        guard case .expression(let expression) = value else { return nil }
        let notes = PostgreSQLQueryNotes()
        _ = try? PostgreSQLDefaultTranslation.value(of: Self.text(expression), for: type, notes)
        guard notes.usesZone else { return nil }
        return
            "its default counts days and hours in UTC in SQLite, and in the session's time zone (TimeZone) in PostgreSQL"
    }

    /// Returns a column as an index writes it. SQLite compares text by bytes, and under any deterministic collation of PostgreSQL
    /// equal texts have equal bytes. Only a column that becomes NOCASE in SQLite needs an explicit `COLLATE BINARY`.
    func collated(_ column: String, _ collation: Collation) throws(Untranslatable) -> SQLExpression? {
        let piece = try self.column(column)
        guard piece.isCaseless, collation == .binary else { return nil }
        return .native(sqlite: Self.sql(of: piece, collation), postgresql: SQLText.identifier(column))
    }

    private static func sql(of piece: Piece, _ collation: Collation?) -> String {
        piece.isCaseless && collation == .binary ? "(\(piece.sql) COLLATE BINARY)" : piece.sql
    }

    private static func text(_ expression: SQLExpression) -> String {
        switch expression {
        case .sql(let text), .native(_, let text): text
        }
    }
}
