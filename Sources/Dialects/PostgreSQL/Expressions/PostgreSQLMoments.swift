// Dates and timestamps (the manual, 9.9) in SQLite's words (https://www.sqlite.org/lang_datefunc.html).
//
// SQLite rounds fractions of a second to milliseconds, so that 23:59:59.9999 is the next day. They are cut off before.

extension PostgreSQLExpressionTranslation {
    /// Returns the seconds of a moment without their fraction, as SQLite's functions read them.
    private func seconds(_ moment: Piece) -> String {
        guard moment.kind != .shaped(.date) else { return moment.sql }
        if let now = moment.now { return now.arguments }
        let seconds = "substr(\(moment.sql), 1, 19)"
        // BC stands behind the fraction.
        return unread == nil ? seconds : "(\(seconds) || rtrim(substr(\(moment.sql), 27), 'Z'))"
    }

    /// Returns SQL that is computed from a moment, and perhaps from another operand.
    ///
    /// - Parameter infinite: The value for infinity; `nil` if that is an error in PostgreSQL.
    private func reading(_ sql: String, of operands: [Piece], atInfinity infinite: String?) -> String {
        unread?.reading(sql, of: operands.map(\.sql), atInfinity: infinite) ?? sql
    }

    /// Notes that the session's time zone decides about the result, and UTC in the target.
    private func noteZone() throws(Untranslatable) {
        guard let notes else { throw Untranslatable("it depends on the session's time zone") }
        notes.usesZone = true
    }

    // MARK: The current time

    /// Translates `now()` and its like; `nil` for any other function.
    func currentTime(_ function: String) throws(Untranslatable) -> Piece? {
        guard let notes else { return nil }
        let piece: Piece
        switch function {
        case "now", "current_timestamp", "transaction_timestamp", "statement_timestamp", "clock_timestamp":
            piece = Piece(CurrentTime(format: "%Y-%m-%dT%H:%M:%f000Z"), .timestamp)
        case "localtimestamp":
            try noteZone()
            piece = Piece(CurrentTime(format: "%Y-%m-%d %H:%M:%f000"), .datetime)
        case "localtime":
            try noteZone()
            piece = Piece(CurrentTime(format: "%H:%M:%f000"), .time)
        case "current_date":
            try noteZone()
            piece = Piece(Self.today, .shaped(.date))
        default: return nil
        }
        notes.asksForTime = true
        return piece
    }

    /// Translates `('now'::text)::date`, as a server before version 10 stored `CURRENT_DATE`; `nil` for anything else.
    func currentTime(_ tree: ExpressionTree, as type: ColumnType) throws(Untranslatable) -> Piece? {
        guard case .cast(.string("now"), let word) = tree, word.lowercased() == "text" else { return nil }
        let functions: [ColumnType: String] = [
            .date: "current_date", .time: "localtime", .datetime: "localtimestamp", .timestamp: "now",
        ]
        guard let function = functions[type] else { return nil }
        return try currentTime(function)
    }

    private static let today = "date('now')"

    // MARK: Casts

    /// Returns a moment as another type; `nil` if there is no known counterpart.
    func moment(_ piece: Piece, _ from: ColumnType, as type: ColumnType) throws(Untranslatable) -> Piece? {
        // Infinity is the same in every zone.
        let isEndless = piece.literal.map { ["infinity", "-infinity"].contains($0.lowercased()) } ?? false
        if !isEndless, from == .timestamp || type == .timestamp { try noteZone() }
        if let now = piece.now, let written = Self.written(now, from, as: type) { return written }
        switch (from, type) {
        case (.datetime, .date), (.timestamp, .date): return Piece("substr(\(piece.sql), 1, 10)", .shaped(.date))
        case (.datetime, .time), (.timestamp, .time):
            return Piece("substr(\(piece.sql), 12, 15)", .shaped(.time))
        case (.date, .datetime):
            return Piece(finite("(\(piece.sql) || ' 00:00:00.000000')", of: piece), .shaped(.datetime))
        case (.date, .timestamp):
            return Piece(finite("(\(piece.sql) || 'T00:00:00.000000Z')", of: piece), .shaped(.timestamp))
        case (.timestamp, .datetime): return inUTC(piece)
        case (.datetime, .timestamp): return asUTC(piece)
        case (_, _): return nil
        }
    }

    /// Returns the current time as another type; `nil` if there is no known counterpart.
    private static func written(_ now: CurrentTime, _ from: ColumnType, as type: ColumnType) -> Piece? {
        let format = now.format.replacing("T", with: " ").replacing("Z", with: "")
        let clock = String(format.drop { $0 != " " }.dropFirst())
        switch (from, type) {
        case (.datetime, .date), (.timestamp, .date): return Piece("date(\(now.arguments))", .shaped(.date))
        case (.datetime, .time), (.timestamp, .time): return Piece(now.written(as: clock), .time)
        case (.timestamp, .datetime): return Piece(now.written(as: format), .datetime)
        case (.datetime, .timestamp): return Piece(now.written(as: format.replacing(" ", with: "T") + "Z"), .timestamp)
        case (_, _): return nil
        }
    }

    private func inUTC(_ moment: Piece) -> Piece {
        Piece("replace(rtrim(\(moment.sql), 'Z'), 'T', ' ')", .shaped(.datetime))
    }

    private func asUTC(_ moment: Piece) -> Piece {
        Piece(finite("(replace(\(moment.sql), ' ', 'T') || 'Z')", of: moment), .shaped(.timestamp))
    }

    /// Returns SQL that adds to a moment's text. Infinity has one text in all types.
    private func finite(_ sql: String, of moment: Piece) -> String {
        let isNow = moment.now != nil || moment.sql == Self.today
        let isFinite = isNow || moment.literal?.lowercased().contains("inf") == false
        return isFinite
            ? sql : "(CASE WHEN \(moment.sql) IN ('infinity', '-infinity') THEN \(moment.sql) ELSE \(sql) END)"
    }

    /// Translates `moment AT TIME ZONE 'UTC'`. SQLite knows no other zones.
    func zoned(_ moment: Piece, _ zone: Piece) throws(Untranslatable) -> Piece {
        guard let name = zone.literal, ["utc", "gmt", "etc/utc", "z"].contains(name.lowercased()) else {
            throw Untranslatable("AT TIME ZONE has a zone other than UTC, and SQLite knows no zones")
        }
        if let now = moment.now, case .shaped(let type) = moment.kind,
            let written = Self.written(now, type, as: type == .timestamp ? .datetime : .timestamp)
        {
            return written
        }
        switch moment.kind {
        case .shaped(.timestamp): return inUTC(moment)
        case .shaped(.datetime): return asUTC(moment)
        case .null, .integer, .real, .text, .boolean, .bytes, .decimal, .quotient, .shaped, .json, .padded, .foreign:
            throw Untranslatable("AT TIME ZONE is used on something other than a timestamp")
        }
    }

    // MARK: Arithmetic

    /// Translates a difference of two dates, and a date or timestamp that is moved; `nil` if it is not about dates.
    func moved(_ sign: NumberOperator, _ operands: [Piece]) throws(Untranslatable) -> Piece? {
        guard case .shaped(let type) = operands[0].kind, type != .uuid else { return nil }
        if operands.count > 2, let first = try moved(sign, Array(operands.dropLast())), case .shaped = first.kind {
            return try moved(sign, [first, operands[operands.count - 1]])
        }
        guard operands.count == 2, sign == .add || sign == .subtract else {
            throw Untranslatable("\(sign) is used on a date and something other than a number of days")
        }
        let (moment, other) = (operands[0], operands[1])
        switch (type, other.kind) {
        case (.date, .shaped(.date)) where sign == .subtract:
            let days = "CAST(julianday(\(moment.sql)) - julianday(\(other.sql)) AS INTEGER)"
            return Piece(reading(days, of: operands, atInfinity: nil), .integer)
        case (.date, .integer):
            let count = sign == .subtract ? "-(\(other.sql))" : other.sql
            let day = "date(\(moment.sql), (\(count)) || ' days')"
            return Piece(reading(day, of: operands, atInfinity: moment.sql), .shaped(.date))
        case (.date, .shaped(.interval)), (.datetime, .shaped(.interval)), (.timestamp, .shaped(.interval)):
            return try shifted(sign, moment, type, by: other)
        case (_, _): throw Untranslatable("\(sign) is used on a date and something other than a number of days")
        }
    }

    /// Translates a moment that is moved by a literal interval without months, which SQLite adds in another way. A day lasts 24
    /// hours in UTC.
    private func shifted(
        _ sign: NumberOperator, _ moment: Piece, _ type: ColumnType, by span: Piece
    ) throws(Untranslatable) -> Piece {
        guard let modifiers = span.literal.flatMap({ Self.modifiers($0, isNegative: sign == .subtract) }) else {
            throw Untranslatable("an interval is added that is not a literal of days, hours, minutes and whole seconds")
        }
        if type == .timestamp { try noteZone() }
        if let now = moment.now { return Piece(now.moved(by: modifiers), type) }
        let separator = type == .timestamp ? "T" : " "
        let whole = "strftime('%Y-%m-%d\(separator)%H:%M:%S', \(seconds(moment)), \(modifiers))"
        let moved = type == .date ? "(\(whole) || '.000000')" : "(\(whole) || substr(\(moment.sql), 20))"
        return Piece(
            reading(moved, of: [moment], atInfinity: moment.sql), type == .date ? .shaped(.datetime) : moment.kind)
    }

    /// Returns an interval as arguments of SQLite's functions: `'7 days', '-30 seconds'`.
    private static func modifiers(_ interval: String, isNegative: Bool) -> String? {
        guard let shaped = try? SQLiteEncoding.literal(interval, as: .interval) else { return nil }
        var list: [String] = []
        var words = shaped.split(separator: " ")[...]
        while let word = words.popFirst() {
            if word.contains(":") {
                let isBack = word.hasPrefix("-") != isNegative
                let parts = word.drop { $0 == "-" || $0 == "+" }.split(separator: ":").compactMap { Int($0) }
                guard parts.count == 3 else { return nil }
                let seconds = (parts[0] * 60 + parts[1]) * 60 + parts[2]
                list.append("'\(isBack ? "-" : "+")\(seconds) seconds'")
            } else {
                guard let days = Int(word), words.popFirst()?.hasPrefix("day") == true else { return nil }
                list.append("'\((days < 0) != isNegative ? "-" : "+")\(abs(days)) days'")
            }
        }
        return list.isEmpty ? nil : list.joined(separator: ", ")
    }

    // MARK: Fields

    /// Translates `EXTRACT(year FROM moment)`, which is a numeric, or `date_part('year', moment)`, a double.
    func field(_ name: Piece, of moment: Piece, isExtract: Bool) throws(Untranslatable) -> Piece {
        if let field = name.literal, moment.kind == .shaped(.time), let exact = Self.field(field, ofTime: moment.sql) {
            return isExtract
                ? Piece(exact) : Piece("(\(exact.sql) / \(ScaledInteger.power(exact.scale)).0)", .real)
        }
        guard let field = name.literal, case .shaped(let type) = moment.kind,
            var exact = Self.field(field, of: moment.sql, type, seconds(moment))
        else { throw Untranslatable("EXTRACT of this field has no known counterpart") }
        if type == .timestamp, field != "epoch" { try noteZone() }
        // Of infinity, the fields that begin anew, such as the month, are NULL.
        let isEndless = field == "year" || field == "epoch"
        let infinite = isEndless ? "CASE \(moment.sql) WHEN 'infinity' THEN 9e999 ELSE -9e999 END" : "NULL"
        exact.sql = reading(exact.sql, of: [moment], atInfinity: infinite)
        guard !isExtract else { return Piece(exact) }
        return Piece("(\(exact.sql) / \(ScaledInteger.power(exact.scale)).0)", .real)
    }

    private static func field(
        _ field: String, of sql: String, _ type: ColumnType, _ seconds: String
    ) -> ScaledInteger? {
        guard [.date, .datetime, .timestamp].contains(type) else { return nil }
        func part(_ format: String) -> String { "CAST(strftime('\(format)', \(seconds)) AS INTEGER)" }
        let formats = [
            "year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "doy": "%j", "dow": "%w",
        ]
        if let format = formats[field] { return ScaledInteger(part(format), 0) }
        switch field {
        case "quarter": return ScaledInteger("((\(part("%m")) + 2) / 3)", 0)
        case "isodow": return ScaledInteger("((\(part("%w")) + 6) % 7 + 1)", 0)
        case "epoch" where type == .date: return ScaledInteger(part("%s"), 0, digits: 12)
        case "epoch": return ScaledInteger("(\(part("%s")) * 1000000 + \(fraction(sql)))", 6, digits: 18)
        case "second" where type != .date: return ScaledInteger("(\(part("%S")) * 1000000 + \(fraction(sql)))", 6)
        default: return nil
        }
    }

    /// Returns a field of a time of day, which is always written with its microseconds.
    private static func field(_ field: String, ofTime sql: String) -> ScaledInteger? {
        func digits(_ start: Int, _ count: Int) -> String { "CAST(substr(\(sql), \(start), \(count)) AS INTEGER)" }
        switch field {
        case "hour": return ScaledInteger(digits(1, 2), 0)
        case "minute": return ScaledInteger(digits(4, 2), 0)
        case "second": return ScaledInteger("(\(digits(7, 2)) * 1000000 + \(digits(10, 6)))", 6)
        default: return nil
        }
    }

    /// Returns the microseconds of a timestamp.
    private static func fraction(_ sql: String) -> String {
        "CAST(substr(rtrim(substr(\(sql), 21), 'Z') || '000000', 1, 6) AS INTEGER)"
    }

    /// Translates `EXTRACT(epoch FROM a - b)`: the seconds between two timestamps.
    func elapsed(_ a: Piece, _ b: Piece) throws(Untranslatable) -> ScaledInteger {
        guard case .shaped(let type) = a.kind, type != .date, a.kind == b.kind,
            let end = Self.field("epoch", of: a.sql, type, seconds(a)),
            let start = Self.field("epoch", of: b.sql, type, seconds(b))
        else { throw Untranslatable("EXTRACT of this field has no known counterpart") }
        let span = reading("(\(end.sql) - \(start.sql))", of: [a, b], atInfinity: nil)
        return ScaledInteger(span, 6, digits: end.digits)
    }

    /// Translates `date_trunc('month', moment)`.
    func truncated(_ unit: Piece, _ moment: Piece) throws(Untranslatable) -> Piece {
        guard let unit = unit.literal?.lowercased(), case .shaped(let type) = moment.kind,
            type == .datetime || type == .timestamp, let (format, modifiers) = Self.truncation(unit)
        else { throw Untranslatable("date_trunc() of this unit has no known counterpart") }
        // Today all zones differ by whole minutes, so seconds do not depend on the zone.
        if type == .timestamp, unit != "second" { try noteZone() }
        let (separator, end) = type == .timestamp ? ("T", "Z") : (" ", "")
        let text = format.replacing("_", with: separator) + ".000000" + end
        // What is moved by whole seconds has the same fraction.
        if let now = moment.now, unit == "second" { return Piece(now.written(as: text), type) }
        let start = "strftime('\(text)', \(seconds(moment))\(modifiers))"
        return Piece(reading(start, of: [moment], atInfinity: moment.sql), moment.kind)
    }

    private static func truncation(_ unit: String) -> (format: String, modifiers: String)? {
        switch unit {
        case "second": ("%Y-%m-%d_%H:%M:%S", "")
        case "minute": ("%Y-%m-%d_%H:%M:00", "")
        case "hour": ("%Y-%m-%d_%H:00:00", "")
        case "day": ("%Y-%m-%d_00:00:00", "")
        // A week begins on Monday.
        case "week": ("%Y-%m-%d_00:00:00", ", '-6 days', 'weekday 1'")
        case "month": ("%Y-%m-01_00:00:00", "")
        case "year": ("%Y-01-01_00:00:00", "")
        default: nil
        }
    }

    /// Translates `to_char(moment, 'YYYY-MM')`.
    func written(_ moment: Piece, _ template: Piece) throws(Untranslatable) -> Piece {
        guard case .shaped(let type) = moment.kind, [.date, .datetime, .timestamp].contains(type),
            let format = template.literal.flatMap(PostgreSQLDefaultTranslation.format(of:)), !format.contains("%f")
        else { throw Untranslatable("to_char() of this format has no known counterpart") }
        if type == .timestamp { try noteZone() }
        let text = "strftime(\(SQLText.literal(format)), \(seconds(moment)))"
        return Piece(reading(text, of: [moment], atInfinity: "NULL"), .text)
    }
}
