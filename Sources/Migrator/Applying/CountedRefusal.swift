import Dialects

extension UndeclaredObjects {
    /// Lowers an operation that keeps these objects. If `lower` refuses it, the tables that it lists for their foreign keys have the
    /// numbers of their rows behind them, as far as this role may count them. They are counted only then: that can take minutes.
    ///
    /// - Throws: The error of `lower`.
    func refusingWithRows<T>(
        on connection: any Connection, _ lower: (UndeclaredObjects) throws(LoweringError) -> T
    ) throws(LoweringError) -> T {
        do throws(LoweringError) { return try lower(self) } catch {
            guard !error.dependents.isEmpty else { throw error }
            _ = try lower(counting(error.dependents, on: connection))
            throw error
        }
    }

    private func counting(_ listed: [Dependent], on connection: any Connection) -> UndeclaredObjects {
        var counted = self
        var counts: [String: Int64?] = [:]
        for at in dependents.indices where listed.contains(dependents[at]) {
            guard let table = dependents[at].table else { continue }
            let count: Int64? = counts[table] ?? connection.countRows(of: table)
            counts[table] = .some(count)
            guard let rows = count else { continue }
            counted.dependents[at].name += rows == 1 ? " (1 row)" : " (\(rows) rows)"
        }
        return counted
    }
}

extension Connection {
    /// Returns the number of a table's rows; `nil` if they can't be counted. An open transaction stays usable.
    fileprivate func countRows(of table: String) -> Int64? {
        let count: SQL = "SELECT count(*) FROM \(trusted: table)"
        guard isInTransaction else { return try? queryValue(count)?.integer }
        do {
            try execute("SAVEPOINT tc_rows")
            let rows = try? queryValue(count)?.integer
            if rows == nil { try execute("ROLLBACK TO SAVEPOINT tc_rows") }
            try execute("RELEASE SAVEPOINT tc_rows")
            return rows
        } catch {
            // The refusal, which is on its way, says more than a lost connection.
            return nil
        }
    }
}
