import Dialects

/// A sample of a table's rows from all over its keys, and the conclusions about the other rows.
///
/// Row numbers are mostly issued one after the other, so equal ranges of them hold about as many rows. If they are not, for
/// instance because one row has a number far above all others, only reading the table tells where it can be cut.
struct KeySample {
    private static let probes: Int64 = 16
    private static let rowsPerProbe: Int64 = 8
    /// The number of bytes after which a sample is given up, because it would cost too much.
    private static let room = 4 << 20
    /// The largest number of pieces into which a table is cut. The findings about each piece are kept until all are read, and
    /// each piece is a transaction.
    private static let mostPieces = 1_024.0

    /// The findings from the sampled rows. The table's numbers of rows and bytes are extrapolated from them.
    private var found: ProfiledTable
    private let first: Int64
    private let last: Int64

    /// Takes the sample. Returns `nil` if the rows have no numbers, are few or large, or are not spread evenly. Throws
    /// `DatabaseError`.
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
        // If clusters of rows lie far apart, the extrapolation gives far too many rows, so it is limited.
        let scale = min(Double(width) / Double(keys), Double(Int32.max))
        found.rows = Int(Double(found.rows) * scale)
        found.bytes = Int(Double(found.bytes) * scale)
    }

    /// Returns the table with its estimated size, cut into pieces of about `size` bytes.
    func table(inPiecesOf size: Int) -> ProfiledTable {
        var table = found
        let count = min(last - first, Int64(min(Self.mostPieces, Double(found.bytes) / Double(size) + 1)))
        table.pieces = (0..<count).map { range($0, of: count) }
        return table
    }

    /// Returns one of `count` equal ranges. The first and the last are open towards the keys beyond the sample.
    private func range(_ number: Int64, of count: Int64) -> KeyRange {
        func end(_ number: Int64) -> Int64 { first + Int64(Double(last - first) * (Double(number) / Double(count))) }
        return KeyRange(
            above: number == 0 ? nil : end(number), through: number == count - 1 ? nil : end(number + 1))
    }

    /// Reads the first rows of a range. Returns the number of the last of them, or `nil` if there is none.
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
