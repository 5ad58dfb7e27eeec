// How PostgreSQL converts a value of one type into another type, and how to find the values that can't be converted.

extension PostgreSQLDialect: TypeConversions {
    public func conversion(of column: String, from old: ColumnType, to new: ColumnType) throws(LoweringError)
        -> Conversion
    {
        try chosenConversion(of: column, from: old, to: new)
    }

    /// False: `jsonb` keeps neither blanks nor the order of members (https://www.postgresql.org/docs/current/datatype-json.html).
    var keepsJSONAsText: Bool { false }

    func fromText(_ column: String, _ old: ColumnType, to new: ColumnType) -> Conversion? {
        switch old {
        case .text, .varchar: break
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .json, .jsonText, .bytes, .native:
            return nil
        }
        let number = #"^ *[-+]?([0-9]+\.?[0-9]*|\.[0-9]+) *$"#
        switch new {
        case .text: return Conversion(column)
        case .varchar(let length): return Conversion(column, incompatibility: "length(\(column)) > \(length)")
        case .smallint: return parsed(column, "smallint", within: "-32768 AND 32767")
        case .integer: return parsed(column, "integer", within: "-2147483648 AND 2147483647")
        case .bigint:
            return parsed(column, "bigint", within: "-9223372036854775808 AND 9223372036854775807")
        case .real: return double(column)
        case .numeric: return matched(column, "numeric", number)
        case .decimal(let precision, let scale):
            let isTooLong = exceeds("\(column)::numeric", precision, scale)
            return Conversion(
                "\(column)::numeric(\(precision), \(scale))",
                incompatibility: "CASE WHEN \(column) ~ '\(number)' THEN \(isTooLong) ELSE true END")
        case .boolean: return matched(column, "boolean", "^(true|t|1|yes|on|false|f|0|no|off)$", insensitive: true)
        case .uuid:
            return matched(
                column, "uuid", "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", insensitive: true)
        // Before version 16 the server tells only by an error that a text is not JSON (`TextForm`).
        case .json: return Conversion("\(column)::jsonb")
        case .jsonText: return Conversion("\(column)::json")
        case .bytes: return Conversion("convert_to(\(column), 'UTF8')")
        case .timestamp: return Conversion("\(column)::timestamptz", incompatibility: notAMoment(column))
        case .datetime:
            return Conversion("(\(column)::timestamptz AT TIME ZONE 'UTC')", incompatibility: notAMoment(column))
        case .date: return Conversion("\(column)::date", incompatibility: notADay(column, followedBy: ""))
        case .time:
            return matched(column, "time", #"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?$"#)
        // Texts write spans of time in many ways, so the migration has to say which one is meant.
        case .interval, .native: return nil
        }
    }

    private func matched(_ column: String, _ type: String, _ pattern: String, insensitive: Bool = false) -> Conversion {
        Conversion("\(column)::\(type)", incompatibility: "\(column) !~\(insensitive ? "*" : "") '\(pattern)'")
    }

    /// Converts a number with an exponent or without (`1e+16`), but not one that a double can't tell from 0 or infinity.
    private func double(_ column: String) -> Conversion {
        let number = #"^ *[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,4})? *$"#
        let size = "abs(\(column)::numeric)"
        let incompatibility =
            "CASE WHEN \(column) ~ '\(number)' THEN \(size) > 1.7976931348623158e308 "
            + "OR \(size) < 2.5e-324 AND \(size) <> 0 ELSE true END"
        return Conversion(
            "\(column)::double precision", incompatibility: "\(column) IS NOT NULL AND \(incompatibility)")
    }

    private func parsed(_ column: String, _ type: String, within range: String) -> Conversion {
        let incompatibility =
            "CASE WHEN \(column) ~ '^ *[-+]?[0-9]+ *$' THEN \(column)::numeric NOT BETWEEN \(range) ELSE true END"
        return Conversion("\(column)::\(type)", incompatibility: "\(column) IS NOT NULL AND \(incompatibility)")
    }

    /// Returns a condition for texts that are not a moment: a date, with or without a time of at most six decimals, and an
    /// offset.
    private func notAMoment(_ column: String) -> String {
        let time = #"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"#
        return notADay(column, followedBy: "([T ]\(time)(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?")
    }

    /// Returns a condition for texts that are not a day of the calendar. A cast of such a text would stop the migration without
    /// counting the others.
    private func notADay(_ column: String, followedBy rest: String) -> String {
        let pattern = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\(rest)$"
        let last = "date_part('day', (substr(\(column), 1, 7) || '-01')::date + interval '1 month -1 day')"
        let incompatibility =
            "CASE WHEN \(column) ~ '\(pattern)' AND \(column) !~ '^0000' THEN substr(\(column), 9, 2)::integer > \(last) "
            + "ELSE true END"
        return "\(column) IS NOT NULL AND \(incompatibility)"
    }

    private func exceeds(_ number: String, _ precision: Int, _ scale: Int) -> String {
        "(round(\(number), \(scale)) <> \(number) OR abs(\(number)) >= 1e\(precision - scale)::numeric)"
    }

    func toText(_ column: String, _ old: ColumnType, to new: ColumnType) -> Conversion? {
        let text: String
        var incompatibilities: [String] = []
        switch old {
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean, .time, .interval, .uuid, .json,
            .jsonText:
            text = "\(column)::text"
        // The result must not depend on the session's DateStyle.
        case .date:
            text = "to_char(\(column), 'YYYY-MM-DD')"
            incompatibilities.append(hasNoText(column))
        // This is the form that SQLite's columns have, so that both databases hold the same text afterwards.
        case .timestamp:
            let utc = "(\(column) AT TIME ZONE 'UTC')"
            text = "to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
            incompatibilities.append(hasNoText(utc))
        case .datetime:
            text = "to_char(\(column), 'YYYY-MM-DD HH24:MI:SS.US')"
            incompatibilities.append(hasNoText(column))
        case .text, .varchar, .bytes, .native: return nil
        }
        switch new {
        case .text: break
        case .varchar(let length): incompatibilities.append("length(\(text)) > \(length)")
        case .smallint, .integer, .bigint, .real, .decimal, .numeric, .boolean, .timestamp, .datetime, .date, .time,
            .interval, .uuid, .json, .jsonText, .bytes, .native:
            return nil
        }
        let incompatibility = incompatibilities.isEmpty ? nil : incompatibilities.joined(separator: " OR ")
        return Conversion(text, incompatibility: incompatibility)
    }

    /// Returns a condition for infinity, of which `to_char` makes NULL, and for days outside of the years 1 to 9999: `to_char` leaves
    /// out BC, and the order of texts is no longer that of the days.
    private func hasNoText(_ day: String) -> String {
        "NOT (\(day) >= '0001-01-01' AND \(day) < '10000-01-01')"
    }

    func betweenNumbers(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion? {
        switch new {
        case .smallint, .integer, .bigint: toInteger(column, from: old, to: new)
        case .real: toReal(column, from: old)
        case .decimal, .numeric: toDecimal(column, from: old, to: new)
        // There is no operator for integer = boolean, and a cast of 2 would give true.
        case .boolean where old.isInteger: Conversion("(\(column) <> 0)", incompatibility: "\(column) NOT IN (0, 1)")
        case .boolean, .text, .varchar, .timestamp, .datetime, .date, .time, .interval, .uuid, .json, .jsonText, .bytes,
            .native:
            nil
        }
    }

    private func toInteger(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion? {
        switch (old, new) {
        case (.smallint, .integer): Conversion("\(column)::integer")
        case (.smallint, .bigint), (.integer, .bigint): Conversion("\(column)::bigint")
        case (.integer, .smallint), (.bigint, .smallint):
            Conversion("\(column)::smallint", incompatibility: "\(column) NOT BETWEEN -32768 AND 32767")
        case (.bigint, .integer):
            Conversion("\(column)::integer", incompatibility: "\(column) NOT BETWEEN -2147483648 AND 2147483647")
        case (.boolean, .smallint): Conversion("\(column)::integer::smallint")
        case (.boolean, .integer): Conversion("\(column)::integer")
        case (.boolean, .bigint): Conversion("\(column)::integer::bigint")
        case (.real, .smallint), (.decimal, .smallint), (.numeric, .smallint):
            whole(column, "smallint", below: "32768")
        case (.real, .integer), (.decimal, .integer), (.numeric, .integer):
            whole(column, "integer", below: "2147483648")
        case (.real, .bigint), (.decimal, .bigint), (.numeric, .bigint):
            whole(column, "bigint", below: "9223372036854775808")
        case (_, _): nil
        }
    }

    private func toReal(_ column: String, from old: ColumnType) -> Conversion? {
        switch old {
        case .smallint, .integer: return Conversion("\(column)::double precision")
        case .bigint:
            return Conversion(
                "\(column)::double precision",
                incompatibility: "\(column) NOT BETWEEN -9007199254740992 AND 9007199254740992")
        case .decimal, .numeric:
            // Such a number has more digits than a double keeps.
            let digits = "btrim(replace(ltrim(\(column)::text, '-'), '.', ''), '0')"
            return Conversion("\(column)::double precision", incompatibility: "length(\(digits)) > 15")
        case .real, .text, .varchar, .boolean, .timestamp, .datetime, .date, .time, .interval, .uuid, .json, .jsonText,
            .bytes, .native:
            return nil
        }
    }

    private func toDecimal(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion? {
        switch (old, new) {
        case (.smallint, .numeric), (.integer, .numeric), (.bigint, .numeric), (.decimal, .numeric):
            return Conversion("\(column)::numeric")
        case (.real, .numeric): return Conversion("\(column)::text::numeric", incompatibility: hasExponent(column))
        case (.smallint, .decimal(let precision, let scale)), (.integer, .decimal(let precision, let scale)),
            (.bigint, .decimal(let precision, let scale)),
            (.numeric, .decimal(let precision, let scale)), (.decimal, .decimal(let precision, let scale)):
            return Conversion(
                "\(column)::numeric(\(precision), \(scale))",
                incompatibility: exceeds("\(column)::numeric", precision, scale))
        case (.real, .decimal(let precision, let scale)):
            let number = "\(column)::text::numeric"
            let incompatibility =
                "CASE WHEN \(hasExponent(column)) THEN true ELSE \(exceeds(number, precision, scale)) END"
            return Conversion("\(number)(\(precision), \(scale))", incompatibility: incompatibility)
        case (_, _): return nil
        }
    }

    private func whole(_ column: String, _ type: String, below limit: String) -> Conversion {
        let incompatibility = "\(column) <> trunc(\(column)) OR NOT (\(column) >= -\(limit) AND \(column) < \(limit))"
        return Conversion("\(column)::\(type)", incompatibility: incompatibility)
    }

    /// Returns a condition for numbers so large or small that their text has an exponent. Neither a decimal in SQLite nor a
    /// person writes them so.
    private func hasExponent(_ column: String) -> String {
        "(abs(\(column)) >= 1e15 OR abs(\(column)) < 1e-4 AND \(column) <> 0)"
    }

    func betweenTimes(_ column: String, from old: ColumnType, to new: ColumnType) -> Conversion? {
        switch (old, new) {
        // Without the zone the result would depend on the session's time zone.
        case (.timestamp, .datetime), (.datetime, .timestamp): return Conversion("(\(column) AT TIME ZONE 'UTC')")
        case (.date, .timestamp): return Conversion("(\(column)::timestamp AT TIME ZONE 'UTC')")
        case (.date, .datetime): return Conversion("\(column)::timestamp")
        case (.timestamp, .date):
            let utc = "(\(column) AT TIME ZONE 'UTC')"
            return Conversion("\(utc)::date", incompatibility: "\(utc) <> date_trunc('day', \(utc))")
        case (.datetime, .date):
            return Conversion("\(column)::date", incompatibility: "\(column) <> date_trunc('day', \(column))")
        case (_, _): return nil
        }
    }
}
