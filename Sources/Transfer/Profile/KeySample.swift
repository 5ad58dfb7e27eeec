import Dialects

/// Some rows of a table from all over its keys, and what they say of the others.
///
/// Numbers of rows are mostly given out one after the other: then equal ranges of them hold about as many rows. Where they are not,
/// as where one row has a number far above all others, only reading tells where a table can be cut.
struct KeySample {
    private static let probes: Int64 = 16
    private static let rowsPerProbe: Int64 = 8
    /// Who has read so many bytes has done more than look at a sample.
    private static let room = 4 << 20
    /// A table is cut into no more pieces: what is found in each is kept until all are read, and each is a transaction.
    private static let mostPieces = 1_024.0

    /// The rows that were seen; how many rows and bytes the table has is concluded from them.
    private var found: ProfiledTable
    private let first: Int64
    private let last: Int64

    /// `nil` when the rows have no numbers, are few or large, or are not spread evenly. Throws `DatabaseError`.
    init?(of blank: ProfiledTable, on connection: any Connection) throws {
        guard let query = blank.reading.boundsQuery, let bounds = try connection.query(SQL(trusted: query)).first,
            let first = bounds[0].integer, let last = bounds[1].integer
        else { return nil }
        let (width, overflows) = last.subtractingReportingOverflow(first)
        guard !overflows, width >= Self.probes * Self.rowsPerProbe else { return nil }
        (self.first, self.last, found) = (first, last, blank)
        var keys: Int64 = 0
        for probe in 0..<Self.probes {
            let range = range(probe, of: Self.probes)
            guard let seen = try look(at: range, on: connection), found.bytes <= Self.room else { return nil }
            keys += seen - (range.above ?? first)
        }
        // Where clusters of rows lie far apart that is far too many.
        let scale = min(Double(width) / Double(keys), Double(Int32.max))
        found.rows = Int(Double(found.rows) * scale)
        found.bytes = Int(Double(found.bytes) * scale)
    }

    /// The table as it seems to be, cut into pieces of about `size` bytes.
    func table(inPiecesOf size: Int) -> ProfiledTable {
        var table = found
        let count = min(last - first, Int64(min(Self.mostPieces, Double(found.bytes) / Double(size) + 1)))
        table.pieces = (0..<count).map { range($0, of: count) }
        return table
    }

    /// One of so many equal ranges; the first and the last are open to what lies beyond.
    private func range(_ number: Int64, of count: Int64) -> KeyRange {
        func end(_ number: Int64) -> Int64 { first + Int64(Double(last - first) * (Double(number) / Double(count))) }
        return KeyRange(
            above: number == 0 ? nil : end(number), through: number == count - 1 ? nil : end(number + 1))
    }

    /// Looks at the first rows of a range; returns the number of the last of them, `nil` when there is none.
    private mutating func look(at range: KeyRange, on connection: any Connection) throws -> Int64? {
        let columns = found.table.columns.map(\.name)
        let key = RowKey(found.reading, in: columns, after: 1)
        let query = found.reading.rangedQuery(columns, in: range) + " LIMIT \(Self.rowsPerProbe)"
        let cursor = try connection.rows(SQL(trusted: query))
        defer { cursor.close() }
        var row = RawRow(columns: columns.count + 1)
        var last: Int64?
        while found.bytes <= Self.room, try cursor.next() {
            cursor.read(into: &row)
            found.observe(row, key, cursor, after: 1)
            if case .integer(let number) = row[0] { last = number }
        }
        return last
    }
}
