import Dialects

/// Converts wall-clock times in their zone: texts such as `2026-01-09T19:59:59.999999`, with a T and without a zone. All other
/// forms that the old daemon wrote are in UTC, or name their zone.
struct WallClockTimes {
    let zone: LocalZone

    /// Shifts the values of the columns, and returns how many were shifted.
    func shift(_ rows: OldRows, for new: Table, _ connection: any Connection) throws -> Int {
        var count = 0
        for column in new.columns where column.type == .timestamp && rows.table[column: column.name] != nil {
            let found = try connection.query(
                """
                SELECT \(trusted: rows.handle), \(identifier: column.name) FROM \(identifier: rows.table.name)
                WHERE typeof(\(identifier: column.name)) = 'text'
                    AND \(identifier: column.name) GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*'
                    AND substr(\(identifier: column.name), 11) NOT GLOB '*[Zz+-]*'
                """)
            for row in found {
                guard let text = row.values[1].text, let instant = zone.instant(of: text) else { continue }
                try rows.update(column.name, to: .text(instant), row.values[0], connection)
                count += 1
            }
        }
        return count
    }
}
