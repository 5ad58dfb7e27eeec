import Dialects

/// Looks at everything that a source holds: its schema, then every value of its tables once.
struct SourceSurvey {
    private let connection: any Connection
    private let source: any TransferSource
    private let rules: TransferRules

    init(_ connection: any Connection, _ source: any TransferSource, _ rules: TransferRules) {
        self.connection = connection
        self.source = source
        self.rules = rules
    }

    /// What the source declares, and which of its tables are wanted. Throws `TransferError.noSuchTable` and `badRule`.
    func inspect(_ options: TransferOptions) throws -> (inspection: Inspection, tables: [Table]) {
        let inspection = try source.inspect(connection)
        let tables = inspection.tablesWithRows
        for name in (options.tables ?? []) + options.exclude where !tables.contains(where: { $0.name == name }) {
            throw TransferError.noSuchTable(name)
        }
        try rules.check(against: tables)
        return (inspection, tables.filter { options.takes($0.name) && rules[$0.name]?.isSkipped != true })
    }

    /// What is to be known of a table: where the source holds columns to their types that is little.
    func survey(
        _ whole: Table, _ inspection: Inspection, inPiecesOf size: Int, _ events: (TransferEvent) -> Void
    ) throws -> ProfiledTable {
        do {
            return try read(whole, inspection, inPiecesOf: size, events)
        } catch let error as DatabaseError where !error.isInterruption && error.kind != .changedMeanwhile {
            var named = error
            named.message = "the table \(whole.name) can't be read: \(error.message)"
            named.remedy = error.remedy ?? "leave the column out that needs it, or the table, by a rule: skip: true"
            throw named
        }
    }

    private func read(
        _ whole: Table, _ inspection: Inspection, inPiecesOf size: Int, _ events: (TransferEvent) -> Void
    ) throws -> ProfiledTable {
        let (table, notCarried) = rules.withoutSkippedColumns(whole)
        let reading = try source.reading(of: whole, on: connection)
        let treatments = table.columns.map { rules.treatment(of: $0.name, in: table.name) }
        var found: ProfiledTable
        if let types = inspection.heldTypes[table.name] {
            found = try HeldTableReading(table, types).read(reading, on: connection)
            events(.counted(table: table.name, rows: found.rows))
        } else {
            found = try profile(table, reading, treatments, inPiecesOf: size) { rows in
                events(.surveyed(table: table.name, rows: rows))
            }
        }
        found.treatments = treatments
        found.policy = rules.policy(of: table.name)
        found.notCarried = notCarried
        return found
    }

    /// All there is to know of a table whose values stay as they are.
    func count(_ table: Table) throws -> ProfiledTable {
        let reading = try source.reading(of: table, on: connection)
        let rows = try connection.queryValue("SELECT count(*) \(trusted: reading.from)")?.integer ?? 0
        return ProfiledTable(table: table, reading: reading, profiles: [], rows: Int(rows))
    }

    /// Reads a table in the snapshot in which its rows are copied later, to be cut into pieces of about `size` bytes.
    /// `progress` hears now and then of further rows.
    private func profile(
        _ table: Table, _ reading: TableReading, _ treatments: [ColumnTreatment], inPiecesOf size: Int,
        _ progress: (Int) -> Void
    ) throws -> ProfiledTable {
        let columns = table.columns.map(\.name)
        var profiles = zip(table.columns, treatments).map { ColumnProfile(Meaning($1.type ?? $0.type)) }
        let reader = ValueReader(treatments.map(\.reading))
        // The range's key comes before the columns, so a place among them is one further on.
        let key = RowKey(reading, in: columns, after: 1)
        let cursor = try connection.rows(SQL(reading.rangedQuery(columns)))
        defer { cursor.close() }
        var row = RawRow(columns: columns.count + 1)
        var rows = 0
        var longestRow = 0
        var pieces = Pieces(of: size)
        while try cursor.next() {
            cursor.read(into: &row)
            var bytes = 0
            for column in profiles.indices {
                let value = row[column + 1]
                profiles[column].observe(reader?.read(value, column: column) ?? value, key, cursor)
                bytes += value.byteCount
            }
            pieces.add(bytes, at: row[0])
            longestRow = max(longestRow, bytes)
            rows += 1
            if rows & 0xFFF == 0 {
                progress(0x1000)
                try Task.checkCancellation()
            }
        }
        progress(rows & 0xFFF)
        return ProfiledTable(
            table: table, reading: reading, profiles: profiles, rows: rows, bytes: pieces.bytes,
            longestRow: longestRow, pieces: pieces.ranges)
    }
}

/// Cuts a table into ranges of its key while its rows go by in that order.
private struct Pieces {
    private let limit: Int
    private var current = 0
    private var last: Int64?
    private(set) var bytes = 0
    private var ends: [Int64] = []

    init(of limit: Int) { self.limit = limit }

    mutating func add(_ bytes: Int, at key: RawValue) {
        if current >= limit, let last {
            ends.append(last)
            current = 0
        }
        current += bytes
        self.bytes += bytes
        if case .integer(let number) = key { last = number }
    }

    var ranges: [KeyRange] {
        zip([nil] + ends.map(Optional.some), ends.map(Optional.some) + [nil]).map { KeyRange(above: $0, through: $1) }
    }
}

extension RawValue {
    fileprivate var byteCount: Int {
        switch self {
        case .null: 1
        case .boolean, .integer, .real: 8
        case .text(let bytes), .blob(let bytes): bytes.count
        }
    }
}

/// Names a row in messages: `id=7`.
struct RowKey {
    private let names: [String]
    private let positions: [Int]

    /// `columns` are what the cursor yields, after so many others.
    init(_ reading: TableReading, in columns: [String], after others: Int = 0) {
        names = reading.hiddenKey == nil ? reading.key.filter(columns.contains) : reading.key
        positions = reading.keyPositions(in: columns).map { $0 + others }
    }

    /// Columns by name, and where each stands in a row.
    init(_ names: [String], at positions: [Int]) {
        self.names = names
        self.positions = positions
    }

    /// The key of the row on which the cursor stands.
    func text(_ cursor: any RowCursor) -> String {
        zip(names, positions).map { "\($0)=\(ValueText.short(cursor.raw($1)))" }.joined(separator: ", ")
    }
}
