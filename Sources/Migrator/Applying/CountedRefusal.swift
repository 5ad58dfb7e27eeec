import Dialects

extension Plan.Step {
    /// Returns the refusal of an operation of this step, with the advice for its direction and with the rows of the tables that it lists.
    func refusal(_ error: LoweringError, on connection: any Connection) -> LoweringError {
        (direction == .down ? error.undoing : error).countingRows(on: connection)
    }
}

extension LoweringError {
    /// Returns the same refusal. The tables that it lists for their foreign keys have the numbers of their rows behind them, as far as
    /// this role may count them. Only a refusal counts rows, because that can take minutes.
    func countingRows(on connection: any Connection) -> LoweringError {
        guard !dependents.isEmpty else { return self }
        var error = self
        var counts: [String: Int64?] = [:]
        for at in error.dependents.indices {
            guard let table = error.dependents[at].table else { continue }
            let count: Int64? = counts[table] ?? connection.countRows(of: table)
            counts[table] = .some(count)
            guard let rows = count else { continue }
            error.dependents[at].name += " (\(rows.counted("row", "rows")))"
        }
        error.reason = UndeclaredObjects.reason(error.dependents, dependence)
        return error
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
