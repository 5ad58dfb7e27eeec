// Defaults: what SQLite fills in, in PostgreSQL's words and for the type that the column has there.

extension SQLiteMeaning {
    /// A default's expression as PostgreSQL's, for a column of this type.
    func defaultValue(_ text: String, for type: ColumnType) throws(Untranslatable) -> Default? {
        if let idiom = Self.uuidIdiom(text, for: type) { return .expression(.native(sqlite: text, postgresql: idiom)) }
        let expression = try parsed(text)
        if expression == .null { return nil }
        if let moment = try Self.moment(expression, for: type) {
            return .expression(.native(sqlite: text, postgresql: moment))
        }
        if let constant = Self.constant(expression) { return try Self.fitted(constant, to: type) }
        let piece = try SQLiteMeaning(columns: []).piece(expression)
        guard Self.fits(piece.kind, Self.kind(of: type)) else { throw Untranslatable("it is no \(type)") }
        return .expression(.native(sqlite: text, postgresql: piece.sql))
    }

    /// A constant default as the column's type has it: 1 is true in a boolean column, '0' is 0 in an integer one.
    static func fitted(_ value: Default, to type: ColumnType) throws(Untranslatable) -> Default {
        switch (kind(of: type), value) {
        case (.boolean, .integer(let number)) where number == 0 || number == 1: return .boolean(number == 1)
        case (.boolean, .boolean), (.integer, .integer), (.number, .integer), (.number, .real), (.text, .text):
            return value
        case (.text, .json(let text)): return .text(text)
        case (.integer, .boolean(let flag)), (.number, .boolean(let flag)): return .integer(flag ? 1 : 0)
        case (.text, .integer(let number)): return .text(String(number))
        case (.text, .boolean(let flag)): return .text(flag ? "1" : "0")
        case (.text, .real(let number)): return .text(String(number))
        case (.integer, .text(let text)):
            if let number = Int64(text) { return .integer(number) }
        case (.number, .text(let text)):
            if let number = Double(text), number.isFinite { return .real(number) }
        case (.integer, .real(let number)):
            if let number = Int64(exactly: number) { return .integer(number) }
        case (.native, .text(let text)):
            if isReadable(text, as: type) { return value }
        default: break
        }
        throw Untranslatable("it is no \(type)")
    }

    /// Whether PostgreSQL reads the text as a value of this type: a literal that it can't read is refused with its table.
    static func isReadable(_ text: String, as type: ColumnType) -> Bool {
        var buffer = PostgreSQLBuffer(capacity: 64)
        return Array(text.utf8).withUnsafeBytes { buffer.append(field: .text($0), as: PostgreSQLEncoding(type)) }
    }

    private static func constant(_ expression: SQLiteTree) -> Default? {
        switch expression {
        case .string(let text): .text(text)
        case .name(let text, let isQuoted): isQuoted ? .text(text) : nil
        case .boolean(let flag): .boolean(flag)
        case .number(let text): Int64(text).map(Default.integer) ?? Double(text).map(Default.real)
        case .unary("-", .number(let text)):
            Int64("-" + text).map(Default.integer) ?? Double("-" + text).map(Default.real)
        case .unary("+", let operand): constant(operand)
        case .null, .blob, .unary, .binary, .call, .isNull, .isIn, .between, .matches, .collated, .cast, .choice: nil
        }
    }

    /// Random identifiers: hexadecimal digits of sixteen random bytes, and the many spellings of a uuid of version 4.
    private static func uuidIdiom(_ text: String, for type: ColumnType) -> String? {
        let bare = SQLToken.scan(text).filter { !$0.isBlank }.map { $0.text.lowercased() }.joined()
        let core = bare.hasPrefix("(") && bare.hasSuffix(")") ? String(bare.dropFirst().dropLast()) : bare
        let isUUID = core.contains("hex(randomblob(4))") && core.contains("'-4'||") && core.contains("randomblob(6)")
        switch (kind(of: type), core) {
        case (.native(.uuid), _) where isUUID: return "gen_random_uuid()"
        case (.text, _) where isUUID && core.hasPrefix("lower("): return "gen_random_uuid()::text"
        case (.text, _) where isUUID: return "upper(gen_random_uuid()::text)"
        case (.text, "lower(hex(randomblob(16)))"): return "replace(gen_random_uuid()::text, '-', '')"
        case (.text, "hex(randomblob(16))"): return "upper(replace(gen_random_uuid()::text, '-', ''))"
        case (.bytes, "randomblob(16)"): return "uuid_send(gen_random_uuid())"
        default: return nil
        }
    }
}

extension SQLiteMeaning {
    private static let utc = "(now() AT TIME ZONE 'UTC')"

    /// The moment of the insert in all the spellings that SQLite has (https://www.sqlite.org/lang_datefunc.html).
    private static func moment(_ expression: SQLiteTree, for type: ColumnType) throws(Untranslatable) -> String? {
        switch expression {
        case .cast(let inner, let word) where word.contains("INT"):
            return try moment(inner, for: kind(of: type) == .text ? .bigint : type)
                .map { kind(of: type) == .text ? "(\($0))::text" : $0 }
        case .binary("*", let inner, .number(let factor)) where kind(of: type) == .integer && Int64(factor) != nil:
            return try moment(inner, for: type).map { "\($0) * \(factor)" }
        case .call(let function, let arguments): return try moment(function, arguments, for: type)
        case .null, .number, .string, .blob, .boolean, .name, .unary, .binary, .isNull, .isIn, .between, .matches,
            .collated,
            .cast, .choice:
            return nil
        }
    }

    private static func moment(
        _ function: String, _ arguments: [SQLiteTree], for type: ColumnType
    ) throws(Untranslatable) -> String? {
        let names = [
            "current_timestamp", "current_date", "current_time", "datetime", "date", "time", "strftime", "unixepoch",
            "julianday",
        ]
        guard names.contains(function) else { return nil }
        var arguments = arguments
        var format: String?
        if function == "strftime" {
            guard case .string(let text) = arguments.first else {
                throw Untranslatable("strftime() without a fixed format")
            }
            format = text
            arguments.removeFirst()
        }
        guard arguments.isEmpty || arguments.allSatisfy({ $0 == .string("now") }) && arguments.count == 1
        else { throw Untranslatable("its moment is not simply 'now', or is moved or in local time") }
        switch function {
        case "current_timestamp", "datetime": return try spelled("%Y-%m-%d %H:%M:%S", for: type)
        case "current_date", "date": return try spelled("%Y-%m-%d", for: type)
        case "current_time", "time": return try spelled("%H:%M:%S", for: type)
        case "unixepoch": return try spelled("%s", for: type)
        case "julianday":
            guard kind(of: type) == .number else { throw Untranslatable("a julian day is no \(type)") }
            return "(extract(epoch FROM now()) / 86400.0 + 2440587.5)"
        default: return try spelled(format ?? "", for: type)
        }
    }

    private static func spelled(_ format: String, for type: ColumnType) throws(Untranslatable) -> String {
        let hasDate = format.contains("%Y-%m-%d")
        let hasTime = format.contains("%H:%M")
        switch kind(of: type) {
        case .integer where format == "%s": return "floor(extract(epoch FROM now()))::bigint"
        case .number where format == "%s": return "floor(extract(epoch FROM now()))"
        case .text where format == "%s": return "floor(extract(epoch FROM now()))::bigint::text"
        case .text: return "to_char(\(utc), \(SQLText.literal(try template(format))))"
        case .native(.datetime) where hasDate && hasTime: return utc
        case .native(.timestamp) where hasDate && hasTime: return "now()"
        case .native(.date) where hasDate && !hasTime: return "\(utc)::date"
        case .native(.time) where hasTime && !hasDate: return "\(utc)::time(0)"
        case .null, .integer, .number, .boolean, .bytes, .native:
            throw Untranslatable("the moment of the insert is no \(type)")
        }
    }

    /// A template of `to_char` (PostgreSQL's manual, 9.8); what is no field stands in double quotes there.
    private static func template(_ format: String) throws(Untranslatable) -> String {
        let fields: [Character: String] = [
            "Y": "YYYY", "m": "MM", "d": "DD", "H": "HH24", "M": "MI", "S": "SS", "f": "SS.MS", "j": "DDD",
        ]
        var result = ""
        var rest = Substring(format)
        while let character = rest.popFirst() {
            guard character == "%" else {
                result += character.isLetter || character.isNumber ? "\"\(character)\"" : String(character)
                continue
            }
            guard let letter = rest.popFirst(), let field = fields[letter] else {
                throw Untranslatable("strftime('\(format)') has a field without a counterpart")
            }
            result += field
        }
        guard !result.contains("\\") else { throw Untranslatable("strftime('\(format)') has a backslash") }
        return result
    }
}
