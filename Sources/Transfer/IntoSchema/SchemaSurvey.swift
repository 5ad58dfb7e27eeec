import Dialects

/// Examines a source that is to be transferred into an existing schema, and plans the transfer. It changes nothing.
struct SchemaSurvey {
    let reading: any Connection
    let source: any TransferDialect
    let target: any TransferTarget
    let schema: Schema
    /// How the values of each table's columns are written. A column that is missing here is written as its declared type.
    var written: [String: [String: WrittenColumn]] = [:]
    /// The target's types in its own words, by table and column, where one type of a schema may have been declared by many words.
    var declared: [String: [String: String]] = [:]
    let ignoring: [String]
    let rules: TransferRules

    /// Plans the transfer, by rules that were checked against the source's tables. It must run in the snapshot in which the rows are
    /// read later. `isWorthSaying` decides which of the source's own objects are reported. Throws `SchemaTransferError`, and
    /// `TransferError` for values that the target's types do not hold.
    func plan(_ inspection: Inspection, isWorthSaying: (Omission) throws -> Bool) throws -> TransferPlan {
        let match = try match(inspection)
        var plan = TransferPlan(
            tables: try match.tables.map { try planned($0, inspection) }, schema: schema, construction: nil,
            checks: [], fullText: [], renames: [], typeNotes: [],
            omitted: match.ignored + (try inspection.omitted.filter(isWorthSaying)))
        let survey = IncompatibleValueSurvey(reading, for: target, declared: declared)
        let found = try plan.tables.map { try survey.findings(in: $0) }
        plan.incompatibleValues = found.flatMap(\.incompatibleValues).map { [plan] values in
            var values = values
            if let column = plan.column(of: values) {
                values.hasDefault = column.isIdentity || column.default != nil
                values.isRequired = !column.isNullable
            }
            values.isBeyondRules = isBeyondRules(values, match)
            return values
        }
        try plan.check(plan.incompatibleValues)
        plan.remarks += [plan.remarkOnNames, plan.remarkOnEmptyComputed(match)].compactMap { $0 }
        plan.remarks += found.flatMap(\.remarks)
        plan.remarks += try remarksOnLongTexts(match, inspection)
        if let remark = try remarkOnGUIDs(of: plan.tables, inspection) { plan.remarks.append(remark) }
        return plan
    }

    /// Whether no rule can make the values fit: numbers that a database has held to their type, for a column that takes whole numbers alone.
    private func isBeyondRules(_ values: IncompatibleValues, _ match: SchemaMatch) -> Bool {
        guard source.holdsDeclaredTypes, let table = match.tables.first(where: { $0.source.name == values.table }),
            let column = table.columns.first(where: { $0.source == values.column }),
            let own = table.source[column: column.source]?.type, !takesAnyValue(column, in: table)
        else { return false }
        let areNumbers = CanonicalForm(own) == .integer || CanonicalForm(own) == .real || CanonicalForm(own) == .decimal
        return areNumbers && CanonicalForm(type(of: column, in: table)) == .integer
    }

    /// Returns a remark on the blobs that become uuids as they are, though the program behind them may show other digits.
    private func remarkOnGUIDs(of tables: [PlannedTable], _ inspection: Inspection) throws -> String? {
        var names: [String] = []
        for table in tables {
            for (column, type) in zip(table.sourceColumns, table.types) where CanonicalForm(type) == .uuid {
                let declared = inspection.declaredTypes[table.source]?[column] ?? ""
                guard GUIDBytes.mayBe(in: declared), try source.hasBytes(column, in: table.reading, on: reading) else {
                    continue
                }
                names.append("\(table.source).\(column)")
            }
        }
        guard !names.isEmpty else { return nil }
        return "\(names.listed(upTo: 3)): blobs become uuids with their bytes as they are, but \(GUIDBytes.order)"
    }

    /// Matches the source's tables with the target's. A rule that can't be followed here is named before a name without a place.
    func match(_ inspection: Inspection) throws(SchemaTransferError) -> SchemaMatch {
        try requireNoRenames()
        guard rules.nocasePolicies.isEmpty else { throw .compared }
        return try SchemaMatch(
            inspection, schema, ignoring: ignoring + rules.skipped, from: source, to: target)
    }

    private func requireNoRenames() throws(SchemaTransferError) {
        for table in rules.tables {
            if table.rename != nil { throw .renamed(table.name, line: table.line) }
            for column in table.columns where column.rename != nil {
                throw .renamed("\(table.name).\(column.name)", line: column.line)
            }
        }
    }

    private func planned(_ table: SchemaMatch.MatchedTable, _ inspection: Inspection) throws -> PlannedTable {
        let name = table.source.name
        try inspection.requireReadable((table.columns + table.computed).map(\.source), of: name)
        let from = source.reading(of: table.source, in: inspection)
        let counts = ["count(*)"] + table.counting.map { "max(\(SQLText.identifier($0.source)))" }
        let row = try reading.query("SELECT \(trusted: counts.joined(separator: ", ")) \(trusted: from.from)").first
        let numbers = (row?.values ?? []).map { $0.integer ?? 0 }
        let rows = Int(numbers.first ?? 0)
        let counting = zip(table.counting, numbers.dropFirst()).map { column, highest in
            PlannedTable.Counting(
                column: column.target, highest: max(highest, inspection.lastNumbers[name]?[column.source] ?? 0))
        }
        return PlannedTable(
            source: name, target: table.target.name, reading: from, sourceColumns: table.columns.map(\.source),
            targetColumns: table.columns.map(\.target), types: table.columns.map { type(of: $0, in: table) },
            columnPlans: table.columns.map { columnPlan(of: $0, in: table, inspection) },
            policy: rules.policy(of: name),
            rows: rows, bytes: rows, pieces: [.all], counting: counting,
            computed: try table.computed.filter { try holdsValues($0.source, of: table.source, inspection) }.map {
                PlannedTable.Computed(source: $0.source, target: $0.target, type: type(of: $0, in: table))
            })
    }

    /// A column without values goes into one of any type.
    func holdsValues(_ column: String, of table: Table, _ inspection: Inspection) throws -> Bool {
        try source.reading(of: table, in: inspection).holdsValues(in: column, on: reading)
    }

    /// Returns the type as which a column's values are written and compared. A column of a target that holds no column to its type takes
    /// the values of the source's type, unless its type is one of those that both databases know, or a rule gives another, and the numbers of
    /// a rule. Between two columns of one type that no database holds to it, values stay as they are stored.
    private func type(of column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable) -> ColumnType {
        let name = column.target
        if staysAsStored(column, in: table) { return .ownForm }
        var type = written[table.target.name]?[name]?.type ?? table.target[column: name]?.type ?? .text
        if unheldLength(of: column, in: table) != nil { type = .text }
        guard losesTypes else { return type }
        let rule = rule(of: column, in: table)
        // Spans become numbers in it, as in a column of integers.
        if type.isUnknownWordForNumbers, table.source[column: column.source]?.type.isInterval == true { type = .bigint }
        if let given = givenType(of: column, in: table), rule.reading == nil { return given }
        if rule.reading == nil, holdsBriefMoments(type, column, in: table) { return .datetime }
        if type == .uuid, takesAnyValue(column, in: table), let own = unreadForm(of: column, in: table) { return own }
        // GORM declares its booleans as numeric, and writes them as 1 and 0.
        if CanonicalForm(type) == .decimal, table.source[column: column.source]?.type == .boolean { return .boolean }
        switch rule.reading {
        case .moment(let rule) where rule.count != .iso && type.isOfCalendar,
            .day(let rule) where rule.count != .iso && type.isOfCalendar,
            .timeOfDay(let rule) where rule.count != .iso && type.isOfCalendar:
            return .real
        // A column of integers holds fractions too, as Pony's INTERVAL does.
        case .span(let rule) where rule.hasFractions && type.isInteger: return .real
        case .double where !type.isText && takesAnyValue(column, in: table): return .real
        case .moment, .day, .timeOfDay, .span, .spanOfText, .counted, .numbered, .double, .words, .digits,
            .bytesOfUUID, .cleaned, nil:
            break
        }
        return type.isNative ? table.source[column: column.source]?.type ?? type : type
    }

    /// Returns the type that a rule gives to a column; `nil` for the type of the source's own column, if SQLite has no word for it and
    /// the target's column says how it is written. Such a rule was meant for the way there: `duration: {type: interval}` for a
    /// column that counts microseconds.
    private func givenType(
        of column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable
    ) -> ColumnType? {
        guard let given = rules.columnRule(of: column.source, in: table.source.name).type else { return nil }
        guard losesTypes, let own = table.source[column: column.source]?.type,
            CanonicalForm(own) == CanonicalForm(given)
        else { return given }
        switch CanonicalForm(given) {
        case .interval, .uuid: return nil
        case .integer, .decimal, .real, .boolean, .text, .padded, .bytes, .moment, .reading, .date, .time, .address,
            .json,
            .stored, nil:
            return given
        }
    }

    /// Returns the rule for a column. Values of a source that holds its columns to their types need none that says how texts are read.
    private func rule(
        of column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable
    ) -> EffectiveColumnRule {
        var rule = rules.columnRule(of: column.source, in: table.source.name)
        if source.holdsDeclaredTypes, rule.reading?.isOfTextsAlone == true { rule.reading = nil }
        return rule
    }

    /// Whether only the source holds its columns' values to their types.
    var losesTypes: Bool { source.holdsDeclaredTypes && !target.holdsDeclaredTypes }

    /// Returns the plan for a column. The column keeps its declared type; no value widens it.
    private func columnPlan(
        of column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable, _ inspection: Inspection
    ) -> ColumnPlan {
        let rule = rule(of: column, in: table)
        return ColumnPlan(
            reading: reading(
                rule.reading ?? spelling(of: column, in: table, inspection), for: type(of: column, in: table)),
            policy: rule.policy == .widen ? .fail : rule.policy,
            demand: demand(of: column, in: table, inspection), isGiven: true, isSuspect: true)
    }

    private func demand(
        of column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable, _ inspection: Inspection
    ) -> ColumnDemand {
        let place = written[table.target.name]?[column.target]
        var demand = ColumnDemand(isRequired: table.isRequired(column), labels: place?.labels ?? [])
        if place?.isSinglePrecision == true {
            demand.kept = .singleValue
            return demand
        }
        let rule = rule(of: column, in: table)
        guard rule.reading == nil, givenType(of: column, in: table) == nil else { return demand }
        let declared = table.source[column: column.source]?.type ?? .text
        switch CanonicalForm(type(of: column, in: table)) {
        case .interval:
            let countsMicroseconds = Framework(of: inspection.schema) == .django && DeclaredKind(declared) == .integer
            demand.isUncountedSpan = !source.holdsDeclaredTypes && !countsMicroseconds
        case .decimal where losesTypes: demand.kept = CanonicalForm(declared) == .text ? .shortestText : .value
        case .decimal where !source.holdsDeclaredTypes: demand.kept = .textOfAnyScale
        case .real where losesTypes:
            demand.kept = CanonicalForm(declared) == .text ? .textOfDouble(keepsSign: false) : .value
        case .real where !source.holdsDeclaredTypes:
            demand.kept = .textOfDouble(keepsSign: target.holdsDeclaredTypes)
        case .bytes: demand.isBytes = isOneUnheldType(column, in: table)
        // SQLite takes a column of uuids for one of numbers, which a text of digits would become.
        case .text where losesTypes && place?.type == .uuid, .padded where losesTypes && place?.type == .uuid:
            demand.kept = .shortestText
        case .integer, .decimal, .real, .boolean, .text, .padded, .moment, .reading, .date, .time, .address,
            .uuid, .json, .stored, nil:
            break
        }
        return demand
    }
}

extension SchemaSurvey {
    /// Moments, days and times of day that a file's program counts return as numbers.
    private func reading(_ reading: ValueRule?, for type: ColumnType) -> ValueRule? {
        switch (reading, CanonicalForm(type)) {
        case (.moment(let rule), _) where losesTypes && rule.count != .iso,
            (.day(let rule), _) where losesTypes && rule.count != .iso,
            (.timeOfDay(let rule), _) where losesTypes && rule.count != .iso:
            return .numbered(TimestampRule(rule.count, minutesAhead: rule.minutesAhead))
        // A rule that gives a type does not change the texts of a column of another one.
        case (.timeOfDay(let rule), let form) where rule.count == .iso && form != .time: return nil
        case (.spanOfText, let form) where form != .interval: return nil
        case (.moment(let rule), let form), (.day(let rule), let form), (.timeOfDay(let rule), let form):
            return Self.reading(rule, as: form) ?? reading
        case (.span(let span), let form) where form != .interval: return .counted(span)
        case (nil, _), (.span, _), (.spanOfText, _), (.counted, _), (.numbered, _), (.double, _), (.words, _),
            (.digits, _), (.bytesOfUUID, _), (.cleaned, _):
            return reading
        }
    }

    /// How a rule for moments is read by a column that is there, whatever type the rule names; `nil` for a column of other values. A column
    /// without a zone holds what the clock shows.
    private static func reading(_ rule: TimestampRule, as form: CanonicalForm?) -> ValueRule? {
        var local = rule
        local.isLocal = true
        switch form {
        case .moment: return .moment(TimestampRule(rule.count, minutesAhead: rule.minutesAhead))
        case .reading: return .moment(local)
        case .date: return .day(local)
        case .time: return .timeOfDay(local)
        case .integer, .real, .decimal, .boolean, .text, .padded, .bytes, .interval, .address, .uuid, .json, .stored,
            nil:
            return nil
        }
    }

    /// How values that are known by their type are written in a column that has no word for that type.
    private func spelling(
        of column: SchemaMatch.MatchedTable.Pair, in table: SchemaMatch.MatchedTable, _ inspection: Inspection
    ) -> ValueRule? {
        guard source.holdsDeclaredTypes, let from = table.source[column: column.source]?.type else { return nil }
        switch (CanonicalForm(from), type(of: column, in: table)) {
        case (.moment, .datetime): return .moment(TimestampRule(.iso, isLocal: true))
        case (.boolean, let type) where CanonicalForm(type) == .text || CanonicalForm(type) == .padded: return .words
        case (.uuid, .varchar(32..<36)): return .digits
        case (.uuid, .bytes): return .bytesOfUUID
        case (.decimal, .real): return .double
        case (.interval, let type) where type.isInteger:
            // A rule that reads integers as spans of time on the way there takes them for microseconds, as Django's are.
            let ruled = rules.columnRule(of: column.source, in: table.source.name).type
            let isRuled = ruled.map(CanonicalForm.init) == .interval
            return isRuled || Framework(of: inspection.schema) == .django ? .counted(.microseconds) : nil
        case (_, _): return nil
        }
    }
}

extension TableReading {
    /// Whether a row has a value in the column.
    func holdsValues(in column: String, on connection: any Connection) throws -> Bool {
        let rows = try connection.query("SELECT 1 \(trusted: from) WHERE \(identifier: column) IS NOT NULL LIMIT 1")
        return !rows.isEmpty
    }
}

extension ColumnType {
    /// Whether it is one of moments, days or times of day: whichever a file declares, its program may keep any of them as a number there.
    fileprivate var isOfCalendar: Bool { [.timestamp, .datetime, .date, .time].contains(self) }
}

extension TransferRules {
    /// The tables, and the columns as `table.column`, that the rules leave out.
    var skipped: [String] {
        tables.flatMap { table in
            table.isSkipped ? [table.name] : table.columns.filter(\.isSkipped).map { "\(table.name).\($0.name)" }
        }
    }
}
