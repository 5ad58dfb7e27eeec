// Defaults: the values that SQLite fills in, in PostgreSQL's words and for the type that the column has there.

extension SQLiteExpressionTranslation {
    /// The translation of defaults, which read no column.
    static var inserting: SQLiteExpressionTranslation { SQLiteExpressionTranslation(for: .insert) }

    /// Translates a value that a statement writes into a column of this type. `name` is the column's, for messages.
    func assigned(_ tree: ExpressionTree, to type: ColumnType, of name: String) throws(Untranslatable) -> String {
        if tree == .null { return "NULL" }
        // `inserting` has no columns, so an expression that reads one is not taken for a moment here.
        if let moment = (try? Self.inserting.moment(tree, for: type)) ?? Self.milliseconds(tree, for: type) {
            return moment
        }
        if let constant = Self.constant(tree) {
            let value = try Self.fitted(constant, to: type)
            do { return try PostgreSQLDialect().render(value, for: type) } catch { throw Untranslatable(error.reason) }
        }
        if type.isMoment, let moment = try writtenMoment(tree, to: type, of: name) { return moment }
        let value = try piece(tree)
        do throws(Untranslatable) {
            let piece = try stored(value, as: type)
            return Self.isAssignable(piece.kind, to: type) ? piece.sql : "(\(piece.sql))::\(Self.word(of: type))"
        } catch {
            throw Untranslatable(
                "its value of \(name) has no counterpart: \(error)", numbersWanted: error.numbersWanted)
        }
    }

    /// Translates a moment that is computed from columns, or that CASE, iif() or coalesce() yields; returns `nil` if the expression is a
    /// value like any other.
    private func writtenMoment(
        _ tree: ExpressionTree, to type: ColumnType, of name: String
    ) throws(Untranslatable) -> String? {
        switch tree {
        case .call("coalesce", let arguments), .call("ifnull", let arguments):
            guard arguments.count > 1 else { return nil }
            var values: [String] = []
            for argument in arguments { values.append(try assigned(argument, to: type, of: name)) }
            return "coalesce(\(values.joined(separator: ", ")))::\(Self.word(of: type))"
        case .call("iif", let arguments), .call("if", let arguments):
            guard (2...3).contains(arguments.count) else { return nil }
            let branch = ExpressionTree.Branch(condition: arguments[0], value: arguments[1])
            return try writtenMoment(
                .choice([branch], otherwise: arguments.count == 3 ? arguments[2] : nil), to: type, of: name)
        case .choice(let branches, let otherwise):
            var sql = "(CASE"
            for branch in branches {
                let value = try assigned(branch.value, to: type, of: name)
                sql += " WHEN \(try condition(branch.condition)) THEN \(value)"
            }
            if let otherwise { sql += " ELSE \(try assigned(otherwise, to: type, of: name))" }
            return "\(sql) END)::\(Self.word(of: type))"
        case .call: return try moment(tree, for: type)
        case .null, .number, .string, .blob, .boolean, .name, .column, .unary, .binary, .aggregate, .row, .query,
            .exists, .isNull, .isIn, .isInQuery, .between, .matches, .collated, .cast:
            return nil
        }
    }

    /// Returns whether PostgreSQL stores a value of this kind in the column without a cast (its manual, 10.4).
    static func isAssignable(_ kind: Kind, to type: ColumnType) -> Bool {
        switch type {
        case .json, .jsonText: kind != .text
        case .native: false
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .bytes, .timestamp,
            .datetime, .date, .time, .interval, .uuid:
            true
        }
    }

    static func word(of type: ColumnType) -> String { (try? PostgreSQLDialect().render(type)) ?? "text" }

    /// Translates a default's expression for a column of this type; returns `nil` for NULL.
    func defaultValue(_ text: String, for type: ColumnType) throws(Untranslatable) -> Default? {
        if let idiom = Self.uuidIdiom(text, for: type) { return .expression(.native(sqlite: text, postgresql: idiom)) }
        let expression = try parsed(text)
        if expression == .null { return nil }
        if let moment = try moment(expression, for: type) {
            return .expression(.native(sqlite: text, postgresql: moment))
        }
        if let milliseconds = Self.milliseconds(expression, for: type) {
            return .expression(.native(sqlite: text, postgresql: milliseconds))
        }
        if let literal = Self.constant(expression) { return try Self.fitted(literal, to: type) }
        switch SQLiteConstant.value(of: text, for: Self.kind(of: type)) {
        case .text(let value): return try Self.fitted(.text(value), to: type)
        case .integer(let value): return try Self.fitted(.integer(value), to: type)
        case .real(let value): return try Self.fitted(.real(value), to: type)
        case .blob(let value) where type == .bytes: return Self.bytes(value, written: text)
        case .blob, .boolean, .null, nil: break
        }
        let piece = try stored(piece(expression), as: type)
        return .expression(.native(sqlite: text, postgresql: piece.sql))
    }

    /// Translates a value to the form that a column of this type stores. A text of digits becomes a number in a column of
    /// numbers.
    func stored(_ piece: Piece, as type: ColumnType) throws(Untranslatable) -> Piece {
        let wanted = Self.kind(of: type)
        switch (wanted, piece.kind) {
        case (.text, .integer), (.text, .number), (.text, .boolean): return try text(piece)
        case (.integer, .text) where piece.whole != nil, (.number, .text) where piece.whole != nil:
            return try number(piece)
        // 0 and 1 are false and true. PostgreSQL refuses the row of any other number.
        case (.boolean, .integer): return Piece("(\(piece.sql))::text::boolean", .boolean)
        case (.boolean, .number): return Piece("trim_scale((\(piece.sql))::numeric)::text::boolean", .boolean)
        // A number without a fraction is stored as an integer. PostgreSQL refuses the row of any other.
        case (.integer, .number):
            return Piece("trim_scale((\(piece.sql))::numeric)::text::bigint", .integer, isWide: true)
        // A value out of JSON is a number in SQLite. Where it is none, PostgreSQL refuses the row.
        case (.integer, .text) where piece.isDynamic, (.number, .text) where piece.isDynamic,
            (.boolean, .text) where piece.isDynamic:
            return Piece("(\(allDigits(of: piece)))::\(Self.word(of: type))", wanted, isWide: type == .bigint)
        case (.integer, .boolean), (.number, .boolean): return try number(piece)
        case (.integer, .text), (.number, .text):
            throw Self.refusal(ofNumberBeside: piece) ?? Untranslatable("it is not of type \(type.word)")
        case (_, _):
            guard Self.fits(piece.kind, wanted) else { throw Untranslatable("it is not of type \(type.word)") }
            return piece
        }
    }

    /// Converts a constant default to the column's type: 1 is true in a boolean column, '0' is 0 in an integer column. Throws
    /// if the column would refuse or round the value: each row that leaves the column out would fail or get another value.
    static func fitted(_ value: Default, to type: ColumnType) throws(Untranslatable) -> Default {
        let result = try converted(value, to: type)
        guard isHeld(result, by: type) else { throw Untranslatable("\(written(value)) does not fit \(type.word)") }
        return result
    }

    private static func converted(_ value: Default, to type: ColumnType) throws(Untranslatable) -> Default {
        switch (kind(of: type), value) {
        case (.boolean, .integer(let number)) where number == 0 || number == 1: return .boolean(number == 1)
        case (.boolean, .text(let text)):
            if let flag = Array(text.utf8).withUnsafeBytes({ RawValue.text($0).truth }) { return .boolean(flag) }
        case (.boolean, .boolean), (.integer, .integer), (.number, .integer), (.number, .real), (.text, .text):
            return value
        case (.text, .json(let text)): return .text(text)
        case (.integer, .boolean(let flag)), (.number, .boolean(let flag)): return .integer(flag ? 1 : 0)
        case (.text, .integer(let number)): return .text(String(number))
        case (.text, .boolean(let flag)): return .text(flag ? "1" : "0")
        // The text is the one that the column's own numbers become. A text column would have made SQLite write the number
        // itself.
        case (.text, .real(let number)): return .text(String(number))
        // The bytes are those of UTF-8, as for the column's own values that are texts.
        case (.bytes, .text(let text)): return bytes(text.utf8, written: SQLText.literal(text))
        case (.integer, .text(let text)):
            if let number = Int64(text) { return .integer(number) }
        case (.number, .text(let text)):
            if let number = Double(text), number.isFinite { return .real(number) }
        case (.integer, .real(let number)):
            if let number = Int64(exactly: number) { return .integer(number) }
        case (.native, .text(let text)):
            // PostgreSQL too reads a date out of its midnight, and a time of day out of a moment.
            if Array(text.utf8).withUnsafeBytes({ isWritable(.text($0), as: type) }) {
                return .text(inUTC(text, of: type))
            }
        default: break
        }
        throw Untranslatable("\(written(value)) is not of type \(type.word)")
    }

    private static func bytes(_ bytes: some Sequence<UInt8>, written text: String) -> Default {
        .expression(.native(sqlite: text, postgresql: "'\\x\(Hexadecimal.text(bytes))'::bytea"))
    }

    /// Returns the value as the declaration writes it, for messages.
    private static func written(_ value: Default) -> String {
        switch value {
        case .text(let text), .json(let text): SQLText.literal(text)
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .boolean(let flag): flag ? "TRUE" : "FALSE"
        case .now, .today, .uuid, .expression: "it"
        }
    }

    private static func isHeld(_ value: Default, by type: ColumnType) -> Bool {
        switch (type, value) {
        case (.varchar, .text(let text)), (.text, .text(let text)): isReadable(text, as: type)
        case (.decimal, .integer(let number)), (.numeric, .integer(let number)): isWritable(.integer(number), as: type)
        case (.decimal, .real(let number)), (.numeric, .real(let number)): isWritable(.real(number), as: type)
        case (.real, .integer(let number)): isWritable(.integer(number), as: type)
        default: true
        }
    }

    /// Returns whether PostgreSQL reads the text as a value of this type. PostgreSQL refuses a whole table because of a literal
    /// that it can't read.
    static func isReadable(_ text: String, as type: ColumnType) -> Bool {
        Array(text.utf8).withUnsafeBytes { bytes in
            // SQLite compares the whole text, with everything that a framework adds to a date or a time of day.
            let essence =
                type == .date ? CalendarNumber.day(of: bytes) : type == .time ? CalendarNumber.clock(of: bytes) : bytes
            // SQLite's functions read nothing out of an infinity, and compare a far year as a text.
            let isForeign = type.isMoment && PostgreSQLSpecialMoments.include(bytes)
            return essence.count == bytes.count && !isForeign && isWritable(.text(bytes), as: type)
        }
    }

    private static func isWritable(_ value: RawValue, as type: ColumnType) -> Bool {
        var buffer = OutputBuffer(capacity: 64)
        return buffer.append(field: value, as: PostgreSQLEncoding(type))
    }

    private static func constant(_ expression: ExpressionTree) -> Default? {
        switch expression {
        case .string(let text): .text(text)
        case .name(let text, let isQuoted): isQuoted ? .text(text) : nil
        case .boolean(let flag): .boolean(flag)
        case .number(let text): constant(digits: text)
        case .unary(.minus, .number(let text)): constant(digits: "-" + text)
        case .unary(.plus, let operand): constant(operand)
        case .null, .blob, .column, .unary, .binary, .call, .aggregate, .row, .query, .exists, .isNull, .isIn,
            .isInQuery,
            .between, .matches, .collated, .cast, .choice:
            nil
        }
    }

    /// Returns the number that digits stand for; `nil` for hexadecimal ones, which are an integer in SQLite and a fraction to `Double`.
    private static func constant(digits: String) -> Default? {
        guard !digits.lowercased().contains("x") else { return nil }
        return Int64(digits).map(Default.integer) ?? Double(digits).map(Default.real)
    }

    /// Recognizes the common ways to write a random uuid of version 4; returns PostgreSQL's expression for it, otherwise `nil`.
    private static func uuidIdiom(_ text: String, for type: ColumnType) -> String? {
        let bare = SQLToken.scan(text).filter { !$0.isBlank }.map { $0.text.lowercased() }.joined()
        let core = bare.hasPrefix("(") && bare.hasSuffix(")") ? String(bare.dropFirst().dropLast()) : bare
        let isUUID = core.contains("hex(randomblob(4))") && core.contains("'-4'||") && core.contains("randomblob(6)")
        switch kind(of: type) {
        // A program that registers a function of this name with SQLite means the function of PostgreSQL.
        case .native(.uuid) where isUUID || core == "gen_random_uuid()": return "gen_random_uuid()"
        case .text where core == "gen_random_uuid()" || isUUID && core.hasPrefix("lower("):
            return "gen_random_uuid()::text"
        case .text where isUUID: return "upper(gen_random_uuid()::text)"
        default: return nil
        }
    }
}

extension SQLiteExpressionTranslation {
    /// Translates a moment, in all the forms that SQLite has for it (https://www.sqlite.org/lang_datefunc.html), for a column
    /// that keeps moments or counts seconds; returns `nil` if the expression is a value like any other.
    func moment(_ expression: ExpressionTree, for type: ColumnType) throws(Untranslatable) -> String? {
        guard case .call(let function, let arguments) = expression else { return nil }
        var (values, hasFraction) = Self.withoutSubsecond(arguments)
        let seconds = hasFraction ? "%f" : "%S"
        let format: String
        switch function {
        case "current_timestamp", "datetime": format = "%Y-%m-%d %H:%M:\(seconds)"
        case "current_date", "date": format = "%Y-%m-%d"
        case "current_time", "time": format = "%H:%M:\(seconds)"
        case "unixepoch":
            guard !hasFraction else { return nil }
            format = "%s"
        case "strftime":
            guard case .string(let text) = arguments.first else { return nil }
            format = text
            values.removeFirst()
        default: return nil
        }
        values = Self.asNow(values, for: format)
        guard case .native = Self.kind(of: type) else {
            guard format == "%s", Self.kind(of: type) != .text else { return nil }
            let moment = try moment(values)
            return Self.kind(of: type) == .integer ? Self.epoch(moment) : nil
        }
        return try Self.rendered(format, moment(values), for: type)
    }

    /// Translates `unixepoch('subsec') * 1000`. SQLite computes a number with a fraction, and an integer column stores it as
    /// the integer that it equals.
    static func milliseconds(_ expression: ExpressionTree, for type: ColumnType) -> String? {
        guard kind(of: type) == .integer,
            case .binary(.compute(.multiply), .call("unixepoch", let arguments), .number("1000")) = expression,
            case (let values, true) = withoutSubsecond(arguments), values.count == 1, values.allSatisfy(isNow)
        else { return nil }
        return milliseconds(utcNow)
    }

    /// Cuts a moment to what the format writes of it. PostgreSQL counts microseconds, and a default with them would be later than
    /// each text that SQLite writes in the same second.
    private static func cut(_ moment: String, to format: String) -> String {
        if format.contains("%f") { return moment }
        let hasSeconds = format.contains("%S") || format.contains("%T")
        return "date_trunc('\(hasSeconds ? "second" : "minute")', \(moment))"
    }

    private static func rendered(
        _ format: String, _ moment: String, for type: ColumnType
    ) throws(Untranslatable) -> String {
        let hasDate = format.contains("%Y-%m-%d") || format.contains("%F")
        let hasTime = format.contains("%H:%M") || format.contains("%T")
        switch type {
        case .datetime where hasDate && hasTime: return cut(moment, to: format)
        case .timestamp where hasDate && hasTime && moment == utcNow: return cut("now()", to: format)
        case .timestamp where hasDate && hasTime && moment != "localtimestamp":
            return "(\(cut(moment, to: format)) AT TIME ZONE 'UTC')"
        case .date where hasDate && !hasTime: return "\(moment)::date"
        case .time where hasTime && !hasDate: return "\(cut(moment, to: format))::time"
        case .datetime, .timestamp, .date, .time, .interval, .uuid, .native, .smallint, .integer, .bigint, .real,
            .decimal,
            .numeric, .text,
            .varchar, .boolean, .json, .jsonText, .bytes:
            throw Untranslatable("its time is not a \(type.word)")
        }
    }
}
