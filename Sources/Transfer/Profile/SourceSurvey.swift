import Dialects
import Migrator

/// Examines everything that a source holds: its schema, then every value of its tables once.
struct SourceSurvey {
    private let connection: any Connection
    private let source: any TransferSource
    private let rules: TransferRules

    init(_ connection: any Connection, _ source: any TransferSource, _ rules: TransferRules) {
        self.connection = connection
        self.source = source
        self.rules = rules
    }

    /// Returns the source's inspection and the tables to transfer. Throws `TransferError.noSuchTable` and `badRule`, and
    /// `DatabaseError` also for names that can't be told apart.
    func inspect(_ options: TransferOptions) throws -> (inspection: Inspection, tables: [Table]) {
        let inspection = try source.inspect(connection).withDistinctNames()
        let tables = inspection.tablesWithRows
        let names = Set(tables.map(\.name))
        if let unknown = ((options.tables ?? []) + options.exclude).first(where: { !names.contains($0) }) {
            throw TransferError.noSuchTable(
                unknown, nearest: Suggestion.nearest(to: unknown, in: tables.map(\.name)))
        }
        try rules.check(against: tables)
        return (inspection, tables.filter { options.takes($0.name) && rules[$0.name]?.isSkipped != true })
    }

    /// Returns the outline of a table: everything that is known before its rows are read.
    func outline(_ whole: Table, _ inspection: Inspection, inPiecesOf size: Int) throws -> TableOutline {
        try naming(whole) {
            let (table, omitted) = rules.withoutSkippedColumns(inspection.withoutConversions(whole))
            let columnRules = table.columns.map { rules.columnRule(of: $0, in: table.name) }
            let held = inspection.enforcedTypes[table.name]
            let profiles = zip(table.columns, columnRules).map { ColumnProfile(DeclaredKind($1.type ?? $0.type)) }
            let blank = ProfiledTable(
                table: table, reading: source.reading(of: whole, in: inspection),
                profiles: held == nil ? profiles : [], columnRules: columnRules, policy: rules.policy(of: table.name),
                rows: 0, omitted: omitted)
            let sample = held == nil ? try KeySample(of: blank, on: connection) : nil
            return TableOutline(blank: blank, held: held, sample: sample?.table(inPiecesOf: size))
        }
    }

    /// Surveys a part of a table. If the source enforces its columns' types, counts are enough. `events` is called from time
    /// to time about further rows.
    func survey(
        _ part: TableOutline.Part, inPiecesOf size: Int, _ events: (TransferEvent) -> Void
    ) throws -> ProfiledTable {
        let name = part.blank.table.name
        return try naming(part.blank.table) {
            if let held = part.held {
                let found = try EnforcedTableCounts(part.blank, held).read(on: connection)
                events(.counted(table: name, rows: found.rows))
                return found
            }
            func progress(_ rows: Int) { events(.surveyed(table: name, rows: rows)) }
            guard let range = part.range else { return try profile(part.blank, cuttingInto: size, progress) }
            var found = try profile(part.blank, in: range, progress)
            found.pieces = [range]
            return found
        }
    }

    private func naming<T>(_ table: Table, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError
            where !error.isInterruption && error.kind != .changedMeanwhile
            || error.kind == .resources
        {
            var named = error
            named.message = "the table \(table.name) can't be read: \(error.message)"
            named.remedy = error.remedy ?? DatabaseError.remedyForTables
            throw named
        }
    }

    /// Counts the rows of a table whose values are copied as they are.
    func count(_ table: Table, _ inspection: Inspection) throws -> ProfiledTable {
        let reading = source.reading(of: table, in: inspection)
        let rows = try connection.queryValue("SELECT count(*) \(trusted: reading.from)")?.integer ?? 0
        return ProfiledTable(table: table, reading: reading, profiles: [], rows: Int(rows))
    }

    /// Reads a table in the snapshot in which its rows are copied later, and cuts it into pieces of about `size` bytes.
    private func profile(
        _ blank: ProfiledTable, cuttingInto size: Int, _ progress: (Int) -> Void
    ) throws -> ProfiledTable {
        var pieces = Pieces(of: size)
        var found = try profile(blank, in: .all, progress) { pieces.add($0, at: $1) }
        found.pieces = pieces.ranges
        return found
    }

    /// Reads a range of a table. `cut` receives each row's size in bytes and its key.
    private func profile(
        _ blank: ProfiledTable, in range: KeyRange, _ progress: (Int) -> Void,
        cut: (Int, RawValue) -> Void = { _, _ in }
    ) throws -> ProfiledTable {
        let columns = blank.table.columns.map(\.name)
        let reader = ValueReader(blank.columnRules.map(\.reading))
        // The range's key precedes the columns, so each column's position is one higher.
        let key = RowKey(blank.reading, in: columns, after: 1)
        let cursor = try connection.rows(SQL(trusted: blank.reading.rangedQuery(columns, in: range)))
        defer { cursor.close() }
        var found = blank
        var row = RawRow(columns: columns.count + 1)
        while try cursor.next() {
            cursor.read(into: &row)
            cut(found.observe(row, key, cursor, after: 1, by: reader), row[0])
            if found.rows & 0xFFF == 0 {
                progress(0x1000)
                try Task.checkCancellation()
            }
        }
        progress(found.rows & 0xFFF)
        return found
    }
}

/// Cuts a table into ranges of its key while its rows are read in that order.
private struct Pieces {
    private let limit: Int
    private var current = 0
    private var last: Int64?
    private var ends: [Int64] = []

    init(of limit: Int) { self.limit = limit }

    mutating func add(_ bytes: Int, at key: RawValue) {
        if current >= limit, let last {
            ends.append(last)
            current = 0
        }
        current += bytes
        if case .integer(let number) = key { last = number }
    }

    var ranges: [KeyRange] {
        zip([nil] + ends.map(Optional.some), ends.map(Optional.some) + [nil]).map { KeyRange(above: $0, through: $1) }
    }
}

/// Identifies a row in messages: `id=7`.
struct RowKey {
    private let names: [String]
    private let positions: [Int]

    /// Creates a row key. `columns` are the cursor's columns, after `others` other ones.
    init(_ reading: TableReading, in columns: [String], after others: Int = 0) {
        names = reading.hiddenKey == nil ? reading.key.filter(columns.contains) : reading.key
        positions = reading.keyPositions(in: columns).map { $0 + others }
    }

    /// Creates a row key of columns by name, with their positions in a row.
    init(_ names: [String], at positions: [Int]) {
        self.names = names
        self.positions = positions
    }

    /// Returns the key of the row on which the cursor stands.
    func text(_ cursor: any RowCursor) -> String {
        zip(names, positions).map { "\($0)=\(ValueText.short(cursor.raw($1)))" }.joined(separator: ", ")
    }
}
