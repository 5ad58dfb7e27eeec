import Dialects

/// Compares the values that two databases compute for the rows of one table.
struct ComputedProof {
    private let table: PlannedTable
    private let computed: [PlannedTable.Computed]
    private let changed: Set<Int>
    private let target: any TransferTarget
    private let reading: any Connection
    private let writing: any Connection

    /// Makes the proof for some of the columns that the target computes. `changed` are the copied columns whose values were changed on
    /// their way, so that they can't tell the rows apart.
    init(
        _ table: PlannedTable, _ computed: [PlannedTable.Computed], besides changed: Set<Int> = [],
        _ target: any TransferTarget, _ reading: any Connection, _ writing: any Connection
    ) {
        self.table = table
        self.computed = computed
        self.changed = changed
        self.target = target
        self.reading = reading
        self.writing = writing
    }

    /// Returns the columns that have another value in some row.
    func differing() throws -> [PlannedTable.Computed] {
        let ours = try digests(
            table.reading.query(table.sourceColumns + computed.map(\.source), in: .all), on: reading)
        let columns = SQLText.identifiers(table.targetColumns + computed.map(\.target))
        let rows = try target.ownRows(of: table.target, on: writing)
        let theirs = try digests("SELECT \(columns) FROM \(rows)", on: writing)
        return zip(computed, zip(ours, theirs)).filter { $0.1.0 != $0.1.1 }.map(\.0)
    }

    /// Returns the digest of each computed column, together with all copied columns.
    private func digests(_ query: String, on connection: any Connection) throws -> [TableDigest] {
        let types = table.types + computed.map(\.type)
        let forms = types.map(\.comparedForm)
        let cursor = try connection.copyOut(query, types: types)
        defer { cursor.close() }
        var digests = computed.map { _ in TableDigest() }
        var rows = 0
        while try cursor.next() {
            var copied = RowDigest()
            for column in table.types.indices where !changed.contains(column) {
                copied.add(cursor.raw(column), as: forms[column])
            }
            for at in digests.indices {
                var row = copied
                let column = table.types.count + at
                row.add(computed[at].digits.counted(in: cursor.raw(column)), as: forms[column])
                digests[at].add(row)
            }
            rows += 1
            if rows & 0xFFF == 0 { try Task.checkCancellation() }
        }
        return digests
    }
}

extension PlannedTable {
    /// Whether the target computes a column of this table from exactly the values from which the source computes it.
    var isComputedAlike: Bool {
        !computed.isEmpty && policy == .widen && columnPlans.allSatisfy { $0.reading == nil && $0.policy == .widen }
    }
}
