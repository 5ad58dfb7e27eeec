/// A temporary table of places in another table. It says what the database calls a row's place, and how it makes and names the
/// table.
package struct DuplicatesTable: Sendable {
    /// The expression for a row's place, which stays the same as long as nobody writes the row.
    var place: String
    /// The `CREATE TEMPORARY TABLE`, for a table that the database drops with the transaction or `DuplicateStatements.forget` drops.
    /// Its columns are `number`, by which its rows are found, and the places `place` and `first`.
    var creation: String
    /// The table's name, as queries write it.
    var name: String
}

/// The statements that find, read and remove the rows of one table that repeat a unique key, except for one row of each key.
package struct DuplicateStatements: Sendable, Equatable {
    /// The statements that make the temporary table `found`: the place of each repeating row, its number from 1, and the place of the
    /// row that it repeats.
    package var find: [String]
    private let table: String
    private let place: String
    private let found: String

    /// Makes the statements for a key. Of equal rows the first by the columns of `order` stays. A row with a NULL in the key
    /// repeats no other.
    package init(
        of key: Index, in table: Table, order: [String], for dialect: any TransferTarget
    ) throws(LoweringError) {
        let places = dialect.duplicatesTable
        var parts: [String] = []
        for part in key.parts {
            parts.append(try dialect.render(part.key, of: table, isUnique: true))
        }
        var conditions = parts.map { "\($0) IS NOT NULL" }
        if let condition = key.condition {
            conditions.append("(\(try dialect.render(condition, as: .condition(of: table))))")
        }
        let order = (order.map(SQLText.identifier) + [places.place]).joined(separator: ", ")
        let ranked = """
            SELECT \(places.place) AS place, row_number() OVER alike AS rank, \
            first_value(\(places.place)) OVER alike AS first \
            FROM \(SQLText.identifier(table.name)) WHERE \(conditions.joined(separator: " AND ")) \
            WINDOW alike AS (PARTITION BY \(parts.joined(separator: ", ")) ORDER BY \(order))
            """
        find = [
            places.creation,
            "INSERT INTO \(places.name) (number, place, first) SELECT row_number() OVER (ORDER BY place), place, first "
                + "FROM (\(ranked)) AS ranked WHERE rank > 1",
        ]
        self.table = SQLText.identifier(table.name)
        place = places.place
        found = places.name
    }

    package var count: String { "SELECT count(*) FROM \(found)" }

    /// Returns a query of the repeating rows with the numbers after `start`, at most `limit` of them.
    package func rows(of columns: [String], after start: Int, limit: Int) -> String {
        "SELECT \(SQLText.identifiers(columns)) FROM \(table) WHERE \(place) IN "
            + "(SELECT place FROM \(found) WHERE number > \(start) AND number <= \(start + limit))"
    }

    /// Returns a query of the first repeating rows in pairs: a column of the row that is repeated, and the same of the row that
    /// repeats it.
    package func pairs(of column: String, limit: Int) -> String {
        let column = SQLText.identifier(column)
        return "SELECT former.\(column), latter.\(column) FROM \(found) AS pair "
            + "JOIN \(table) AS former ON former.\(place) = pair.first JOIN \(table) AS latter ON latter.\(place) = pair.place "
            + "ORDER BY pair.number LIMIT \(limit)"
    }

    package var remove: [String] {
        ["DELETE FROM \(table) WHERE \(place) IN (SELECT place FROM \(found))", forget]
    }

    /// The statement that drops the table of places.
    package var forget: String { "DROP TABLE \(found)" }
}
