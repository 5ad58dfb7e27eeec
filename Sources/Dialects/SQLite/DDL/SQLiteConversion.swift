// The conversion of values from one type to another in SQLite, and the conditions that find values which can't be converted.

extension SQLiteDialect: TypeConversions {
    public func conversion(of column: String, from old: ColumnType, to new: ColumnType) throws(LoweringError)
        -> Conversion
    {
        try chosenConversion(of: column, from: old, to: new)
    }

    var keepsJSONAsText: Bool { true }

    func fromText(_ column: String, _ old: ColumnType, to new: ColumnType) -> Conversion? {
        switch old {
        case .text, .varchar: break
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .json, .jsonText, .bytes, .native:
            return nil
        }
        let hex4 = String(repeating: "[0-9a-fA-F]", count: 4)
        let uuid = "\(hex4)\(hex4)-\(hex4)-\(hex4)-\(hex4)-\(hex4)\(hex4)\(hex4)"
        switch new {
        case .text: return Conversion(column)
        case .varchar(let length): return Conversion(column, incompatibility: "length(\(column)) > \(length)")
        case .smallint, .integer, .bigint:
            return Conversion("CAST(\(column) AS INTEGER)", incompatibility: SQLiteIncompatibility.integer(column, new))
        case .real: return Conversion("CAST(\(column) AS REAL)", incompatibility: SQLiteIncompatibility.double(column))
        case .decimal(let precision, let scale):
            return Conversion(
                SQLiteNumberText.fixed(column, scale),
                incompatibility: SQLiteIncompatibility.decimal(column, precision, scale))
        case .numeric:
            return Conversion(SQLiteNumberText.plain(column), incompatibility: SQLiteIncompatibility.number(column))
        case .boolean:
            let yes = "lower(\(column)) IN ('true', 't', '1', 'yes', 'on')"
            let no = "lower(\(column)) IN ('false', 'f', '0', 'no', 'off')"
            return Conversion("CASE WHEN \(yes) THEN 1 WHEN \(no) THEN 0 END", incompatibility: "NOT (\(yes) OR \(no))")
        case .uuid: return Conversion("lower(\(column))", incompatibility: "\(column) NOT GLOB '\(uuid)'")
        case .json, .jsonText: return Conversion(column, incompatibility: "NOT json_valid(\(column))")
        case .bytes: return Conversion("CAST(\(column) AS BLOB)")
        case .timestamp: return Conversion(utc(column), incompatibility: SQLiteIncompatibility.moment(column))
        case .datetime:
            return Conversion(naive(column), incompatibility: SQLiteIncompatibility.moment(column))
        case .date: return Conversion(column, incompatibility: SQLiteIncompatibility.date(column))
        case .time:
            return Conversion(
                SQLiteNumberText.withoutZeros(column), incompatibility: SQLiteIncompatibility.time(column))
        // Texts can express a span of time in many ways, so the author has to say which are meant.
        case .interval, .native: return nil
        }
    }

    func toText(_ column: String, _ old: ColumnType, to new: ColumnType) -> Conversion? {
        let text: String
        switch old {
        case .smallint, .integer, .bigint: text = "CAST(\(column) AS TEXT)"
        case .real: text = SQLiteNumberText.shortest(column)
        // As PostgreSQL writes it.
        case .time: text = SQLiteNumberText.withoutZeros(column)
        case .boolean: text = "CASE WHEN \(column) THEN 'true' WHEN NOT \(column) THEN 'false' END"
        case .decimal, .numeric, .timestamp, .datetime, .date, .interval, .uuid, .json, .jsonText: text = column
        case .text, .varchar, .bytes, .native: return nil
        }
        switch new {
        case .text: return Conversion(text)
        case .varchar(let length): return Conversion(text, incompatibility: "length(\(text)) > \(length)")
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .json, .jsonText, .bytes, .native:
            return nil
        }
    }

    func betweenNumbers(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion? {
        switch new {
        case .smallint, .integer, .bigint: toInteger(column, from: old, to: new)
        case .real: toReal(column, from: old)
        case .decimal, .numeric: toDecimal(column, from: old, to: new)
        case .boolean where old.isInteger: Conversion(column, incompatibility: "\(column) NOT IN (0, 1)")
        case .boolean, .text, .varchar, .timestamp, .datetime, .date, .time, .interval, .uuid, .json, .jsonText, .bytes,
            .native:
            nil
        }
    }

    private func toInteger(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion? {
        switch (old, new) {
        case (.smallint, .integer), (.smallint, .bigint), (.integer, .bigint): return Conversion(column)
        case (.integer, .smallint), (.bigint, .smallint):
            return Conversion(column, incompatibility: "\(column) NOT BETWEEN -32768 AND 32767")
        case (.bigint, .integer):
            return Conversion(column, incompatibility: "\(column) NOT BETWEEN -2147483648 AND 2147483647")
        case (.boolean, .smallint), (.boolean, .integer), (.boolean, .bigint): return Conversion(column)
        case (.real, .smallint): return whole(column, below: "32768.0")
        case (.real, .integer): return whole(column, below: "2147483648.0")
        case (.real, .bigint): return whole(column, below: "9223372036854775808.0")
        case (.decimal, .smallint), (.numeric, .smallint), (.decimal, .integer), (.numeric, .integer),
            (.decimal, .bigint), (.numeric, .bigint):
            let incompatibility = SQLiteIncompatibility.integer(SQLiteNumberText.withoutZeros(column), new)
            return Conversion("CAST(\(column) AS INTEGER)", incompatibility: incompatibility)
        case (_, _): return nil
        }
    }

    private func toReal(_ column: String, from old: ColumnType) -> Conversion? {
        switch old {
        case .smallint, .integer: return Conversion("CAST(\(column) AS REAL)")
        case .bigint:
            return Conversion(
                "CAST(\(column) AS REAL)",
                incompatibility: "\(column) NOT BETWEEN -9007199254740992 AND 9007199254740992")
        case .decimal, .numeric:
            let incompatibility =
                "\(SQLiteIncompatibility.number(column)) OR \(SQLiteIncompatibility.doublePrecision(column))"
            return Conversion("CAST(\(column) AS REAL)", incompatibility: incompatibility)
        case .real, .text, .varchar, .boolean, .timestamp, .datetime, .date, .time, .interval, .uuid, .json, .jsonText,
            .bytes, .native:
            return nil
        }
    }

    private func toDecimal(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion? {
        switch (old, new) {
        case (.smallint, .numeric), (.integer, .numeric), (.bigint, .numeric):
            return Conversion("CAST(\(column) AS TEXT)")
        case (.smallint, .decimal(let precision, let scale)), (.integer, .decimal(let precision, let scale)),
            (.bigint, .decimal(let precision, let scale)):
            let text = "CAST(\(column) AS TEXT)"
            return Conversion(
                SQLiteNumberText.fixed(text, scale),
                incompatibility: SQLiteIncompatibility.digits(text, precision, scale))
        case (.real, .numeric):
            return Conversion(
                SQLiteNumberText.shortest(column), incompatibility: SQLiteIncompatibility.exponent(column))
        case (.real, .decimal(let precision, let scale)):
            let text = SQLiteNumberText.shortest(column)
            let incompatibility =
                "\(SQLiteIncompatibility.exponent(column)) OR \(SQLiteIncompatibility.digits(text, precision, scale))"
            return Conversion(SQLiteNumberText.fixed(text, scale), incompatibility: incompatibility)
        // The column is of type TEXT, and other programs may have written anything.
        case (.numeric, .decimal(let precision, let scale)), (.decimal, .decimal(let precision, let scale)):
            return Conversion(
                SQLiteNumberText.fixed(column, scale),
                incompatibility: SQLiteIncompatibility.decimal(column, precision, scale))
        case (.decimal, .numeric): return Conversion(column)
        case (_, _): return nil
        }
    }

    private func whole(_ column: String, below limit: String) -> Conversion {
        let incompatibility =
            "\(column) <> CAST(\(column) AS INTEGER) OR NOT (\(column) >= -\(limit) AND \(column) < \(limit))"
        return Conversion("CAST(\(column) AS INTEGER)", incompatibility: incompatibility)
    }

    /// The columns are of type TEXT, and other programs may have written anything.
    func betweenTimes(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion? {
        let (moment, day) = (SQLiteIncompatibility.moment(column), SQLiteIncompatibility.date(column))
        switch (old, new) {
        case (.timestamp, .datetime): return keepingInfinity(column, naive(column), unless: moment)
        case (.datetime, .timestamp): return keepingInfinity(column, utc(column), unless: moment)
        case (.date, .timestamp): return keepingInfinity(column, "\(column) || 'T00:00:00.000000Z'", unless: day)
        case (.date, .datetime): return keepingInfinity(column, "\(column) || ' 00:00:00.000000'", unless: day)
        case (.timestamp, .date), (.datetime, .date):
            return keepingInfinity(
                column, "substr(\(utc(column)), 1, 10)",
                unless: "\(moment) OR substr(\(utc(column)), 12, 15) <> '00:00:00.000000'")
        case (_, _): return nil
        }
    }

    /// Returns a conversion that leaves infinity as it is, as PostgreSQL's does: a transfer has left it so, too.
    private func keepingInfinity(_ column: String, _ expression: String, unless incompatibility: String) -> Conversion {
        let infinities = "('infinity', '-infinity')"
        return Conversion(
            "CASE WHEN \(column) IN \(infinities) THEN \(column) ELSE \(expression) END",
            incompatibility: "\(column) NOT IN \(infinities) AND (\(incompatibility))")
    }

    /// Returns the time in UTC as a `datetime` has it.
    private func naive(_ text: String) -> String { "replace(rtrim(\(utc(text)), 'Z'), 'T', ' ')" }

    /// Returns a timestamp in RFC 3339, in UTC, with six digits. `strftime` rounds to milliseconds, so the fraction is handled
    /// separately.
    private func utc(_ text: String) -> String {
        let tail = "substr(\(text), instr(\(text), '.') + 1)"
        let zone = "ltrim(\(tail), '0123456789')"
        let digits = "substr(\(tail), 1, length(\(tail)) - length(\(zone)))"
        return "CASE WHEN \(text) IS NULL THEN NULL WHEN instr(\(text), '.') "
            + "THEN strftime('%Y-%m-%dT%H:%M:%S', substr(\(text), 1, instr(\(text), '.') - 1) || \(zone)) "
            + "|| '.' || substr(\(digits) || '000000', 1, 6) || 'Z' "
            + "ELSE strftime('%Y-%m-%dT%H:%M:%S', \(text)) || '.000000Z' END"
    }
}
