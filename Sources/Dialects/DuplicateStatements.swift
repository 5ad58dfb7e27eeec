/// A temporary table of places in another table: how a database calls where a row lies, and makes and names such a table.
package struct DuplicatesTable: Sendable {
    /// What tells where a row lies, as long as nobody writes it.
    var place: String
    /// `CREATE TEMPORARY TABLE … AS`, for a table that is gone with the transaction or is dropped by `DuplicateStatements.forget`.
    var creation: String
    /// Its name, as queries say it.
    var name: String
}

/// How the rows of one table that repeat a unique key are found, read and removed, but for one of each kind.
package struct DuplicateStatements: Sendable, Equatable {
    /// Makes the temporary table `found` of their places, a number for each, from 1, and the place of the row that each repeats.
    package var find: String
    private let table: String
    private let place: String
    private let found: String

    /// The first by the columns of `order` stays. A row with a NULL in the key repeats none.
    package init(
        of key: Index, in table: Table, order: [String], for dialect: any TransferTarget
    ) throws(LoweringError) {
        let places = dialect.duplicatesTable
        var parts: [String] = []
        for part in key.parts {
            switch part.key {
            case .column(let name): parts.append(SQLText.identifier(name))
            case .expression(let expression):
                parts.append("(\(try dialect.render(expression, as: .key(of: table, isUnique: true))))")
            }
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
        find =
            "\(places.creation) SELECT place, first, row_number() OVER (ORDER BY place) AS number "
            + "FROM (\(ranked)) AS ranked WHERE rank > 1"
        self.table = SQLText.identifier(table.name)
        place = places.place
        found = places.name
    }

    package var count: String { "SELECT count(*) FROM \(found)" }

    /// A query of those with the numbers after `start`, at most `limit`.
    package func rows(of columns: [String], after start: Int, limit: Int) -> String {
        "SELECT \(SQLText.identifiers(columns)) FROM \(table) WHERE \(place) IN "
            + "(SELECT place FROM \(found) WHERE number > \(start) AND number <= \(start + limit))"
    }

    /// A query of the first of them in pairs: a column of the row that is repeated, and of the one that repeats it.
    package func pairs(of column: String, limit: Int) -> String {
        let column = SQLText.identifier(column)
        return "SELECT former.\(column), latter.\(column) FROM \(found) AS pair "
            + "JOIN \(table) AS former ON former.\(place) = pair.first JOIN \(table) AS latter ON latter.\(place) = pair.place "
            + "ORDER BY pair.number LIMIT \(limit)"
    }

    package var remove: [String] {
        ["DELETE FROM \(table) WHERE \(place) IN (SELECT place FROM \(found))", forget]
    }

    /// Drops what was found.
    package var forget: String { "DROP TABLE \(found)" }
}
