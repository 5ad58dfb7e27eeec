// Defaults of columns whose numbers a rule reads as moments: each new row gets the moment that the number stands for.

extension SQLiteExpressionTranslation {
    /// Returns a default that is a number, in PostgreSQL's SQL; `nil` for any other.
    func number(_ value: Default) -> String? {
        switch try? self.value(value, for: .real, readBy: nil) {
        case .integer(let number)?: String(number)
        case .real(let number)?: String(number)
        case .expression(.native(_, let sql))?: sql
        case .now?, .today?, .uuid?, .text?, .json?, .boolean?, .expression(.sql)?, nil: nil
        }
    }
}

extension TimestampRule.Count {
    /// Returns the moment that a number stands for, as a default of a column of this type. Local time is that of UTC.
    ///
    /// - Throws: `Untranslatable` if the column holds no moments.
    func moment(_ number: String, for type: ColumnType) throws(Untranslatable) -> Default {
        let seconds =
            switch self {
            case .iso, .unix: "(\(number))::double precision"
            case .unixMilliseconds: "(\(number))::double precision / 1000"
            case .unixMicroseconds: "(\(number))::double precision / 1000000"
            case .julian: "((\(number))::double precision - 2440587.5) * 86400"
            case .apple: "(\(number))::double precision + 978307200"
            }
        let moment = "to_timestamp(\(seconds))"
        switch type {
        case .timestamp: return .expression(.native(sqlite: "", postgresql: moment))
        case .datetime: return .expression(.native(sqlite: "", postgresql: "(\(moment) AT TIME ZONE 'UTC')"))
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .text, .varchar, .boolean, .date, .time,
            .interval,
            .uuid, .json, .jsonText, .bytes, .native:
            throw Untranslatable("it counts time, which a column of type \(type.word) does not hold")
        }
    }
}
