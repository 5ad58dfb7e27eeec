// The translations of PostgreSQL's expressions that a transfer asks for.

extension PostgreSQLExpressionTranslation: ExpressionTranslator {
    func predicate(_ expression: SQLExpression) throws(Untranslatable) -> SQLExpression {
        let text = Self.text(expression)
        return .native(sqlite: try condition(parsed(text)), postgresql: text)
    }

    func check(_ expression: SQLExpression) throws(Untranslatable) -> SQLExpression { try predicate(expression) }

    func value(_ expression: SQLExpression, collated collation: Collation?) throws(Untranslatable) -> SQLExpression {
        let text = Self.text(expression)
        return .native(sqlite: Self.sql(of: try piece(parsed(text)), collation), postgresql: text)
    }

    func generated(_ expression: SQLExpression, for type: ColumnType) throws(Untranslatable) -> SQLExpression {
        let text = Self.text(expression)
        let piece = try piece(parsed(text))
        guard piece.kind == Self.kind(of: type) else { throw Untranslatable("its result is not of type \(type.word)") }
        return .native(sqlite: piece.sql, postgresql: text)
    }

    func value(_ value: Default, for type: ColumnType, readBy _: ValueRule?) throws(Untranslatable) -> Default? {
        switch value {
        case .integer, .real, .boolean, .json, .now, .today, .uuid: return value
        case .text(let text):
            guard case .shaped(let shaped) = Self.kind(of: type) else { return value }
            return .text(try Self.shaped(text, as: shaped))
        case .expression(let expression):
            return try PostgreSQLDefaultTranslation.value(
                of: Self.text(expression), for: type, PostgreSQLQueryNotes())
        }
    }

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
