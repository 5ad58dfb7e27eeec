import Dialects

/// Converts wall-clock times in their zone: texts such as `2026-01-09T19:59:59.999999`, with a T and without a zone. All other
/// forms that the old daemon wrote are in UTC, or name their zone.
struct WallClockTimes {
    let zone: LocalZone

    /// The rows that are read at once. A table of any size takes little memory.
    private static let batch = 1_000

    /// Shifts the values of the columns, and returns how many were shifted.
    func shift(_ rows: OldRows, for new: Table, _ connection: any Connection) throws -> Int {
        var count = 0
        for column in new.columns where column.type == .timestamp && rows.table[column: column.name] != nil {
            var last: [Value]?
            repeat {
                let found = try times(of: column.name, in: rows, behind: last, connection)
                for row in found {
                    guard let text = row.values[0].text, let instant = zone.instant(of: text) else { continue }
                    try rows.update(column.name, to: .text(instant), Array(row.values[1...]), connection)
                    count += 1
                }
                last = found.count < Self.batch ? nil : found.last.map { Array($0.values[1...]) }
            } while last != nil
        }
        return count
    }

    private func times(
        of column: String, in rows: OldRows, behind last: [Value]?, _ connection: any Connection
    ) throws -> [Row] {
        try connection.query(
            """
            SELECT \(identifier: column), \(trusted: rows.handle) FROM \(identifier: rows.table.name)
            WHERE typeof(\(identifier: column)) = 'text'
                AND \(identifier: column) GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*'
                AND substr(\(identifier: column), 11) NOT GLOB '*[Zz+-]*' AND \(rows.isBehind(last))
            ORDER BY \(trusted: rows.handle) LIMIT \(Int64(Self.batch))
            """)
    }
}
