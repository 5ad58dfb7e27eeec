import Dialects

/// Counts what hazards would do to the rows that are there, and refuses what may not pass.
struct HazardMeter {
    let connection: any Connection

    /// Throws `MigratorError.rowsInTheWay` or `.dataLoss`, with the measured counts.
    func check(_ hazards: [Hazard], _ id: String, _ options: Migrator.Options) throws {
        let real = try measure(hazards)
        let blocking = real.filter { !$0.hazard.isDataLoss }
        guard blocking.isEmpty else { throw MigratorError.rowsInTheWay(id, blocking) }
        guard options.allowsDataLoss || real.isEmpty else { throw MigratorError.dataLoss(id, real) }
    }

    /// Those hazards that concern at least one row.
    func measure(_ hazards: [Hazard]) throws -> [MeasuredHazard] {
        try hazards.compactMap { hazard in
            let rows = try connection.queryValue(hazard.count)?.integer ?? 0
            guard rows > 0 else { return nil }
            return MeasuredHazard(hazard: hazard, rows: rows, examples: try examples(of: hazard))
        }
    }

    private func examples(of hazard: Hazard) throws -> [String] {
        guard let query = hazard.examples(limit: 3) else { return [] }
        return try connection.query(query).map { row in row.map { $0.text ?? "" }.joined(separator: ", ") }
    }
}
